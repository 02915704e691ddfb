"""Finding a dataset, a version, a row of its manifest; choosing what a training learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl
from anyio import to_thread

from maskeraid_api.manifest_cache import ManifestCache
from maskeraid_api.schemas.parts import ALL
from maskeraid_api.schemas.training_requests import DataChoice, TrainingDataChoice
from maskeraid_core.documents.datasets import DataPart, Dataset, DatasetVersion, Role
from maskeraid_core.documents.trainings import FEWEST_IMAGES
from maskeraid_core.errors import (
    DatasetEmpty,
    NotFound,
    ResolutionNotSupported,
    TestDataInTraining,
    TooFewImages,
    ValidationFailed,
)
from maskeraid_core.ids import parse_image_id
from maskeraid_core.manifests import PREFIX, Condition, check_numbers, check_values, filter_manifest, parse_where
from maskeraid_core.repositories.dataset_shares import ReadableDatasets
from maskeraid_core.repositories.datasets import DatasetRepository

SMALLEST_SIDE, LARGEST_SIDE, SIDE_STEP = 16, 256, 8  # pixels
MOST_SHOWN = 10


@dataclass(frozen=True)
class Library:
    """The datasets that a tenant may read, with their manifests. `datasets` are its own, which alone it may change."""

    readable: ReadableDatasets
    manifests: ManifestCache

    @property
    def datasets(self) -> DatasetRepository:
        return self.readable.own

    def is_own(self, dataset: Dataset | DatasetVersion) -> bool:
        return dataset.tenant == self.readable.tenant

    async def get(self, dataset_id: str) -> Dataset | None:
        """A dataset of its own, or one that is shared with it."""
        return await self.readable.get(dataset_id)

    async def require(self, dataset_id: str, **place: str) -> Dataset:
        """Raises: NotFound, with the same words for what is not shared and for what never was."""
        found = await self.get(dataset_id)
        if found is None:
            raise NotFound("There is no such dataset.", **place) if place else NotFound
        return found

    async def require_copyable(self, dataset_id: str, purpose: str, pointer: str) -> Dataset:
        """A dataset whose images may become the tenant's own. Raises: NotFound, also where they may only be read."""
        found = await self.require(dataset_id, pointer=pointer)
        if not self.readable.may_copy(found):
            raise NotFound(
                f"The images of {found.name} are not yours to {purpose}: ask its owner to allow downloads, or train on "
                "it as it is.",
                pointer=pointer,
            )
        return found

    async def version(
        self, dataset: Dataset, wanted: int | str = "latest", pointer: str | None = None
    ) -> DatasetVersion:
        """A published version; `pointer` is where a body asks for it. Raises: DatasetEmpty, NotFound."""
        place = {} if pointer is None else {"pointer": pointer}
        if dataset.latest_version == 0:
            raise DatasetEmpty(f"The dataset {dataset.name} has no version yet: import images first.", **place)
        number = dataset.latest_version if wanted == "latest" else int(wanted)
        version = await self.numbered(dataset, number)
        if version is None:
            raise NotFound(f"The dataset {dataset.name} has no version {number}.", **place)
        return version

    async def numbered(self, dataset: Dataset, number: int) -> DatasetVersion | None:
        """A published version. One of its own is kept in memory until its dataset says that one was rewritten."""
        if number > dataset.latest_version:
            return None
        if not self.is_own(dataset):
            return await self.readable.version(dataset, number)
        return await self.manifests.version(dataset, number, self.readable)

    async def manifest(self, version: DatasetVersion) -> pl.DataFrame:
        """All rows, without what its owner keeps from others."""
        return self.readable.rows(version, await self.manifests.of(version))

    async def rows(
        self,
        version: DatasetVersion,
        where: Sequence[str],
        inside: str | None = None,
        *,
        with_suggestions: bool = False,
    ) -> pl.DataFrame:
        """The manifest's rows under a filter; `inside` points to the part of a body that has it."""
        manifest = await self.manifest(version)
        conditions = parse_where(where, inside)
        if not conditions:
            return manifest
        return await to_thread.run_sync(partial(_filter, manifest, conditions, with_suggestions=with_suggestions))

    async def check_values(
        self, versions: Sequence[DatasetVersion], where: Sequence[str], inside: str, *, with_suggestions: bool = False
    ) -> None:
        """Raise ValidationFailed for a condition that no image of these versions meets."""
        if where:
            manifests = [await self.manifest(version) for version in versions]
            check = partial(check_values, manifests, parse_where(where, inside), with_suggestions=with_suggestions)
            await to_thread.run_sync(check)

    async def named_values(self) -> dict[str, list[str]]:
        """The values that the schemas of all of the tenant's datasets name, by attribute."""
        values: dict[str, set[str]] = {}
        for dataset in await self.datasets.all_live():
            for name, part in dataset.attributes.items():
                values.setdefault(name, set()).update(part.values or ())
        return {name: sorted(found) for name, found in values.items()}

    async def image(self, image_id: str, wanted: int | str = "latest") -> tuple[DatasetVersion, dict[str, object]]:
        """The version and the manifest's row of an image; NotFound also when that version does not have it."""
        place = parse_image_id(image_id)
        dataset = await self.get(place[0]) if place else None
        if place is None or dataset is None or dataset.latest_version == 0:
            raise NotFound
        version = await self.version(dataset, wanted)
        manifest = await self.manifest(version)
        found = places_of(manifest, [place[1]])
        if not found:
            raise NotFound
        return version, manifest.row(found[0], named=True)


