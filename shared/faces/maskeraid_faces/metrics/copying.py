"""Whether generated faces are copies of training faces: authenticity, near copies, and the test of distances."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu
from sklearn.neighbors import NearestNeighbors

from maskeraid_faces.images import Floats

NEAR_PERCENTILE = 1.0  # of the held-out faces' distances


@dataclass(frozen=True)
class Copying:
    """Authenticity is 0 to 1; of honest draws it is about that of faces that were held out.

    `c_t` is about standard normal when draws lie as far from the training faces as held-out faces do; below -3, copies.
    """

    authenticity: float
    authenticity_of_held_out: float
    c_t: float
    near_share: float  # generated faces nearer to a training face than `near_limit`; of honest draws about 0.01
    near_limit: float  # the 1st percentile of the held-out faces' distances
    distances: NDArray[np.float64]  # (m,) of each generated face to its nearest training face
    distances_of_held_out: NDArray[np.float64]  # (k,)


def copying(generated: Floats, training: Floats, held_out: Floats) -> Copying:
    """Compare the distances of features (m, d), (n, d), (k, d) to the nearest training face.

    A face is authentic when it is farther from its nearest training face than that face from its own nearest one.
    Source: Alaa et al. 2022 (arXiv 2102.08921); Meehan et al. 2020 (arXiv 2004.05675), without their cells.
    """
    neighbours = NearestNeighbors(algorithm="brute").fit(training)
    of_generated, is_generated_authentic = _nearest(neighbours, generated, training)
    of_held_out, is_held_out_authentic = _nearest(neighbours, held_out, training)
    m, k = len(generated), len(held_out)
    pairs = mannwhitneyu(of_generated, of_held_out).statistic  # in which the generated face is the farther one
    near_limit = float(np.percentile(of_held_out, NEAR_PERCENTILE))
    return Copying(
        authenticity=float(is_generated_authentic.mean()),
        authenticity_of_held_out=float(is_held_out_authentic.mean()),
        c_t=float((pairs - m * k / 2) / np.sqrt(m * k * (m + k + 1) / 12)),
        near_share=float((of_generated < near_limit).mean()),
        near_limit=near_limit,
        distances=of_generated,
        distances_of_held_out=of_held_out,
    )


def _nearest(
    neighbours: NearestNeighbors, faces: Floats, training: Floats
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The distance of each face to its nearest training face, and whether it is authentic."""
    distances, nearest = (found[:, 0] for found in neighbours.kneighbors(faces, 1))
    its_own = neighbours.kneighbors(training[nearest], 2)[0][:, 1]  # the first is the face itself
    return distances, distances > its_own
