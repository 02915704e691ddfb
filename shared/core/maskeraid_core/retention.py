"""Ends datasets: at their owners' word, or when the time is over for which they were to be kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from maskeraid_core.documents.audit import deleted_by_rule
from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.documents.grants import EVERYONE
from maskeraid_core.documents.notices import Notice
from maskeraid_core.flagging import flag_learners
from maskeraid_core.notices import drain_notices
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.audit import AuditRepository
from maskeraid_core.repositories.datasets import DatasetRepository, ended_datasets, idle_datasets
from maskeraid_core.repositories.jobs import JobRepository, is_used_since

log = structlog.get_logger()


async def end_dataset(
    stores: Stores, dataset: Dataset, notice: Notice | None = None, where: Mapping[str, object] | None = None
) -> bool:
    """Delete a dataset for all who may read it, if `where` holds; False when it does not, or another was faster.

    Models that learned from it stay, flagged first: whatever dies here, no model is left unflagged.
    """
    await flag_learners(stores, dataset)
    return await DatasetRepository(stores.database, dataset.tenant).delete(dataset.id, notice, where)


async def end_expired_datasets(stores: Stores, at: datetime) -> None:
    """Delete datasets whose `retain_until` is over, and those without one that were not used for long.

    One that a job of its owner's uses is left to a later round; those of readers end as when a share ends.
    """
    for dataset in [*await ended_datasets(stores.database, at), *await _unused_datasets(stores, at)]:
        if await JobRepository(stores.database, dataset.tenant).unfinished_with(dataset.id):
            continue
        unchanged = {"retain_until": dataset.retain_until, "updated_at": dataset.updated_at}
        if await end_dataset(stores, dataset, _notice(dataset, at), unchanged):
            await AuditRepository(stores.database, dataset.tenant).append(deleted_by_rule(dataset.id))
            log.info("dataset deleted", dataset=dataset.id, tenant=dataset.tenant, retain_until=dataset.retain_until)
            await drain_notices(stores, DatasetRepository.collection_name, dataset.id)


async def _unused_datasets(stores: Stores, at: datetime) -> list[Dataset]:
    """Those that were not used for as long as their owner's policy says, or the service where that says nothing."""
    own = await AccountRepository(stores.database).keeping_datasets()
    kept: list[tuple[float, Mapping[str, object]]] = [(days, {"tenant": tenant}) for tenant, days in own.items()]
    if stores.settings.datasets_kept_days is not None:
        kept.append((stores.settings.datasets_kept_days, {"tenant": {"$nin": list(own)}}))
    unused = []
    for days, whose in kept:
        before = at - timedelta(days=days)
        for dataset in await idle_datasets(stores.database, before, whose):
            if not await _is_used_since(stores, dataset, before):
                unused.append(dataset)
    return unused


async def _is_used_since(stores: Stores, dataset: Dataset, at: datetime) -> bool:
    """By its owner, or by those who may read it."""
    readers = [grant.reader for grant in dataset.grants]
    users = None if EVERYONE in readers else [dataset.tenant, *readers]
    return await is_used_since(stores.database, dataset.id, at, users)


def _notice(dataset: Dataset, at: datetime) -> Notice:
    data = {"id": dataset.id, "object": "dataset", "status": "deleted", "url": f"/v1/datasets/{dataset.id}"}
    return Notice(
        event="dataset.deleted", subject=dataset.id, key="deleted", at=at, data=data, facts={"name": dataset.name}
    )
