"""The curator's one task: look for an import or an export to carry out."""

from maskeraid_core.jobs import JobKind
from maskeraid_core.queue import TaskName
from maskeraid_curator import exporting, importing
from maskeraid_curator.worker import app, process


@app.task(name=TaskName.CURATE.value)
def look(job_id: str) -> None:
    """Carry out the job that the bell named, then whatever waits."""
    worker = process.worker
    for claim in worker.claims(job_id):
        with worker.holding(claim) as held:
            carry_out = exporting.carry_out if claim.job.kind is JobKind.EXPORT else importing.carry_out
            carry_out(held, worker.port, worker.is_leaving)
