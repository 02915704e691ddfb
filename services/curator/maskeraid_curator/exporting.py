"""Exports images of a dataset's version: rows → stored PNGs → one zip in the store, written as it is made."""

import threading
from collections.abc import AsyncIterator, Iterator

import polars as pl
from anyio import to_thread

from maskeraid_core.documents.exports import ExportFormat, ExportSpec
from maskeraid_core.errors import InputGone
from maskeraid_core.held import Held
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_curator.croissant import Described
from maskeraid_curator.export_folder import entries_of, folder_pieces
from maskeraid_curator.export_reading import Reader
from maskeraid_curator.export_tensors import arrays_of, tensor_pieces
from maskeraid_curator.tracking import Tracker
from maskeraid_curator.versions import read_version
from maskeraid_curator.zip_records import MOST_ENTRIES

CONTENT = "content.zip"
TOO_LARGE_FOR_IMPORT = (
    "the zip has {} entries, and an import takes {}: to bring it back, export it in parts, by `where`"
)


def carry_out(held: Held, port: PortalStores, is_leaving: threading.Event) -> None:
    """Carry out the export that is held; its zip counts with the job's success, or is swept.

    Of the same version, filter, and format the zip has the same bytes each time, as long as the dataset's name, legal
    basis, and owner stay.

    Raises: InputGone, ArtifactCorrupt, and what `Held.check` and the worker's end bring.
    """
    spec = ExportSpec.model_validate(held.job.spec)
    held.enter("reading")
    of, rows = port.call(_described, held.stores, held.job.tenant, spec)
    owner = of.version.tenant
    held.enter("writing")
    if spec.format is ExportFormat.TENSORS:
        arrays = arrays_of(rows)
        reader = Reader(held, port, is_leaving, Tracker(held, rows.height * len(arrays)), owner)
        pieces = tensor_pieces(of, rows, arrays, reader)
    else:
        if (entries := entries_of(rows)) > MOST_ENTRIES:
            held.warn("too_large_for_import", TOO_LARGE_FOR_IMPORT.format(entries, MOST_ENTRIES))
        pieces = folder_pieces(of, rows, Reader(held, port, is_leaving, Tracker(held, rows.height), owner))
    key = f"{held.job.attempt_prefix}{CONTENT}"
    length, digest = port.call(held.stores.blobs.put_stream, key, _from_thread(pieces))
    held.result = {"images": rows.height, "key": key, "bytes": length, "sha256": digest}


async def _described(stores: Stores, tenant: str, spec: ExportSpec) -> tuple[Described, pl.DataFrame]:
    dataset, version, rows = await read_version(stores, tenant, spec)
    owner = await AccountRepository(stores.database).tenant(dataset.tenant)
    if rows.is_empty():
        raise InputGone("no image is left of what was to be exported")
    return Described(dataset, version, spec.where, owner.name if owner else dataset.tenant), rows


async def _from_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces that a thread makes, one after the other, while the event loop writes."""
    while (piece := await to_thread.run_sync(next, pieces, None)) is not None:
        yield piece
