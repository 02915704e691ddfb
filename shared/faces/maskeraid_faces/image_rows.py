"""Images that are many: some rows of an array that stays where it is, and passes over one in parts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Image, Images

PART_BYTES = 64 * 2**20  # of a part's values as float32: several such lie beside the images, whatever their number


@dataclass(frozen=True, eq=False)
class ImageRows:
    """Some rows of an array of images; none is copied before it is asked for, by a slice, an index, or indices."""

    array: Images  # (N, side, side, 3), in memory or mapped from a file
    rows: NDArray[np.intp]  # (n,)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, side, side, 3), as an array's."""
        return (len(self.rows), *self.array.shape[1:])

    def __getitem__(self, which: int | slice | NDArray[np.integer]) -> Images:
        chosen: Images = self.array[self.rows[which]]
        return chosen

    def __iter__(self) -> Iterator[Image]:
        return (self.array[row] for row in self.rows)


ManyImages = Images | ImageRows


def choose(images: ManyImages, rows: NDArray[np.intp]) -> ManyImages:
    """Some of the images, by their rows in rising order; none is copied."""
    if len(rows) == len(images):
        return images
    return ImageRows(images.array, images.rows[rows]) if isinstance(images, ImageRows) else ImageRows(images, rows)


def some_of(images: ManyImages, most: int, rng: np.random.Generator) -> Images:
    """At most so many of the images, any of them: a set may lie sorted by person, age, or style."""
    rows = np.arange(len(images))
    return images[rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))]


def parts_of(images: ManyImages) -> Iterator[slice]:
    """Slices that go over all images, of at most 64 MiB as float32 each; small sets are one part."""
    at_once = max(1, PART_BYTES // (4 * int(np.prod(images.shape[1:]))))
    for start in range(0, len(images), at_once):
        yield slice(start, min(start + at_once, len(images)))


def mirror(images: Images) -> Images:
    """The images followed by their left-right reflections."""
    return np.concatenate([images, images[:, :, ::-1]])
