"""Finding a dataset, a version, a row of its manifest; choosing what a training learns from."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from anyio import to_thread

from maskeraid_api.manifest_cache import ManifestCache
from maskeraid_api.schemas.parts import ALL
from maskeraid_api.schemas.trainings import FEWEST_IMAGES, DataChoice, TrainingDataChoice
from maskeraid_core.documents.datasets import Dataset, DatasetVersion, Role
from maskeraid_core.documents.trainings import DataPart
from maskeraid_core.errors import (
    DatasetEmpty,
    NotFound,
    ResolutionNotSupported,
    TestDataInTraining,
    TooFewImages,
    ValidationFailed,
)
from maskeraid_core.ids import parse_image_id
from maskeraid_core.manifests import filter_manifest, parse_where
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository

SMALLEST_SIDE, LARGEST_SIDE, SIDE_STEP = 16, 256, 8  # pixels


@dataclass(frozen=True)
class Library:
    """A tenant's datasets with their manifests."""

    datasets: DatasetRepository
    versions: DatasetVersionRepository
    manifests: ManifestCache

    async def version(self, dataset: Dataset, wanted: int | str = "latest") -> DatasetVersion:
        """A published version. Raises: DatasetEmpty, NotFound."""
        if dataset.latest_version == 0:
            raise DatasetEmpty(f"The dataset {dataset.name} has no version yet: import images first.")
        number = dataset.latest_version if wanted == "latest" else int(wanted)
        version = await self.versions.of_dataset(dataset.id, number) if number <= dataset.latest_version else None
        if version is None:
            raise NotFound(f"The dataset {dataset.name} has no version {number}.")
        return version

    async def rows(self, version: DatasetVersion, where: Sequence[str]) -> pl.DataFrame:
        """The manifest's rows under a filter."""
        manifest = await self.manifests.of(version)
        conditions = parse_where(where)
        return await to_thread.run_sync(filter_manifest, manifest, conditions) if conditions else manifest

    async def image(self, image_id: str) -> tuple[DatasetVersion, dict[str, object]]:
        """The version and the manifest's row of an image; NotFound also when the newest version has it no more."""
        place = parse_image_id(image_id)
        dataset = await self.datasets.get(place[0]) if place else None
        if place is None or dataset is None or dataset.latest_version == 0:
            raise NotFound
        version = await self.version(dataset)
        manifest = await self.manifests.of(version)
        found = manifest.filter(pl.col("row") == place[1])
        if found.is_empty():
            raise NotFound
        return version, found.row(0, named=True)


@dataclass(frozen=True)
class TrainingData:
    """What a training learns from, checked."""

    parts: list[DataPart]
    image_count: int
    resolution: int  # side of every image, pixels


async def choose_training_data(library: Library, choices: Sequence[TrainingDataChoice]) -> TrainingData:
    """Find versions and count images. `all` becomes the newest version of each dataset to train on, oldest first.

    Raises: TestDataInTraining, DatasetEmpty, TooFewImages, ResolutionNotSupported, NotFound,
        ValidationFailed (a filter names an attribute that the images have not).
    """
    parts, selections = [], []
    for dataset, choice in await _chosen_datasets(library, choices):
        version = await library.version(dataset, choice.version)
        selections.append(await library.rows(version, choice.where))
        parts.append(DataPart(dataset_id=dataset.id, version=version.version, where=choice.where))
    count = sum(selection.height for selection in selections)
    if count < FEWEST_IMAGES:
        raise TooFewImages(f"{count} images are left; a training needs at least {FEWEST_IMAGES}.", count=count)
    return TrainingData(parts, count, _common_side(selections))


async def _chosen_datasets(
    library: Library, choices: Sequence[TrainingDataChoice]
) -> list[tuple[Dataset, TrainingDataChoice]]:
    if all(choice.dataset_id != ALL for choice in choices):
        return [(await _dataset_to_train_on(library, one, place), one) for place, one in enumerate(choices)]
    if len(choices) > 1 or choices[0].version != "latest":
        raise ValidationFailed("`all` stands alone, for the newest versions of all.", pointer="/data")
    live = await library.datasets.all_live()
    found = [one for one in live if one.role is Role.TRAIN and one.latest_version]
    if not found:
        raise DatasetEmpty("You have no dataset to train on yet: import images first.")
    return [(dataset, choices[0]) for dataset in sorted(found, key=lambda one: one.id)]


async def _dataset_to_train_on(library: Library, choice: DataChoice, place: int) -> Dataset:
    dataset = await library.datasets.get(choice.dataset_id)
    if dataset is None:
        raise NotFound("There is no such dataset.", pointer=f"/data/{place}/dataset_id")
    if dataset.role is not Role.TRAIN:
        raise TestDataInTraining(f"The dataset {dataset.name} has the role `test`.", pointer=f"/data/{place}")
    return dataset


def _common_side(selections: Sequence[pl.DataFrame]) -> int:
    sizes = pl.concat([part.select("width", "height").unique() for part in selections], how="vertical_relaxed").unique()
    found = sorted(sizes.rows())
    width, height = found[0]
    is_supported = SMALLEST_SIDE <= width <= LARGEST_SIDE and width % SIDE_STEP == 0
    if len(found) > 1 or width != height or not is_supported:
        shown = ", ".join(f"{width}x{height}" for width, height in found[:5])
        raise ResolutionNotSupported(
            f"All images must be square and of one size, {SMALLEST_SIDE} to {LARGEST_SIDE} pixels in steps of "
            f"{SIDE_STEP}; found: {shown}."
        )
    return int(width)
