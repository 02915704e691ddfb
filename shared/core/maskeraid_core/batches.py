"""What becomes of a batch while its items run: notes how they end, ends the batch with the last, ends them with it.

Nobody holds a batch whose items run. Whoever tells of an item's end notes it and looks whether it was the last; the
sweeper looks as well. Each step is a compare-and-set or noted under the item's index, so any number may take it.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from maskeraid_core.documents.batches import FAILED, BatchInput, BatchProgress, BatchSpec
from maskeraid_core.errors import JobStateConflict, NotFound
from maskeraid_core.ids import item_id
from maskeraid_core.jobs import (
    OF_BATCH,
    BatchPlace,
    Job,
    JobError,
    JobKind,
    JobStatus,
    Notify,
    OutboxEntry,
    Progress,
)
from maskeraid_core.news import wish_subject
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.batches import ASKED_AT_ONCE, BatchRepository
from maskeraid_core.repositories.claims import Claim, JobClaims
from maskeraid_core.repositories.events import EventLine, EventRepository
from maskeraid_core.repositories.lanes import LaneRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import Change, JobAction, cancelled_with, failed, succeeded

TOLD_EVERY = timedelta(seconds=5)
FEWEST_DONE, FEWEST_SECONDS = 5, 10.0  # before that nobody knows how long the rest will take
BELLS = 8  # for the items of a batch: as many threads are woken, and each goes on by itself
ALL_ITEMS_FAILED = JobError(code="all_items_failed", message="No image of the batch was re-imaged.")


def item_of(batch: Job, spec: BatchSpec, index: int, given: BatchInput) -> Job:
    """The re-imaging that a batch makes of one input: silent, for the batch tells of all, and without a bell."""
    item = spec.template.model_copy(update={"image": given.image})
    queued = OutboxEntry(key="queued:0", kind="event", type="job.status", data={"status": JobStatus.QUEUED})
    return Job(
        id=item_id(batch.id, index), tenant=batch.tenant, kind=JobKind.REIMAGING, queue=batch.queue,
        spec=item.model_dump(mode="json"), spec_digest=batch.spec_digest, not_before=batch.created_at,
        deadline=batch.deadline, priority=OF_BATCH, batch=BatchPlace(batch_id=batch.id, index=index),
        rang_at=batch.created_at + timedelta(days=36_500),  # the sweeper rings for the batch, not for each item
        outbox=[queued], has_outbox=False,  # told together with its start
        notify=Notify(email=False, webhooks=False), metadata=batch.metadata,
        client_reference_id=given.client_reference_id, request_id=batch.request_id,
        created_at=batch.created_at, updated_at=batch.created_at,
    )  # fmt: skip


def how_ended(item: Job) -> str:
    """What is noted of an item that has ended."""
    return f"{FAILED}{item.error.code}" if item.status is JobStatus.FAILED and item.error else str(item.status)


async def note_ended(stores: Stores, batch_id: str, items: Sequence[Job]) -> Job | None:
    """Note how items of one batch ended; the batch, when that has ended it by this call."""
    noted = {item.batch.index: how_ended(item) for item in items if item.batch}
    progress = await BatchRepository(stores.database).note_ended(batch_id, noted)
    if progress is None:
        return None
    if progress.is_complete:
        return await settle(stores, progress)
    newest = max(item.finished_at or item.updated_at for item in items)
    if progress.told_at is None or newest - progress.told_at >= TOLD_EVERY:
        await _tell_progress(stores, progress, newest)
    return None


async def settle(stores: Stores, progress: BatchProgress) -> Job | None:
    """End a batch whose items have all ended; the batch then. None when they have not, or it had ended before."""
    moves = JobMoves(stores.database)
    batch = await moves.get(progress.id)
    if batch is None or _ending(progress, batch) is None:
        return None
    await JobClaims(stores.database).note(Claim(batch), progress=_reached(batch, progress, now()))
    return await moves.settle(batch, partial(_ending, progress))


def _ending(progress: BatchProgress, batch: Job) -> Change | None:
    if batch.status is not JobStatus.RUNNING or not progress.is_complete:
        return None
    if progress.counts["succeeded"]:
        return succeeded(batch, {"total": progress.total, **progress.counts, "errors": progress.errors})
    return failed(batch, ALL_ITEMS_FAILED.model_copy(update={"facts": {"errors": progress.errors}}))


def _reached(batch: Job, progress: BatchProgress, at: datetime) -> Progress:
    done, left = len(progress.ended), progress.total - len(progress.ended)
    seconds = (at - batch.started_at).total_seconds() if batch.started_at else 0.0
    is_known = done >= FEWEST_DONE and seconds >= FEWEST_SECONDS
    return Progress(
        current=done, total=progress.total, unit="image", percent=round(100 * done / progress.total, 1),
        eta_seconds=round(left * seconds / done) if is_known else None, updated_at=at,
    )  # fmt: skip


async def _tell_progress(stores: Stores, progress: BatchProgress, at: datetime) -> None:
    """For people, every few seconds; who asks for the batch itself is told what is so then."""
    batch = await JobMoves(stores.database).get(progress.id)
    if batch is None:
        return
    reached = _reached(batch, progress, at)
    if not await JobClaims(stores.database).note(Claim(batch), progress=reached):
        return
    await BatchRepository(stores.database).note_told(batch.id, at)
    line = EventLine(f"job.progress:items:{len(progress.ended)}", "job.progress", reached.model_dump(mode="json"))
    await EventRepository(stores.database).append(batch.id, batch.tenant, batch.fence, at, line)
    await stores.news.publish(batch.id)


async def end_items(stores: Stores, batch: Job) -> list[Job]:
    """Cancel every item of a batch that has not ended; those that are cancelled at once, still to be told of."""
    batches, moves = BatchRepository(stores.database), JobMoves(stores.database)
    progress = await batches.progress(batch.id)
    left = [] if progress is None else [index for index in range(progress.total) if str(index) not in progress.ended]
    ended: list[Job] = []
    for first in range(0, len(left), ASKED_AT_ONCE):
        items = await batches.items(batch.id, left[first : first + ASKED_AT_ONCE])
        waiting = [item for item in items if item.status is JobStatus.QUEUED]
        ended += await moves.move_each(waiting, partial(cancelled_with, batch))
        for item in items:
            if item.status is JobStatus.RUNNING:
                with suppress(JobStateConflict, NotFound):
                    await moves.ask(item, JobAction.CANCEL)
                await stores.news.publish(wish_subject(item.id))
    return ended


async def ring_for_items(stores: Stores, batch: Job, progress: BatchProgress) -> bool:
    """Wake workers for the items that wait; False when the bell is silent."""
    await LaneRepository(stores.database).mark_waiting(batch.queue, batch.tenant)
    for index in islice(progress.unfinished(), BELLS):
        if not await stores.doorbell.ring(batch.queue, item_id(batch.id, index)):
            return False
    return True