def places_of(manifest: pl.DataFrame, rows: Sequence[int]) -> list[int]:
    """Where a manifest has the images with these row numbers; those that it has not are left out."""
    numbers = manifest["row"]
    if not numbers.flags["SORTED_ASC"]:
        return numbers.is_in(list(rows)).arg_true().to_list()
    wanted = pl.Series(sorted(rows), dtype=pl.Int64)
    found = numbers.search_sorted(wanted)
    pairs = zip(found.to_list(), wanted.to_list(), strict=True)
    return [place for place, row in pairs if place < numbers.len() and numbers[place] == row]


def _filter(manifest: pl.DataFrame, where: Sequence[Condition], *, with_suggestions: bool) -> pl.DataFrame:
    check_numbers(manifest, where)
    return filter_manifest(manifest, where, with_suggestions=with_suggestions)


@dataclass(frozen=True)
class TrainingData:
    """What a training learns from, checked."""

    parts: list[DataPart]
    image_count: int
    resolution: int  # side of every image, pixels
    attributes: Sequence[pl.DataFrame]  # their columns, a frame a part


async def choose_training_data(library: Library, choices: Sequence[TrainingDataChoice]) -> TrainingData:
    """Find versions and count images. `all` becomes the newest version of each dataset to train on, oldest first.

    An image that is in several parts counts once.

    Raises: TestDataInTraining, DatasetEmpty, TooFewImages, ResolutionNotSupported, NotFound,
        ValidationFailed (a filter names an attribute that the images have not, or a value that none has).
    """
    parts, names, selections = [], [], []
    chosen = [(place, dataset, choice, await library.version(dataset, choice.version))
              for place, dataset, choice in await _chosen_datasets(library, choices)]  # fmt: skip
    for place, dataset, choice, version in chosen:
        selections.append(await library.rows(version, choice.where, f"/data/{place}"))
        parts.append(DataPart(dataset_id=dataset.id, version=version.version, where=choice.where))
        names.append(dataset.name)
    for place, choice in enumerate(choices):
        alike = [
            version for _, _, one, version in chosen if one.where == choice.where
        ]  # a value of any of them will do
        await library.check_values(alike, choice.where, f"/data/{place}")
    count = pl.concat([selection["sha256"] for selection in selections]).n_unique()
    if count < FEWEST_IMAGES:
        raise TooFewImages(f"Only {count} images are left; a training needs at least {FEWEST_IMAGES}.", count=count)
    attributes = [selection.select(f"^{PREFIX}.*$") for selection in selections]
    return TrainingData(parts, count, _common_side(names, selections), attributes)


async def _chosen_datasets(
    library: Library, choices: Sequence[TrainingDataChoice]
) -> list[tuple[int, Dataset, TrainingDataChoice]]:
    """Each with its place in the request."""
    if all(choice.dataset_id != ALL for choice in choices):
        return [(place, await _dataset_to_train_on(library, one, place), one) for place, one in enumerate(choices)]
    if len(choices) > 1 or choices[0].version != "latest":
        raise ValidationFailed("`all` stands alone, for the newest versions of all.", pointer="/data")
    live = await library.datasets.all_live()
    found = [one for one in live if one.role is Role.TRAIN and one.latest_version]
    if not found:
        raise DatasetEmpty("You have no dataset to train on yet: import images first.")
    return [(0, dataset, choices[0]) for dataset in sorted(found, key=lambda one: one.id)]


async def _dataset_to_train_on(library: Library, choice: DataChoice, place: int) -> Dataset:
    dataset = await library.require(choice.dataset_id, pointer=f"/data/{place}/dataset_id")
    if dataset.role is not Role.TRAIN:
        raise TestDataInTraining(
            f"The dataset {dataset.name} is for tests, for good: name another, or import the same images into one for "
            "training.",
            pointer=f"/data/{place}",
        )
    return dataset


def _common_side(names: Sequence[str], selections: Sequence[pl.DataFrame]) -> int:
    """The side of all images. Raises ResolutionNotSupported, which names the sizes of each data set."""
    sizes = [sorted(selection.select("width", "height").unique().rows()) for selection in selections]
    found = sorted({size for of_one in sizes for size in of_one})
    width, height = found[0]
    is_supported = SMALLEST_SIDE <= width <= LARGEST_SIDE and width % SIDE_STEP == 0
    if len(found) > 1 or width != height or not is_supported:
        shown = "; ".join(
            f"{name}: {', '.join(f'{width}x{height}' for width, height in of_one[:MOST_SHOWN])}"
            for name, of_one in list(zip(names, sizes, strict=True))[:MOST_SHOWN]
            if of_one
        )
        are_mixed = any(len(of_one) > 1 for of_one in sizes)
        remedy = " Import each size into a data set of its own." if are_mixed else " Name the data sets of one size."
        raise ResolutionNotSupported(
            f"All images must be square and of one size, {SMALLEST_SIDE} to {LARGEST_SIDE} pixels in steps of "
            f"{SIDE_STEP}; found: {shown}.{remedy * (len(found) > 1)}",
            pointer="/data",
        )
    return int(width)
