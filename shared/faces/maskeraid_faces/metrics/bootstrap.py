"""An interval for a mean, by drawing the images, or the persons, again and again."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ROUNDS = 1000


def bootstrap_interval(
    values: NDArray[np.floating] | Sequence[float], groups: Sequence[str] | None = None, *, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of the mean of values (n,), by percentiles of 1,000 draws.

    Args:
        values: one an image.
        groups: the identity of each image; images of one person are drawn together.
        seed: of the draws.

    Source: Efron 1979.
    """
    numbers = np.asarray(values, np.float64)
    _, group = np.unique(np.arange(len(numbers)) if groups is None else np.asarray(groups), return_inverse=True)
    sums, counts = np.bincount(group, numbers), np.bincount(group)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (ROUNDS, len(sums)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
