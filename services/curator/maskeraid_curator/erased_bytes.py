"""Deletes images that were erased, and what belongs to them, unless other images name the same bytes."""

import polars as pl
from anyio import to_thread

from maskeraid_core.blobs import image_key, thumbnail_key
from maskeraid_core.documents.deletions import Counts, Erasure
from maskeraid_core.erasing import DIGESTS
from maskeraid_core.manifests import read_manifest, rows_of
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetVersionRepository


async def count(stores: Stores, erasure: Erasure) -> Counts:
    """What will be deleted, when the manifests name the images no more."""
    named: set[str] = set()
    wanted = pl.Series(erasure.digests, dtype=pl.String)
    async for version in DatasetVersionRepository(stores.database, erasure.tenant).each():
        named |= await to_thread.run_sync(_among, await rows_of(stores.blobs, version), wanted)
    going = [digest for digest in erasure.digests if digest not in named]
    small = [digest for digest in going if await stores.blobs.exists(thumbnail_key(erasure.tenant, digest))]
    return Counts(digests=going, kept=sorted(named), thumbnails=len(small))


def _among(rows: pl.DataFrame, wanted: pl.Series) -> set[str]:
    columns = [rows[name].drop_nulls().cast(pl.String) for name in DIGESTS if name in rows.columns]
    return {digest for column in columns for digest in wanted.filter(wanted.is_in(column.implode()))}


async def delete_bytes(stores: Stores, erasure: Erasure) -> None:
    """Images, thumbnails, and every manifest that no version names and that still has one of the images."""
    tenant, blobs = erasure.tenant, stores.blobs
    digests = erasure.counts.digests if erasure.counts else []
    named = await DatasetVersionRepository(stores.database, tenant).manifest_keys()
    wanted = pl.Series(erasure.digests, dtype=pl.String)
    for key in sorted({*await blobs.keys(f"t/{tenant}/manifests")} - named):
        if wanted.len() and _among(await to_thread.run_sync(read_manifest, await blobs.get(key)), wanted):
            await blobs.delete([key])
    for digest in digests:
        await blobs.delete([image_key(tenant, digest), thumbnail_key(tenant, digest)])
