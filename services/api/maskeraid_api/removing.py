"""Removing a job that its owner deletes: it ends first, then it is forgotten; its bytes are its route's to delete."""

from maskeraid_api.acting import act
from maskeraid_api.gateway import Gateway
from maskeraid_core.errors import JobStateConflict, NotFound
from maskeraid_core.forgetting import delete_bytes_of, forget_job
from maskeraid_core.jobs import Job
from maskeraid_core.repositories.jobs import JobRepository
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
    """Raises: NotFound."""
    if not await forget_job(gateway.stores, job):
        raise NotFound


async def forget_with_bytes(gateway: Gateway, jobs: JobRepository, job: Job) -> None:
    """The same, and then all bytes that it has made or was given; what its retry was given as well is left to that.

    Raises as `end_and_forget` does.
    """
    await end_and_forget(gateway, jobs, job)
    await delete_bytes_of(gateway.stores, job)
