"""The items of a batch: a page of them, and the end of them all."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.gateway import Gateway
from maskeraid_api.pages import Asked, listed
from maskeraid_api.schemas.reimagings import ReimagingView
from maskeraid_core.documents.batches import BatchProgress
from maskeraid_core.errors import BadCursor, JobStateConflict, NotFound
from maskeraid_core.ids import index_of
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.outbox import drain_ended
from maskeraid_core.repositories.batches import ASKED_AT_ONCE, BatchRepository
from maskeraid_core.repositories.needs import Needs, input_keys

LISTED_AT_ONCE = 16  # folders of the store


async def page_of_items(
    request: Request, gateway: Gateway, batch: Job, asked: Asked, status: JobStatus | None
) -> Response:
    """The page that was asked for, in the order of the inputs unless the other one is asked for.

    Raises: BadCursor, NotFound.
    """
    batches = BatchRepository(gateway.stores.database)
    progress = await progress_of(gateway, batch)
    indices = list(range(progress.added)) if status is None else await _in_status(batches, progress, status)
    if request.query_params.get("order") == "desc":
        indices.reverse()
    rest, limit, found = _behind(indices, asked.request.after, batch.id), asked.request.limit, list[Job]()
    for first in range(0, len(rest), ASKED_AT_ONCE):  # some may have been deleted
        some = rest[first : first + ASKED_AT_ONCE]
        items = {item.batch.index: item for item in await batches.items(batch.id, some) if item.batch}
        found += [items[index] for index in some if index in items and status in (None, items[index].status)]
        if len(found) > limit:
            break
    views = [ReimagingView.of(item) for item in found[:limit]]
    return listed(request, views, has_more=len(found) > limit, total=len(indices) if asked.is_total_wanted else None)


async def _in_status(batches: BatchRepository, progress: BatchProgress, status: JobStatus) -> list[int]:
    if status.is_terminal:
        return progress.indices(of=status)
    running = await batches.running(progress.id)
    return [index for index in progress.unfinished() if (index in running) is (status is JobStatus.RUNNING)]


def _behind(indices: Sequence[int], after: str | None, batch_id: str) -> Sequence[int]:
    """What comes behind an item of the batch, which need not have this status any more. Raises: BadCursor."""
    if after is None:
        return indices
    last = index_of(after, batch_id)
    if last is None:
        raise BadCursor
    is_descending = len(indices) > 1 and indices[0] > indices[-1]
    return [index for index in indices if (index < last if is_descending else index > last)]


async def progress_of(gateway: Gateway, batch: Job) -> BatchProgress:
    """Raises: NotFound, of a batch that is being deleted."""
    progress = await BatchRepository(gateway.stores.database).progress(batch.id)
    if progress is None:
        raise NotFound
    return progress


async def delete_items(gateway: Gateway, batch: Job) -> None:
    """Remove every item with its history and bytes, and then what the batch was given.

    Who dies over it has lost nothing: asked again, it goes on. Raises: JobStateConflict while an item runs.
    """
    batches = BatchRepository(gateway.stores.database)
    progress = await progress_of(gateway, batch)
    for first in range(0, progress.total, ASKED_AT_ONCE):
        items = await batches.items(batch.id, range(first, min(first + ASKED_AT_ONCE, progress.total)))
        if any(not item.status.is_terminal for item in items):
            raise JobStateConflict("An item is being cancelled.", current_status=batch.status.value, allowed_actions=[])
        if untold := [item for item in items if item.has_outbox]:
            await drain_ended(gateway.stores, untold)
        await batches.delete_items(items)
        await _delete_bytes(gateway, items)
    inputs = await batches.inputs(batch.id)
    if inputs is not None:
        keys = {key for row in inputs.inputs for key in input_keys(row.model_dump())}
        needed = await Needs(gateway.stores.database, batch.tenant).inputs_of_live_jobs()  # of a retry, which has them
        await gateway.stores.blobs.delete(keys - needed)
    await batches.delete(batch.id)


async def _delete_bytes(gateway: Gateway, items: Sequence[Job]) -> None:
    blobs = gateway.stores.blobs
    for first in range(0, len(items), LISTED_AT_ONCE):
        folders = [f"t/{item.tenant}/jobs/{item.id}/" for item in items[first : first + LISTED_AT_ONCE]]
        for keys in await asyncio.gather(*map(blobs.keys, folders)):
            await blobs.delete(keys)
