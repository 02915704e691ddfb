"""The curator's one task: look for an import, an export, or a deletion to carry out."""

from maskeraid_core.jobs import JobKind
from maskeraid_core.queue import TaskName
from maskeraid_curator import erasing, exporting, importing
from maskeraid_curator.worker import app, process

CARRY_OUT = {
    JobKind.IMPORT: importing.carry_out, JobKind.EXPORT: exporting.carry_out, JobKind.DELETION: erasing.carry_out,
}  # fmt: skip


@app.task(name=TaskName.CURATE.value)
def look(job_id: str) -> None:
    """Carry out the job that the bell named, then whatever waits."""
    worker = process.worker
    for claim in worker.claims(job_id):
        with worker.holding(claim) as held:
            CARRY_OUT[claim.job.kind](held, worker.port, worker.is_leaving)
