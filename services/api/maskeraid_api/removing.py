"""Removing a job that its owner deletes: it ends first, then it is forgotten; its bytes are its route's to delete."""

from maskeraid_api.acting import act
from maskeraid_api.gateway import Gateway
from maskeraid_core.errors import JobStateConflict, NotFound
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.outbox import drain
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.needs import Needs, input_keys
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_core.status_machine import JobAction


async def end_and_forget(gateway: Gateway, jobs: JobRepository, job: Job) -> None:
    """Raises: JobStateConflict while it is being cancelled, NotFound."""
    await forget(gateway, jobs, await end(gateway, job))


async def end(gateway: Gateway, job: Job) -> Job:
    """The job, ended. Raises: JobStateConflict while it is being cancelled."""
    if not job.status.is_terminal:
        job = await act(gateway, job, JobAction.CANCEL)
    if not job.status.is_terminal:
        raise JobStateConflict("It is being cancelled.", current_status=job.status.value, allowed_actions=[])
    return job


async def forget(gateway: Gateway, jobs: JobRepository, job: Job) -> None:
    """First the document goes, so that nobody finds what is half gone; then the history. Raises: NotFound."""
    await drain(gateway.stores, job)  # what must be told is told before it is forgotten
    if not await jobs.delete_ended(job.id):
        raise NotFound
    await EventRepository(gateway.stores.database).delete_of(job.id)
    if job.kind is JobKind.REIMAGING:
        await OwnOutputRepository(gateway.stores.database).delete([job.id])


async def forget_with_bytes(gateway: Gateway, jobs: JobRepository, job: Job) -> None:
    """The same, and then all bytes that it has made or was given; what its retry was given as well is left to that.

    Raises as `end_and_forget` does.
    """
    await end_and_forget(gateway, jobs, job)
    blobs = gateway.stores.blobs
    own_batch = job.batch.batch_id if job.batch else None  # has the same inputs, and no item for this one any more
    needed = await Needs(gateway.stores.database, job.tenant).inputs_of_live_jobs(without=own_batch)
    given = input_keys(job.spec) - needed
    await blobs.delete([*given, *await blobs.keys(f"t/{job.tenant}/jobs/{job.id}/")])
