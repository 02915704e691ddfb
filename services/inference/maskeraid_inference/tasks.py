"""The inference worker's one task: look for a re-imaging to carry out."""

from maskeraid_core.queue import TaskName
from maskeraid_inference.worker import app, process


@app.task(name=TaskName.REIMAGE.value)
def look(job_id: str) -> None:
    """Carry out the re-imaging that the bell named, else the oldest that waits."""
    worker = process.worker
    claim = worker.claim(job_id)
    if claim is None:  # cancelled, finished, or another worker's
        return
    with worker.holding(claim) as held:
        held.result = process.workbench.carry_out(held)
