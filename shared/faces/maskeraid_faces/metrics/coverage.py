"""Precision, recall, density, coverage: whether fakes look real, and whether they show all that is real."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from maskeraid_faces.images import Floats

NEIGHBOURS, NEIGHBOURS_OF_FEW, FEW = 5, 3, 500


@dataclass(frozen=True)
class Coverage:
    """0 to 1 each; density may be above 1."""

    precision: float  # fakes inside the real faces' neighbourhoods
    recall: float  # real faces inside the fakes' neighbourhoods
    density: float  # how many neighbourhoods of real faces a fake lies in, over the number expected
    coverage: float  # real faces with a fake in their neighbourhood


def coverage(real: Floats, fake: Floats) -> Coverage:
    """Compare features (n, d) of real and fake images; the larger set is cut to the smaller's length.

    Source: Kynkäänniemi et al. 2019 (arXiv 1904.06991), Naeem et al. 2020 (arXiv 2002.09797).
    """
    n = min(len(real), len(fake))
    real, fake = real[:n], fake[:n]
    k = NEIGHBOURS if n >= FEW else NEIGHBOURS_OF_FEW
    between = cdist(real, fake)
    inside_real = between < _radii(real, k)[:, None]  # (real, fake)
    inside_fake = between < _radii(fake, k)[None]
    return Coverage(
        precision=float(inside_real.any(0).mean()),
        recall=float(inside_fake.any(1).mean()),
        density=float(inside_real.sum(0).mean() / k),
        coverage=float(inside_real.any(1).mean()),
    )


def _radii(features: Floats, k: int) -> NDArray[np.float64]:
    """The distance of each row to its k-th neighbour, itself not counted."""
    return np.asarray(np.partition(cdist(features, features), k, axis=1)[:, k])
