"""Finds images that imports have copied from datasets into others, also of other tenants. Nothing is changed here."""

from collections.abc import Collection, Sequence

import polars as pl
from anyio import to_thread

from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.documents.deletions import CopyOfOther
from maskeraid_core.errors import InputGone
from maskeraid_core.ids import image_id
from maskeraid_core.manifests import read_columns
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetVersionRepository, versions_made_from

SHOWS = ("sha256", "twin_sha256")  # columns of a manifest: the image, and of a covered copy the face without


async def copies_from(stores: Stores, datasets: Sequence[str], digests: Collection[str]) -> list[CopyOfOther]:
    """Images of whatever tenant that were taken from these datasets and show one of these pictures; with tombstones.

    By lineage: whoever had the same picture from elsewhere has it still.
    """
    found = []
    for version in await versions_made_from(stores.database, datasets):
        manifest = await columns_of(stores, version, ("row", *SHOWS))
        if manifest is not None:
            source = next(part.dataset_id for part in version.lineage if part.dataset_id in datasets)
            is_new = pl.col("row") > await _last_row_before(stores, version)
            rows = manifest.filter(is_new & shows_any(manifest, digests))["row"]
            ids = [image_id(version.dataset_id, row) for row in rows]
            found += [CopyOfOther(tenant=version.tenant, image_id=one, copied_from=source) for one in ids]
    return found


def shows_any(manifest: pl.DataFrame, digests: Collection[str]) -> pl.Expr:
    """Whether a row is one of these pictures, or a covered copy of one."""
    columns = [pl.col(name) for name in SHOWS if name in manifest.columns]
    return pl.any_horizontal(column.is_in(list(digests)).fill_null(value=False) for column in columns)


async def columns_of(stores: Stores, version: DatasetVersion, columns: Sequence[str]) -> pl.DataFrame | None:
    """Columns of a manifest, with tombstones: what is being erased must be found until it is gone.

    None when the dataset was deleted, and swept just now. Raises: InputGone, ArtifactCorrupt.
    """
    try:
        data = await stores.blobs.get(version.manifest_key, version.manifest_sha256)
    except InputGone:
        if await DatasetVersionRepository(stores.database, version.tenant).get(version.id) is None:
            return None
        raise
    return await to_thread.run_sync(read_columns, data, columns)


async def _last_row_before(stores: Stores, version: DatasetVersion) -> int:
    """The highest number that an image had before the version's import: all behind it came with that."""
    versions = DatasetVersionRepository(stores.database, version.tenant)
    before = await versions.of_dataset(version.dataset_id, version.parent_version)
    return before.last_row if before else 0
