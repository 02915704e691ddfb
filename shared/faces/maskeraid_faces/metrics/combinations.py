"""How near drawn samples come to the training faces (nn), and how many combinations of parts they show.

Never print nn without combinations: a collapsed generator has the best nn of all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Images

Window = tuple[slice, slice]
WINDOWS: dict[str, Window] = {  # rows, columns of 32x32 drawn faces
    "eyes": (slice(12, 16), slice(10, 23)),
    "nose": (slice(16, 20), slice(13, 19)),
    "mouth": (slice(22, 27), slice(11, 21)),
}


@dataclass(frozen=True)
class Combinations:
    """What a set of samples shows of the training faces."""

    nn: float  # mean RMSE to the nearest training face, grey levels 0..255
    combinations: int  # distinct decodes of eyes, nose, and mouth
    decodes: NDArray[np.intp]  # (n, 3) nearest template of eyes, nose, mouth


def combinations(samples: Images, training: Images) -> Combinations:
    """Decode drawn samples uint8 (n, 32, 32, 3) by the training faces uint8 (m, 32, 32, 3)."""
    nn = float(nearest_rmse(samples, training)[1].mean())
    decodes = decode(samples, training)
    return Combinations(nn, distinct(decodes), decodes)


def decode(samples: Images, training: Images, parts: Sequence[str] = tuple(WINDOWS)) -> NDArray[np.intp]:
    """The nearest template of each part, (n, parts), counted from 0 in the order of `templates`."""
    return np.stack([nearest_rmse(part(samples, name), templates(training, name))[0] for name in parts], axis=1)


def distinct(decodes: NDArray[np.intp]) -> int:
    """How many different combinations decodes (n, parts) are."""
    return len(np.unique(decodes, axis=0))


def part(images: Images, name: str) -> Images:
    """The window of a part, uint8 (n, rows, columns, 3)."""
    return images[(slice(None), *WINDOWS[name])]


def templates(training: Images, name: str) -> Images:
    """The distinct windows of a part in the training faces."""
    return np.unique(part(training, name), axis=0)


def nearest_rmse(images: Images, others: Images) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For each image the nearest of the others, and the root mean square difference to it in grey levels."""
    one = images.reshape(len(images), -1).astype(np.float64)
    other = others.reshape(len(others), -1).astype(np.float64)
    squares = np.square(one).sum(1)[:, None] + np.square(other).sum(1) - 2 * one @ other.T
    nearest = squares.argmin(1)
    smallest = np.maximum(np.take_along_axis(squares, nearest[:, None], 1)[:, 0], 0)  # rounding may go below 0
    return nearest, np.sqrt(smallest / one.shape[1])
