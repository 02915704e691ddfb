"""What a tenant, and all of them together, may have waiting and running: asked before a job is accepted."""

from datetime import datetime

from maskeraid_api.gateway import Gateway
from maskeraid_api.storage import stored_bytes
from maskeraid_core.documents.accounts import MONTH
from maskeraid_core.errors import Overloaded, QueueFull, QuotaExceeded
from maskeraid_core.jobs import JobKind, QueueName
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.batches import BatchRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.repository import now

RETRY_SECONDS = 10


def month_of(at: datetime) -> datetime:
    """When its calendar month began."""
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


async def check_limits(gateway: Gateway, jobs: JobRepository, tenant: str, kind: JobKind) -> None:
    """Raises: QueueFull, Overloaded, QuotaExceeded."""
    most = gateway.settings.max_queued_jobs
    if await gateway.backlogs.count(jobs, tenant, kind.queue, most) >= most:
        raise QueueFull(f"{most} of your jobs wait for the {kind.queue}.", retry_after=RETRY_SECONDS)
    _check_load(gateway, kind.queue)
    if kind is JobKind.TRAINING:
        await _check_quota(gateway, tenant)
    if kind in (JobKind.TRAINING, JobKind.IMPORT, JobKind.COVERING):
        await _check_storage(gateway, tenant)


async def check_room(gateway: Gateway, tenant: str, items: int) -> None:
    """Whether so many items of a batch may wait beside those that do. Raises: QueueFull."""
    most = gateway.settings.max_queued_jobs
    waiting = sum(one.total - len(one.ended) for one in await BatchRepository(gateway.stores.database).open_of(tenant))
    if items > most:
        raise QueueFull(f"{most} items of batches may wait, and the batch has {items}.", retry_after=RETRY_SECONDS)
    if waiting + items > most:
        raise QueueFull(
            f"{waiting} items of your batches wait, and {most} may: {items} more are too many now.",
            retry_after=RETRY_SECONDS,
        )


def _check_load(gateway: Gateway, queue: QueueName) -> None:
    """By what was counted last, which is no request's business to wait for."""
    if gateway.estimates.is_count_old(queue):
        gateway.background.start(gateway.estimates.count(queue))
    if gateway.estimates.waiting_in(queue) >= gateway.settings.max_waiting_jobs:
        raise Overloaded(f"Too many jobs wait for the {queue}.", retry_after=RETRY_SECONDS)


async def trained_seconds(database: Database, tenant: str) -> float:
    """For how long the tenant's trainings of this month have run, with those that it has deleted since."""
    since = month_of(now())
    account = await AccountRepository(database).tenant(tenant)
    deleted = account.deleted_seconds.get(since.strftime(MONTH), 0.0) if account else 0.0
    return deleted + await JobRepository(database, tenant).training_seconds(since)


async def _check_quota(gateway: Gateway, tenant: str) -> None:
    most_seconds = gateway.settings.max_training_seconds
    if most_seconds is None:
        return
    if await trained_seconds(gateway.stores.database, tenant) >= most_seconds:
        raise QuotaExceeded(
            f"Your trainings have run for the {most_seconds:g} seconds of this month.", quota="training_seconds"
        )


async def _check_storage(gateway: Gateway, tenant: str) -> None:
    """Asked before what makes bytes; what is under way may go beyond it."""
    most = gateway.settings.max_storage_bytes
    if most is not None and await stored_bytes(gateway.stores.database, tenant) >= most:
        raise QuotaExceeded(
            f"Your data sets, models, and coverings take the {most:,} bytes that they may: delete some.",
            quota="storage_bytes",
        )
