"""A batch becomes its items: re-imagings that wait like any other, but behind what somebody waits for."""

import structlog

from maskeraid_core import failpoints
from maskeraid_core.batches import item_of, ring_for_items
from maskeraid_core.documents.batches import BatchInputs, BatchProgress, BatchSpec
from maskeraid_core.errors import InputGone
from maskeraid_core.held import Held, LeaseLost
from maskeraid_core.outbox import tend_batch
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.batches import BatchRepository

log = structlog.get_logger()

SLICE = 50  # items written at once: 0.2 s, after which a cancel is heard


def add_items(port: PortalStores, held: Held) -> None:
    """Make every item of a claimed batch; those that an attempt before this one has made stay as they are.

    The first slice is rung for at once: other threads begin with it while this one makes the rest.

    Raises: InputGone; CancelAsked, LeaseLost.
    """
    batches, batch = BatchRepository(port.stores.database), held.job
    inputs, progress = port.call(batches.inputs, batch.id), port.call(batches.progress, batch.id)
    if inputs is None or progress is None:
        raise InputGone("what the batch was given is gone")
    held.enter("re-imaging")
    try:
        for first in range(0, progress.total, SLICE):
            held.check()
            _add_slice(port, held, inputs, progress, first)
    except LeaseLost:
        port.call(tend_batch, port.stores, batch.id)  # it may have ended meanwhile: what was just made ends with it
        raise
    log.info("items of a batch added", items=progress.total)


def _add_slice(port: PortalStores, held: Held, inputs: BatchInputs, progress: BatchProgress, first: int) -> None:
    """Those that have ended are left out: their owner may have deleted them."""
    batches, batch = BatchRepository(port.stores.database), held.job
    spec, last = BatchSpec.model_validate(batch.spec), min(first + SLICE, progress.total)
    left = [index for index in range(first, last) if str(index) not in progress.ended]
    items = [item_of(batch, spec, index, inputs.inputs[index]) for index in left]
    if items:
        port.call(batches.add_items, batch.id, items, last)
    failpoints.hit("batch.slice_added")
    if first == 0:
        port.call(ring_for_items, port.stores, batch, progress.model_copy(update={"added": last}))
