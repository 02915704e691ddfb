"""Orders of images other than their own: by likeness to one of them, by what was measured."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from anyio import to_thread
from numpy.typing import NDArray

from maskeraid_api.dataset_access import Library, places_of
from maskeraid_api.kept_looks import KeptLooks
from maskeraid_api.selected_images import Part, Selected
from maskeraid_core import quality
from maskeraid_core.errors import NotFound, ValidationFailed

SORT = r"^(like:img_[0-9A-Z_]{1,60}|-?quality\.(sharpness|exposure|face_size))$"
BLOCK = 512  # looks that are compared at once: as 400 kB they stay in the cache, eight times as fast as in one
Looks = NDArray[np.uint8]  # (n, 192), each 8 x 8 x 3 levels
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Ordered:
    """The same images in another order: `order` has the place of each among those of `found`."""

    found: Selected
    order: Places
    sort: str

    @property
    def key(self) -> Hashable:
        """The same for the same images in the same order."""
        return self.found.key, self.sort

    @property
    def total(self) -> int:
        return self.found.total

    def behind(self, image_id: str) -> int:
        """Where the page behind an image begins. Raises: BadCursor for an image that is not among them."""
        place = self.found.behind(image_id) - 1
        return int(np.flatnonzero(self.order == place)[0]) + 1

    def page(self, start: int, limit: int) -> list[tuple[Part, dict[str, Any]]]:
        return [self.found.page(int(place), 1)[0] for place in self.order[start : start + limit]]


async def in_order(library: Library, found: Selected, sort: str) -> Ordered:
    """The images by `like:img_…`, likest first, or by `quality.…`, with a minus from the highest down.

    Those of which nothing is known come last. Raises: ValidationFailed, for an image that is not there or has no look.
    """
    like = re.fullmatch("like:(.+)", sort)
    if like is None:
        return Ordered(found, await to_thread.run_sync(_by_measure, found, sort), sort)
    one = await _look_of(library, like[1])
    looks = [await library.manifests.looks(part.version) for part in found.parts]
    return Ordered(found, await to_thread.run_sync(_by_likeness, found, looks, one), sort)


async def _look_of(library: Library, image_id: str) -> NDArray[np.float32]:
    try:
        version, row = await library.image(image_id)
    except NotFound:
        raise ValidationFailed(f"there is no image {image_id}", parameter="sort") from None
    looks = await library.manifests.looks(version)
    manifest = await library.manifests.of(version)
    place = next(iter(places_of(manifest, [int(str(row["row"]))])))
    if not looks.is_known[place]:
        raise ValidationFailed(
            f"the image {image_id} came before looks were kept: import it again, or name another one", parameter="sort"
        )
    found: NDArray[np.float32] = looks.levels[place].astype(np.float32)
    return found


def _by_measure(found: Selected, sort: str) -> Places:
    column = quality.COLUMNS[sort.removeprefix("-")]
    values = pl.concat([frame[column] for frame in found.quality()]).cast(pl.Float64)
    order = values.arg_sort(descending=sort.startswith("-"), nulls_last=True)
    return order.to_numpy().astype(np.intp)


def _by_likeness(found: Selected, looks: Sequence[KeptLooks], one: NDArray[np.float32]) -> Places:
    distances = []
    for part, kept in zip(found.parts, looks, strict=True):
        places = slice(None) if part.places is None else part.places.to_numpy()
        away = distances_from(kept.levels[places], one)
        distances.append(np.where(kept.is_known[places], away, np.inf))
    return np.argsort(np.concatenate(distances), kind="stable") if distances else np.empty(0, np.intp)


def distances_from(looks: Looks, one: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each look is from one (192,): the standard deviation of their differences, 0 to 255.

    So brightness alone makes no difference, as for near duplicates.
    """
    away = np.empty(len(looks), np.float32)
    for start in range(0, len(looks), BLOCK):
        differences = looks[start : start + BLOCK] - one
        means, size = differences.mean(1), differences.shape[1]
        away[start : start + BLOCK] = np.einsum("ij,ij->i", differences, differences) / size - means * means
    return np.sqrt(np.maximum(away, 0))
