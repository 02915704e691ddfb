"""Deletes what nothing needs any more: bytes of jobs that have ended, what crashes left behind, old logs of deliveries.

Any number of copies may run: the documents are asked first, and what they no longer need they never need again.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from maskeraid_core.cards import FOLDER as CARDS
from maskeraid_core.forgetting import end_expired_reimagings
from maskeraid_core.image_litter import sweep_images
from maskeraid_core.jobs import JobKind
from maskeraid_core.portal import Stores
from maskeraid_core.pruning import prune_versions
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.batches import BatchRepository
from maskeraid_core.repositories.datasets import UploadRepository
from maskeraid_core.repositories.deliveries import DeliveryQueue
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.needs import Fate, Needs, abandoned_uploads
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.sessions import SessionRepository
from maskeraid_core.retention import end_expired_datasets

log = structlog.get_logger()

INCOMING_KEPT = timedelta(hours=24)  # uploads, and bytes that came in, without a job
DELIVERIES_KEPT = timedelta(days=30)  # after they were delivered or given up
DRY_RUNS_KEPT = timedelta(days=1)  # answers: after that the worker's pace may be another
VERIFICATIONS_COUNTED = timedelta(days=1)
FAILURES_COUNTED = timedelta(hours=1)  # of signing in


async def sweep_litter_forever(stores: Stores) -> None:
    """Sweep until cancelled. What goes wrong is said and tried again: litter is no reason to stop telling of jobs."""
    while True:
        try:
            await sweep_litter(stores, now())
        except Exception as error:
            log.error("litter not swept, will be tried again", exc_info=error)
        await asyncio.sleep(stores.settings.litter_seconds)


async def sweep_litter(stores: Stores, at: datetime) -> None:
    """One round, in bounded memory: old logs, datasets whose time is over, abandoned uploads, bytes without a job,
    attempts that came to nothing, images that no dataset has any more.
    """
    await DeliveryQueue(stores.database).forget_finished(at - DELIVERIES_KEPT)
    await AccountRepository(stores.database).forget_verifications(at - VERIFICATIONS_COUNTED)
    await SessionRepository(stores.database).forget_ended(at, at - FAILURES_COUNTED)
    attempts_kept = timedelta(seconds=stores.settings.attempts_kept_seconds)
    if stores.settings.versions_kept_days is not None:
        await prune_versions(stores, at - timedelta(days=stores.settings.versions_kept_days), at)
    await stores.blobs.delete_unfinished(at - attempts_kept)
    await end_expired_datasets(stores, at)
    for upload in await abandoned_uploads(stores.database, at - INCOMING_KEPT):
        await UploadRepository(stores.database, upload.tenant).delete(upload.id)
        await _delete_unused(stores, upload.tenant, [part.key for part in upload.parts.values()])
    outputs = OwnOutputRepository(stores.database)
    await outputs.delete(await outputs.without_job(at - INCOMING_KEPT, at - attempts_kept))
    batches = BatchRepository(stores.database)
    for batch_id in await batches.without_job(at - INCOMING_KEPT):
        await batches.delete(batch_id)
    for folder in await stores.blobs.folders("t"):
        tenant = folder.rpartition("/")[2]
        await _forget_dry_runs(stores, tenant, at - DRY_RUNS_KEPT)
        await end_expired_reimagings(stores, tenant, at)
        await sweep_images(stores, tenant, at)
        async for keys in stores.blobs.older(f"{folder}/inbox", at - INCOMING_KEPT):
            await _delete_unused(stores, tenant, keys)
        async for keys in stores.blobs.older(f"{folder}/jobs", at - attempts_kept):
            await _delete_unnamed(stores, tenant, keys, at)
        async for keys in stores.blobs.older(f"{folder}/{CARDS}", at - attempts_kept):
            named = await Needs(stores.database, tenant).files_of_versions(keys, at - attempts_kept)
            await _delete(stores, set(keys) - named)


async def _forget_dry_runs(stores: Stores, tenant: str, before: datetime) -> None:
    """Forget dry runs that have ended, with their histories; a report of an import's rows goes as litter then."""
    jobs = JobRepository(stores.database, tenant)
    for job_id in await jobs.dry_runs(before):
        if await jobs.delete_ended(job_id):
            await EventRepository(stores.database).delete_of(job_id)


async def _delete_unused(stores: Stores, tenant: str, keys: Iterable[str]) -> None:
    """Delete bytes that came in, unless an unfinished job or an upload names them."""
    needs = Needs(stores.database, tenant)
    await _delete(stores, set(keys) - await needs.inputs_of_live_jobs() - await needs.parts_of_uploads())


async def _delete_unnamed(stores: Stores, tenant: str, keys: Iterable[str], at: datetime) -> None:
    """Delete objects under `t/<tenant>/jobs/<job>/attempt-<n>/` that no job, history, or model needs."""
    before = at - timedelta(seconds=stores.settings.attempts_kept_seconds)
    exported_before = at - timedelta(days=stores.settings.exports_kept_days)
    job_of = {key: key.split("/")[3] for key in keys}
    needs, job_ids = Needs(stores.database, tenant), set(job_of.values())
    fates = await needs.fates(job_ids)
    named = await needs.files_of_models(job_ids, before) | await needs.sheets_of_trainings(job_ids)
    unneeded = {
        key for key, job in job_of.items() if key not in named and not _needs(fates.get(job), key, exported_before)
    }
    await _delete(stores, unneeded)


def _needs(fate: Fate | None, key: str, exported_before: datetime) -> bool:
    """Whether a job needs an object of one of its attempts. A training hands its own over to its model.

    Of an import it is the report of all rows, which is read also when none of them was good.
    """
    if fate is None:
        return False
    if not fate.is_settled:
        return True
    if fate.kind is JobKind.EXPORT and fate.finished_at is not None and fate.finished_at < exported_before:
        return False
    has_left = fate.kind is JobKind.IMPORT or (fate.has_succeeded and fate.kind is not JobKind.TRAINING)
    return has_left and key.split("/")[4] == f"attempt-{fate.last_attempt}"


async def _delete(stores: Stores, keys: set[str]) -> None:
    if keys:
        await stores.blobs.delete(keys)
        log.info("litter swept", objects=len(keys))
