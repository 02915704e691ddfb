"""Deletes images that no dataset has any more: those of deleted datasets, and of imports that came to nothing."""

from datetime import datetime, timedelta
from itertools import islice

import structlog
from anyio import to_thread

from maskeraid_core.blobs import image_key, thumbnail_key
from maskeraid_core.erasing import DIGESTS
from maskeraid_core.errors import ArtifactCorrupt, InputGone
from maskeraid_core.manifests import read_columns
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.needs import Needs

log = structlog.get_logger()

SWEPT_EVERY = timedelta(days=1)  # each time all manifests are read, so not in each round
DELETED_AT_ONCE = 500  # objects between two looks whether an import has begun
FOLDERS = ("images", "thumbnails", "manifests")


async def sweep_images(stores: Stores, tenant: str, at: datetime) -> None:
    """Once a day, and when a dataset was deleted an hour ago: delete old objects that no version of a live one names.

    Not while an import runs: what it stores is named by its end, and what it finds stored it relies on.
    """
    before = at - timedelta(seconds=stores.settings.attempts_kept_seconds)
    needs, accounts = Needs(stores.database, tenant), AccountRepository(stores.database)
    if await needs.is_changing_datasets():
        return
    has_forgotten = await _forget_versions(stores, tenant, before)
    if not has_forgotten and not await accounts.begin_sweep(tenant, at, at - SWEPT_EVERY):
        return
    old = {key for name in FOLDERS async for keys in stores.blobs.older(f"t/{tenant}/{name}", before) for key in keys}
    try:
        named = await _named(stores, tenant) if old else set()
    except (InputGone, ArtifactCorrupt):  # what it named, nobody knows
        log.error("images not swept: a manifest cannot be read", tenant=tenant)
        return
    unnamed = iter(sorted(old - named - await needs.images_of_live_jobs()))
    while (keys := list(islice(unnamed, DELETED_AT_ONCE))) and not await needs.is_changing_datasets():
        await stores.blobs.delete(keys)
        log.info("images swept", tenant=tenant, objects=len(keys))


async def _forget_versions(stores: Stores, tenant: str, before: datetime) -> bool:
    """Forget those of datasets that were deleted before then, and those that an import left unpublished."""
    latest = await DatasetRepository(stores.database, tenant).latest_versions(before)
    versions = DatasetVersionRepository(stores.database, tenant)
    gone = [one async for one in versions.each() if one.version > latest.get(one.dataset_id, 0)]
    for version in gone:
        await versions.forget(version)
    return bool(gone)


async def _named(stores: Stores, tenant: str) -> set[str]:
    """Keys of all that versions name, and of their manifests; one of those in memory."""
    named: set[str] = set()
    async for version in DatasetVersionRepository(stores.database, tenant).each():
        named.add(version.manifest_key)
        manifest = await stores.blobs.get(version.manifest_key, version.manifest_sha256)
        digests = await to_thread.run_sync(_digests_in, manifest)
        named.update(make(tenant, digest) for digest in digests for make in (image_key, thumbnail_key))
    return named


def _digests_in(manifest: bytes) -> set[str]:
    rows = read_columns(manifest, DIGESTS)
    return {digest for column in rows for digest in column.drop_nulls().unique()}
