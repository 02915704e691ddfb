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
    return neighbourhoods(real, fake).summary()


@dataclass(frozen=True)
class Neighbourhoods:
    """Who lies in whose neighbourhood, of as many real as fake faces (n each)."""

    inside_real: NDArray[np.bool_]  # (real, fake): the fake face is in the real one's
    inside_fake: NDArray[np.bool_]  # (real, fake): the real face is in the fake one's
    k: int

    @property
    def is_covered(self) -> NDArray[np.bool_]:
        """Of each real face, whether a fake one is in its neighbourhood."""
        return np.asarray(self.inside_real.any(1))

    @property
    def is_recalled(self) -> NDArray[np.bool_]:
        """Of each real face, whether it is in the neighbourhood of a fake one."""
        return np.asarray(self.inside_fake.any(1))

    def summary(self) -> Coverage:
        return Coverage(
            precision=float(self.inside_real.any(0).mean()),
            recall=float(self.is_recalled.mean()),
            density=float(self.inside_real.sum(0).mean() / self.k),
            coverage=float(self.is_covered.mean()),
        )


def neighbourhoods(real: Floats, fake: Floats) -> Neighbourhoods:
    """What `coverage` sums up, face by face; k is 5, below 500 faces 3."""
    n = min(len(real), len(fake))
    real, fake = real[:n], fake[:n]
    k = NEIGHBOURS if n >= FEW else NEIGHBOURS_OF_FEW
    between = cdist(real, fake)
    return Neighbourhoods(between < _radii(real, k)[:, None], between < _radii(fake, k)[None], k)


def _radii(features: Floats, k: int) -> NDArray[np.float64]:
    """The distance of each row to its k-th neighbour, itself not counted."""
    return np.asarray(np.partition(cdist(features, features), k, axis=1)[:, k])
