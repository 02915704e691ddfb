"""Repairs what crashes leave behind. Any number of copies may run: each action is a compare-and-set."""

import asyncio
from datetime import timedelta

import structlog
from pymongo.errors import PyMongoError

from maskeraid_core.jobs import DEADLINE_EXCEEDED, Job, JobStatus, QueueName, reason_of_cancel
from maskeraid_core.outbox import drain
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.deliveries import DeliveryQueue
from maskeraid_core.repositories.jobs import JobMoves

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
    """One round: deadlines, expired leases, outboxes, bells, deliveries."""
    moves = JobMoves(stores.database)
    at = await moves.server_time()
    for job in await moves.past_deadline(at):
        await _end_by_deadline(stores, moves, job)
    for job in await moves.lease_expired(at):
        await take_over(stores, moves, job)
    for job in await moves.with_outbox():
        if job.updated_at <= at - timedelta(seconds=stores.settings.sweep_seconds / 2):  # its mover may be at it
            await drain(stores, job)
    for job in await moves.ring_due(at - timedelta(seconds=stores.settings.ring_again_seconds)):
        if job.not_before <= at and await stores.doorbell.ring(job.queue, job.id):
            await moves.note_rang(job.id)
    for delivery_id in await DeliveryQueue(stores.database).due():
        await stores.doorbell.ring(QueueName.NOTIFIER, delivery_id)


async def take_over(stores: Stores, moves: JobMoves, job: Job) -> None:
    """End or requeue a job whose lease ran out. A heartbeat in between changes the lease, and nothing matches."""
    where: dict[str, object] = {"fence": job.fence, "lease_until": job.lease_until, "status": JobStatus.RUNNING}
    if job.cancel_requested:
        moved = await moves.move(job, JobStatus.CANCELLED, where=where, error=reason_of_cancel(job))
    else:
        moved = await moves.move_after_crash(job, stores.settings, where=where)
    if moved:
        log.warning("lease expired", status=moved.status, crashes=moved.crashes, **job.log_context())
        await drain(stores, moved)


async def _end_by_deadline(stores: Stores, moves: JobMoves, job: Job) -> None:
    if job.status is JobStatus.RUNNING:
        if not job.cancel_requested:
            await moves.wish_cancel(job, DEADLINE_EXCEEDED.code)
            await stores.news.publish(job.id)
        return
    where: dict[str, object] = {"fence": job.fence, "status": JobStatus.QUEUED}
    moved = await moves.move(job, JobStatus.CANCELLED, where=where, error=DEADLINE_EXCEEDED)
    if moved:
        await drain(stores, moved)
