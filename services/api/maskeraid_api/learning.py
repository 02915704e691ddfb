"""What learned from what: the images that a model's version was trained on, and the versions that saw an image."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from anyio import to_thread

from maskeraid_api.dataset_access import Library
from maskeraid_api.schemas.parts import ModelReference
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.errors import BadCursor
from maskeraid_core.ids import parse_image_id
from maskeraid_core.manifests import PREFIX, filter_manifest, parse_where
from maskeraid_core.repositories.models import Learner, ModelRepository, ModelVersionRepository

PART = "part"  # the column that says from which version a row comes


@dataclass(frozen=True)
class Selected:
    """Rows of manifests under a filter, in their order, each with the place of its version in `versions`."""

    versions: Sequence[DatasetVersion]
    rows: pl.DataFrame

    def behind(self, image_id: str) -> int:
        """Where the page behind an image begins. Raises: BadCursor for an image that is not among them."""
        found = parse_image_id(image_id)
        parts = [place for place, version in enumerate(self.versions) if found and version.dataset_id == found[0]]
        if found is None or not parts:
            raise BadCursor
        if len(self.versions) == 1:  # also behind one that the filter leaves out
            return int((self.rows["row"] <= found[1]).sum())
        matching = self.rows.with_row_index("place").filter(pl.col(PART).is_in(parts) & (pl.col("row") == found[1]))
        if matching.is_empty():
            raise BadCursor
        return int(matching["place"][0]) + 1

    def page(self, start: int, limit: int) -> list[tuple[DatasetVersion, dict[str, Any]]]:
        rows = self.rows.slice(start, limit).iter_rows(named=True)
        return [(self.versions[row[PART]], row) for row in rows]


async def images_of_dataset(library: Library, version: DatasetVersion, where: Sequence[str]) -> Selected:
    """The images of one version under a filter."""
    rows = await library.rows(version, where)
    return Selected([version], rows.with_columns(pl.lit(0).alias(PART)))


async def images_of_model(library: Library, model: ModelVersion, where: Sequence[str]) -> Selected:
    """The images that a model learned from, each once; those of a dataset that was deleted since are left out."""
    versions: list[DatasetVersion] = []
    frames: list[pl.DataFrame] = []
    for part in model.data:
        version = await library.versions.of_dataset(part.dataset_id, part.version)
        if version is None or await library.datasets.get(part.dataset_id) is None:
            continue
        rows = await library.rows(version, part.where)
        keys = {PART: pl.lit(len(versions)), "dataset": pl.lit(part.dataset_id)}
        versions.append(version)
        frames.append(rows.with_columns(**keys))
    if not frames:
        return Selected([], pl.DataFrame({PART: [], "row": []}))
    return Selected(versions, await to_thread.run_sync(_join, frames, where))


def _join(frames: Sequence[pl.DataFrame], where: Sequence[str]) -> pl.DataFrame:
    """One below the other, an image once; an attribute that a manifest does not have is missing there."""
    rows = pl.concat(frames, how="diagonal_relaxed").unique(["dataset", "row"], keep="first", maintain_order=True)
    return filter_manifest(rows.with_columns(pl.col(f"^{PREFIX}.*$").fill_null("")), parse_where(where))


@dataclass(frozen=True)
class Learners:
    """Finds the versions of a tenant's models that learned from images."""

    library: Library
    models: ModelRepository
    versions: ModelVersionRepository

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

    async def live(self, dataset_id: str) -> list[Learner]:
        """Versions of models that are there which learned from a dataset."""
        versions = await self.versions.learned_from(dataset_id)
        live = await self.models.live_among({version.model_id for version in versions}) if versions else set()
        return [version for version in versions if version.model_id in live]

    async def _seen(self, model: Learner, dataset_id: str, rows: Sequence[int]) -> set[int]:
        """Which of these rows of a dataset a version learned from."""
        seen: set[int] = set()
        for part in model.data:
            if part.dataset_id != dataset_id:
                continue
            version = await self.library.versions.of_dataset(dataset_id, part.version)
            if version is None:
                continue
            manifest = await self.library.manifests.of(version)
            seen |= await to_thread.run_sync(_among, manifest, rows, part.where)
        return seen


def _among(manifest: pl.DataFrame, rows: Sequence[int], where: Sequence[str]) -> set[int]:
    """Which of these rows a filter leaves."""
    return set(filter_manifest(manifest.filter(pl.col("row").is_in(rows)), parse_where(where))["row"].to_list())
