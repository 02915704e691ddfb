"""Whether generated faces are copies of training faces: near copies, authenticity, and the test of distances."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu
from sklearn.metrics import euclidean_distances

from maskeraid_faces.images import Floats

NEAR = 0.5  # of a training face's room: a face within that shows this training face and no other
ROOM_RANK = 3  # a picture that a set holds twice or thrice still has room
MOST_LEFT_OUT = 500  # training faces, each compared with all others: a share near 0 is then known to 0.8 %
LEAST_ROOM = 1e-9  # of a picture that a set holds four times
MOST_DISTANCES = 2**22  # at once: 32 MiB

Distances = NDArray[np.float64]


@dataclass(frozen=True)
class Copying:
    """How near generated faces come to single training faces, beside how near faces come that were not learned from.

    `nearness` is the distance to the nearest training face over that face's own room: the distance to its third nearest
    face of others. Below 0.5 a face is a near copy. Authentic faces, 0 to 1 of all, have a nearness above 1.
    """

    nearness: Distances  # (m,) of each generated face
    nearness_of_unseen: Distances  # (k + left out,) of held-out faces, and of training faces among the others
    distances: Distances  # (m,) of each generated face to its nearest training face
    distances_of_held_out: Distances  # (k,) as they are
    owners: int  # whose training faces were compared with those of others
    c_t: float | None  # about standard normal when draws lie as far from the training faces as held-out faces do

    @property
    def near_share(self) -> float:
        return float((self.nearness < NEAR).mean())

    @property
    def near_share_of_unseen(self) -> float:
        return float((self.nearness_of_unseen < NEAR).mean())

    @property
    def authenticity(self) -> float:
        return float((self.nearness > 1).mean())

    @property
    def authenticity_of_unseen(self) -> float:
        return float((self.nearness_of_unseen > 1).mean())


def copying(generated: Floats, training: Floats, held_out: Floats, owners: NDArray[np.intp] | None = None) -> Copying:
    """Compare features (m, d) of generated, (n, d) of training, and (k, d) of held-out faces; k may be 0.

    Args:
        owners: whose each training face is, mirror images included: what belongs to one person, or is one picture, is
            no neighbour of its own. By default each is another's.

    A generator that blurs comes nearer to all faces. So the unseen faces are made as smooth as its own are first: each
    feature varies about the training faces' mean at most as much as the generated ones do.

    Source: the ratio of Alaa et al. 2022 (arXiv 2102.08921), with a threshold below 1 and without their embedding; C_T
    of Meehan et al. 2020 (arXiv 2004.05675), without their cells.
    """
    known = _Known(training, np.arange(len(training)) if owners is None else owners)
    smooth = _smoothing(generated, training)
    left_out = np.arange(0, len(training), -(-len(training) // MOST_LEFT_OUT))
    distances, nearness = known.compare(generated)
    unseen = [known.compare(smooth(held_out))[1], known.compare(smooth(training[left_out]), known.owners[left_out])[1]]
    of_held_out = known.compare(held_out)[0]
    compared = len(np.unique(known.owners[left_out]))
    return Copying(nearness, np.concatenate(unseen), distances, of_held_out, compared, _c_t(distances, of_held_out))


class _Known:
    """The training faces, and how much room each has among those of others."""

    def __init__(self, training: Floats, owners: NDArray[Any]) -> None:
        self._training, self.owners = training, owners
        self._rooms = np.full(len(training), np.nan)

    def compare(self, faces: Floats, owners: NDArray[Any] | None = None) -> tuple[Distances, Distances]:
        """Distance to the nearest training face, and that over its room; of faces with owners among others only."""
        distances, nearest = self._nearest(faces, owners, 1)
        return distances, distances / np.maximum(self._room(nearest), LEAST_ROOM)

    def _room(self, rows: NDArray[np.intp]) -> Distances:
        missing = np.unique(rows[np.isnan(self._rooms[rows])])
        if len(missing):
            self._rooms[missing] = self._nearest(self._training[missing], self.owners[missing], ROOM_RANK)[0]
        return self._rooms[rows]

    def _nearest(self, faces: Floats, owners: NDArray[Any] | None, rank: int) -> tuple[Distances, NDArray[np.intp]]:
        """The distance to the training face of this rank, 1 is the nearest, and which one it is."""
        distances, nearest = np.empty(len(faces)), np.empty(len(faces), np.intp)
        step = max(1, MOST_DISTANCES // len(self._training))
        for begin in range(0, len(faces), step):
            part = slice(begin, begin + step)
            between = euclidean_distances(faces[part], self._training)
            if owners is not None:
                between[owners[part, None] == self.owners] = np.inf
            which = np.argpartition(between, rank - 1, axis=1)[:, rank - 1]
            nearest[part], distances[part] = which, between[np.arange(len(which)), which]
        return distances, nearest


def _smoothing(generated: Floats, training: Floats) -> Callable[[Floats], Floats]:
    centre, spread = training.mean(0), training.std(0)
    ratio = np.minimum(1, generated.std(0) / np.where(spread > 0, spread, 1))
    return lambda faces: np.asarray(centre + ratio * (faces - centre), np.float32)


def _c_t(distances: Distances, of_held_out: Distances) -> float | None:
    m, k = len(distances), len(of_held_out)
    if k == 0:
        return None
    pairs = mannwhitneyu(distances, of_held_out).statistic  # in which the generated face is the farther one
    return float((pairs - m * k / 2) / np.sqrt(m * k * (m + k + 1) / 12))
