"""The curator's one task: look for an import to carry out."""

from maskeraid_core.queue import TaskName
from maskeraid_curator.importing import carry_out
from maskeraid_curator.worker import app, process


@app.task(name=TaskName.CURATE.value)
def look(job_id: str) -> None:
    """Carry out the import that the bell named, then whatever waits."""
    worker = process.worker
    for claim in worker.claims(job_id):
        with worker.holding(claim) as held:
            carry_out(held, worker.port, worker.is_leaving)
