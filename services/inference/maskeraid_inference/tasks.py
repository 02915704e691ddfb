"""The inference worker's one task: look for a re-imaging or a batch to carry out."""

from maskeraid_core.queue import TaskName
from maskeraid_inference.worker import app, process


@app.task(name=TaskName.REIMAGE.value)
def look(job_id: str) -> None:
    """Carry out the re-imaging or batch that the bell named, then whatever waits."""
    worker = process.worker
    for claim in worker.claims(job_id):
        with worker.holding(claim) as held:
            held.result = process.workbench.carry_out(held)
