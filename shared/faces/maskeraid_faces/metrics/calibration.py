"""Whether what is said to be likely happens as often as it is said."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BINS = 15


def calibration_error(
    said: NDArray[np.floating] | Sequence[float], happened: NDArray[np.bool_] | Sequence[bool]
) -> float:
    """Mean difference between probabilities that were said (n,), 0 to 1, and the share that happened.

    The expected calibration error, over 15 bins of equal width, each of which counts by what is in it; 0 is honest.

    Source: Guo et al. 2017 (arXiv 1706.04599).
    """
    probabilities, outcomes = np.asarray(said, np.float64), np.asarray(happened, np.float64)
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, probabilities - outcomes, BINS)  # number in the bin times (mean said - share happened)
    return float(np.abs(gaps).sum() / len(probabilities))
