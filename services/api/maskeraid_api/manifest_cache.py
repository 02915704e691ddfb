"""Dataset versions and their manifests, kept in memory by what is in them."""

import polars as pl
from anyio import to_thread

from maskeraid_api.kept import Kept
from maskeraid_api.kept_looks import KeptLooks, read_looks
from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.datasets import Dataset, DatasetVersion
from maskeraid_core.errors import NotFound
from maskeraid_core.manifests import compact, rows_of
from maskeraid_core.repositories.dataset_shares import ReadableDatasets

MOST_VERSION_BYTES = 8 * 2**20  # of their documents


class ManifestCache:
    """The most recently used manifests, up to `most_bytes` of them."""

    def __init__(self, blobs: Blobs, most_bytes: int) -> None:
        self._blobs = blobs
        self._kept: Kept[pl.DataFrame] = Kept(most_bytes, lambda manifest: int(manifest.estimated_size()))
        self._looks: Kept[KeptLooks] = Kept(most_bytes // 4, lambda looks: looks.bytes)
        self._versions: Kept[DatasetVersion] = Kept(MOST_VERSION_BYTES, lambda one: len(one.model_dump_json()))

    async def version(self, dataset: Dataset, number: int, readable: ReadableDatasets) -> DatasetVersion | None:
        """A published version of a dataset that was read just now by its owner, who alone is shown all of it."""

        async def read() -> DatasetVersion:
            found = await readable.version(dataset, number)
            if found is None:
                raise NotFound
            return found

        try:
            return await self._versions.of((dataset.id, number, dataset.rewritten), read)
        except NotFound:
            return None

    async def of(self, version: DatasetVersion) -> pl.DataFrame:
        """A row an image, as `compact` leaves it; read and parsed outside the event loop."""

        async def read() -> pl.DataFrame:
            return await to_thread.run_sync(compact, await rows_of(self._blobs, version))

        return await self._kept.of(version.rows_key, read)

    async def looks(self, version: DatasetVersion) -> KeptLooks:
        """The looks of the same rows, kept apart: few requests need them, and they are larger than all else."""

        async def read() -> KeptLooks:
            data = await self._blobs.get(version.manifest_key, version.manifest_sha256)
            return await to_thread.run_sync(read_looks, data, version.erased_rows)

        return await self._looks.of(version.rows_key, read)
