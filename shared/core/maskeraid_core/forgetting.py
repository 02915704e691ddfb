"""Forgets jobs that have ended, with their histories and their bytes: at their owner's word, or when time is over."""

from datetime import datetime

from maskeraid_core.documents.audit import deleted_by_rule
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.outbox import drain
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.audit import AuditRepository
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.needs import Needs, input_keys
from maskeraid_core.repositories.own_outputs import OwnOutputRepository


async def forget_job(stores: Stores, job: Job) -> bool:
    """First the document goes, so that nobody finds what is half gone; then the history. False when it is gone."""
    await drain(stores, job)  # what must be told is told before it is forgotten
    if not await JobRepository(stores.database, job.tenant).delete_ended(job.id):
        return False
    await EventRepository(stores.database).delete_of(job.id)
    if job.kind is JobKind.REIMAGING:
        await OwnOutputRepository(stores.database).delete([job.id])
    return True


async def delete_bytes_of(stores: Stores, job: Job) -> None:
    """All that a forgotten job has made or was given; what its retry was given as well is left to that."""
    own_batch = job.batch.batch_id if job.batch else None  # has the same inputs, and no item for this one any more
    needed = await Needs(stores.database, job.tenant).inputs_of_live_jobs(without=own_batch)
    given = input_keys(job.spec) - needed
    await stores.blobs.delete([*given, *await stores.blobs.keys(f"t/{job.tenant}/jobs/{job.id}/")])


async def end_expired_reimagings(stores: Stores, tenant: str, at: datetime) -> None:
    """Forget results whose time is over: their own, else that of the account's policy, else the service's."""
    own = (await AccountRepository(stores.database).policy(tenant)).results_kept_days
    kept_days = stores.settings.reimagings_kept_days if own is None else own
    for job in await JobRepository(stores.database, tenant).past_retention(at, kept_days):
        if await forget_job(stores, job):
            await delete_bytes_of(stores, job)
            await AuditRepository(stores.database, tenant).append(deleted_by_rule(job.id))
