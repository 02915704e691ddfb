"""Whether drawn parts are parts: a nose that could be in the set, a mouth that could be in it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Images
from maskeraid_faces.metrics.combinations import WINDOWS, nearest_rmse, part, templates

SHARE_OF_SMALLEST = 0.25


def valid(samples: Images, training: Images, parts: Sequence[str] = ("nose", "mouth")) -> NDArray[np.bool_]:
    """For each drawn sample (n, 32, 32, 3), whether each part lies near enough to one of the training faces' parts.

    Near enough is 0.25 of the smallest distance between two templates of that part. The training faces should be of
    one tone: noses of the dark set are faint, and a fixed limit would pass anything. A part that they all share has no
    such distance, and is valid.
    """
    return np.asarray(np.all([_part_is_valid(samples, training, name) for name in parts], axis=0))


def valid_combination_rate(samples: Images, training: Images) -> float:
    """The share of drawn samples (n, 32, 32, 3) whose eyes, nose, and mouth are all valid parts."""
    return float(valid(samples, training, tuple(WINDOWS)).mean())


def _part_is_valid(samples: Images, training: Images, name: str) -> NDArray[np.bool_]:
    known = templates(training, name)
    if len(known) == 1:
        return np.ones(len(samples), np.bool_)
    flat = known.reshape(len(known), -1).astype(np.float64)
    between = np.sqrt(np.square(flat[:, None] - flat).mean(-1))[np.triu_indices(len(known), 1)]
    distances = nearest_rmse(part(samples, name), known)[1]
    return distances <= SHARE_OF_SMALLEST * float(between.min())
