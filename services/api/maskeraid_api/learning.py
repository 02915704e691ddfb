"""Which versions of models learned from an image."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from anyio import to_thread

from maskeraid_api.dataset_access import Library, places_of
from maskeraid_api.kept import Kept
from maskeraid_api.schemas.parts import ModelReference
from maskeraid_core.manifests import filter_manifest, parse_where
from maskeraid_core.repositories.models import Learner, ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.pools import PoolRepository

KEPT_SECONDS = 60
MOST_KEPT_BYTES = 8 * 2**20
BYTES_OF_PART = 500  # roughly, of a part of a dataset that a version learned from


def bytes_of(learners: Sequence[Learner]) -> int:
    """What some versions take in memory, roughly."""
    return BYTES_OF_PART * (1 + sum(1 + len(one.data) for one in learners))


@dataclass(frozen=True)
class Learners:
    """Finds the versions of a tenant's models that learned from images."""

    library: Library
    models: ModelRepository
    versions: ModelVersionRepository
    pools: PoolRepository
    kept: Kept[Sequence[Learner]]  # of all tenants, by what has changed since

    async def of(self, images: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], Sequence[ModelReference]]:
        """By dataset and row. What a filter left out was not learned from."""
        found: dict[tuple[str, int], list[ModelReference]] = defaultdict(list)
        for dataset_id in sorted({dataset_id for dataset_id, _ in images}):
            rows = [row for dataset, row in images if dataset == dataset_id]
            for version in await self.live(dataset_id):
                reference = ModelReference(model_id=version.model_id, version=version.version)
                for row in sorted(await self._seen(version, dataset_id, rows)):
                    found[dataset_id, row].append(reference)
        return found

    async def live(self, dataset_id: str) -> Sequence[Learner]:
        """Versions of models that are there which learned from a dataset.

        Kept until the tenant's pool of models changes; for a minute at most, should whoever changed it have died.
        """
        tenant = self.library.readable.tenant
        changes, minute = await self.pools.noted(tenant), time.monotonic() // KEPT_SECONDS
        return await self.kept.of((tenant, dataset_id, changes, minute), lambda: self._read(dataset_id))

    async def _read(self, dataset_id: str) -> Sequence[Learner]:
        versions = await self.versions.learned_from(dataset_id)
        live = await self.models.live_among({version.model_id for version in versions}) if versions else set()
        return [version for version in versions if version.model_id in live]

    async def _seen(self, model: Learner, dataset_id: str, rows: Sequence[int]) -> set[int]:
        """Which of these rows of a dataset a version learned from."""
        seen: set[int] = set()
        for part in model.data:
            if part.dataset_id != dataset_id:
                continue
            version = await self.library.readable.numbered(dataset_id, part.version)
            if version is None:
                continue
            # Whole: an attribute of the training's filter may have been made private since.
            manifest = await self.library.manifests.of(version)
            seen |= await to_thread.run_sync(_among, manifest, rows, part.where)
        return seen


def _among(manifest: pl.DataFrame, rows: Sequence[int], where: Sequence[str]) -> set[int]:
    """Which of these rows a filter leaves."""
    return set(filter_manifest(manifest[places_of(manifest, rows)], parse_where(where))["row"].to_list())
