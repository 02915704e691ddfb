"""Manifests of dataset versions, kept in memory by digest: they never change."""

from collections import OrderedDict

import polars as pl
from anyio import to_thread

from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.manifests import read_manifest

MOST_KEPT = 32


class ManifestCache:
    """The most recently used manifests."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._kept: OrderedDict[str, pl.DataFrame] = OrderedDict()

    async def of(self, version: DatasetVersion) -> pl.DataFrame:
        """A row an image; read and parsed outside the event loop."""
        digest = version.manifest_sha256
        if digest in self._kept:
            self._kept.move_to_end(digest)
            return self._kept[digest]
        data = await self._blobs.get(version.manifest_key, digest)
        manifest = await to_thread.run_sync(read_manifest, data)
        self._kept[digest] = manifest
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return manifest
