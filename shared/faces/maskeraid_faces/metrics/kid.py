"""Kernel inception distance on our own embedding: how far two sets of images are apart, without FID's bias."""

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Floats


def kid(real: Floats, fake: Floats) -> float:
    """Unbiased squared maximum mean discrepancy of features (n, d) and (m, d) under a cubic kernel; near 0 when alike.

    May be slightly negative. Print real against real beside it. Source: Binkowski et al. 2018 (arXiv 1801.01401).
    """
    n, m = len(real), len(fake)
    within_real, within_fake, between = _kernel(real, real), _kernel(fake, fake), _kernel(real, fake)
    return float(
        (within_real.sum() - np.trace(within_real)) / (n * (n - 1))
        + (within_fake.sum() - np.trace(within_fake)) / (m * (m - 1))
        - 2 * between.mean()
    )


def _kernel(one: Floats, other: Floats) -> NDArray[np.float64]:
    return np.asarray((one.astype(np.float64) @ other.T / one.shape[1] + 1) ** 3)
