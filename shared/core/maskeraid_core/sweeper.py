"""Repairs what crashes leave behind. Any number of copies may run: each action is a compare-and-set."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from pymongo.errors import ConnectionFailure, PyMongoError

from maskeraid_core.flagging import flag_former_readers
from maskeraid_core.jobs import Job, JobStatus, QueueName
from maskeraid_core.news import wish_subject
from maskeraid_core.notices import drain_notices
from maskeraid_core.outbox import drain, tend_batch
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import narrowed
from maskeraid_core.repositories.deliveries import DeliveryQueue
from maskeraid_core.repositories.due import DueJobs
from maskeraid_core.repositories.lanes import LaneRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.notices import NoticeOutboxes
from maskeraid_core.repositories.pools import PoolRepository
from maskeraid_core.selectors import QUIET, order_if_outdated
from maskeraid_core.status_machine import lease_lost, past_deadline

log = structlog.get_logger()


async def sweep_forever(stores: Stores) -> None:
    """Sweep every `sweep_seconds` until cancelled; a store that does not answer is tried again."""
    while True:
        try:
            await sweep(stores)
        except (PyMongoError, OSError) as error:
            log.warning("sweep failed, will be tried again", error=str(error))
        await asyncio.sleep(stores.settings.sweep_seconds)


async def sweep(stores: Stores) -> None:
    """One round: deadlines, expired leases, outboxes, ended shares, selectors, lanes, bells, deliveries, batches."""
    moves, due = JobMoves(stores.database), DueJobs(stores.database)
    at = await moves.server_time()
    for job in await due.past_deadline(at):
        with _apart(job.id):
            await _end_by_deadline(stores, moves, job)
    for job in await due.lease_expired(at):
        with _apart(job.id):
            await _take_over(stores, moves, job)
    movers_time = timedelta(seconds=stores.settings.sweep_seconds / 2)
    for job in await due.with_outbox():
        if (job.outbox_at or job.created_at) <= at - movers_time:  # before that its mover may be at it
            with _apart(job.id):
                await drain(stores, job)
    for collection, document_id in await NoticeOutboxes(stores.database).waiting():
        with _apart(document_id):
            await drain_notices(stores, collection, document_id)
    for dataset_id, narrowed_at in await narrowed(stores.database):
        with _apart(dataset_id):
            await flag_former_readers(stores, dataset_id, narrowed_at)
    for pool in await PoolRepository(stores.database).due(at - QUIET):
        with _apart(pool.id):
            await order_if_outdated(stores, pool)
    await _ring(stores, at)
    await _tend_batches(stores, at)


async def _ring(stores: Stores, at: datetime) -> None:
    """Ring for jobs and deliveries, until the bell is silent for the first time."""
    due, lanes = DueJobs(stores.database), LaneRepository(stores.database)
    jobs = await due.to_ring(at, at - timedelta(seconds=stores.settings.ring_again_seconds))
    for queue, tenant in {(job.queue, job.tenant) for job in jobs}:
        await lanes.mark_waiting(queue, tenant)
    for job in jobs:
        if not await stores.doorbell.ring(job.queue, job.id):
            return
        await due.note_rang(job.id)
    deliveries = DeliveryQueue(stores.database)
    for delivery_id in await deliveries.due(silent_seconds=stores.settings.ring_again_seconds):
        if not await stores.doorbell.ring(QueueName.NOTIFIER, delivery_id):
            return
        await deliveries.note_rang(delivery_id)


async def _tend_batches(stores: Stores, at: datetime) -> None:
    """Batches whose items run: what a worker or a gateway left undone that died over them."""
    due = DueJobs(stores.database)
    silent_since = at - timedelta(seconds=stores.settings.ring_again_seconds)
    for batch in await due.parked():
        if batch.rang_at is None or batch.rang_at < silent_since or batch.cancel_requested:
            with _apart(batch.id):
                await tend_batch(stores, batch.id)
                await due.note_rang(batch.id)


@contextmanager
def _apart(subject: str) -> Iterator[None]:
    """Keep what is wrong with one job or pool from all the others; a store that is away ends the round."""
    try:
        yield
    except (ConnectionFailure, OSError):
        raise
    except Exception as error:
        log.error("left for the next round", subject=subject, exc_info=error)


async def _take_over(stores: Stores, moves: JobMoves, job: Job) -> None:
    """End or requeue a job whose lease ran out. A heartbeat in between changes the lease, and nothing matches."""
    settings = stores.settings
    moved = await moves.move(job, lease_lost(job, settings.crash_limit, settings.crash_delay_seconds))
    if moved:
        log.warning("lease expired", status=moved.status, crashes=moved.crashes, **job.log_context())
        await drain(stores, moved)


async def _end_by_deadline(stores: Stores, moves: JobMoves, job: Job) -> None:
    change = past_deadline(job)
    moved = await moves.move(job, change) if change else None
    if moved and moved.status is JobStatus.RUNNING:
        await stores.news.publish(wish_subject(job.id))
    elif moved:
        await drain(stores, moved)
