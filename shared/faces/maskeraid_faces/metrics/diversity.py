"""How different samples or the candidates of one face are, and whether their spread is honest."""

import numpy as np
from scipy.spatial.distance import pdist

from maskeraid_faces.images import Covering, Floats, Image, Images


def relative_diversity(real: Floats, fake: Floats) -> float:
    """Mean distance of two fakes (m, d) over that of two real faces (n, d); 1 = as different, 0 = all the same."""
    return float(pdist(fake).mean() / pdist(real).mean())


def pairwise_l1(candidates: Images, hole: Covering) -> float:
    """Mean absolute difference in the hole between two of k >= 2 candidates uint8 (k, H, W, 3), in [0, 1]."""
    pixels = candidates[:, hole].astype(np.int64)
    # In sorted order the i-th value is the larger of i pairs and the smaller of k - 1 - i: no loop over pairs.
    k = len(pixels)
    signs = 2 * np.arange(k) - (k - 1)
    sums = np.tensordot(signs, np.sort(pixels, axis=0), axes=1)
    return float(sums.mean() / (k * (k - 1) / 2) / 255)


def mean_to_single_ratio(candidates: Images, truth: Image, hole: Covering) -> float:
    """MSE of the candidates' mean over their mean MSE: 0.5625 for 8 honest draws, 1 when all are the same.

    Source: the law that a draw of the true posterior has twice the error of its mean, so (1 + 1/k) / 2.
    """
    errors = candidates[:, hole].astype(np.float64) - truth[hole]
    return float(np.square(errors.mean(0)).mean() / np.square(errors).mean())
