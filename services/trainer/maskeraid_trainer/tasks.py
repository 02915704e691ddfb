"""The trainer's one task: look for a training to carry out."""

from maskeraid_core.queue import TaskName
from maskeraid_trainer.supervision import supervise
from maskeraid_trainer.worker import app, process


@app.task(name=TaskName.TRAIN.value)
def look(job_id: str) -> None:
    """Carry out the training that the bell named, then whatever waits."""
    worker = process.worker
    for claim in worker.claims(job_id):
        with worker.holding(claim) as held:
            supervise(held, worker.port, worker.is_leaving, process.settings)
