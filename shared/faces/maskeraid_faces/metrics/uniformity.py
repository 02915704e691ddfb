"""Whether answers that are all as likely come equally often."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def total_variation_from_uniform(counts: NDArray[np.integer] | Sequence[int]) -> float:
    """Half the sum of differences between the shares of counts (n,) and 1/n: 0 when even, 1 - 1/n when one has all.

    Answers that never came must be there as zeros. Of m draws from an even source it is about sqrt(n / (2 pi m)).
    """
    shares = np.asarray(counts, np.float64) / np.sum(counts)
    return float(np.abs(shares - 1 / len(shares)).sum() / 2)
