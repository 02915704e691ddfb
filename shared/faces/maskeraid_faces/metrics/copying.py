"""Whether generated faces are copies of training faces: near copies, authenticity, and the test of distances."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu
from sklearn.metrics import euclidean_distances

from maskeraid_faces.images import Floats

NEAR = 0.5  # of a training face's room: a face within that shows this training face and no other
ROOM_RANK = 3  # a picture that a set holds twice or thrice still has room
GAP = 2.5  # the nearest other face is so many times as far from a picture as its variations are
MOST_VARIATIONS = 500  # of one picture that are looked for, and at most half of all
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
    distinct: float  # about how many faces the training pictures show, when variations of one picture are one face
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


def copying(
    generated: Floats,
    training: Floats,
    held_out: Floats,
    owners: NDArray[np.intp] | None = None,
    pictures: NDArray[np.intp] | None = None,
) -> Copying:
    """Compare features (m, d) of generated, (n, d) of training, and (k, d) of held-out faces; k may be 0.

    Args:
        owners: whose each training face is, mirror images included: what belongs to one person, or is one picture, is
            no neighbour of its own. By default each is another's.
        pictures: which picture each training face is, mirror images included. By default each is another one.

    Variations of one picture are one face: what was changed by a noise or a light that nobody sees is no neighbour that
    would give the picture less room, and no face that was not learned from.

    A generator that blurs comes nearer to all faces. So the unseen faces are made as smooth as its own are first: each
    feature varies about the training faces' mean at most as much as the generated ones do.

    Source: the ratio of Alaa et al. 2022 (arXiv 2102.08921), with a threshold below 1 and without their embedding; C_T
    of Meehan et al. 2020 (arXiv 2004.05675), without their cells.
    """
    each = np.arange(len(training))
    known = _Known(training, each if owners is None else owners, each if pictures is None else pictures)
    held_out = held_out[~known.shows(held_out)]
    smooth = _smoothing(generated, training)
    left_out = np.arange(0, len(training), -(-len(training) // MOST_LEFT_OUT))
    distances, nearness = known.compare(generated)
    unseen = [known.compare(smooth(held_out))[1], known.compare(smooth(training[left_out]), left_out)[1]]
    of_held_out = known.compare(held_out)[0]
    compared = len(np.unique(known.owners[left_out]))
    return Copying(
        nearness, np.concatenate(unseen), distances, of_held_out, known.distinct(left_out), compared,
        _c_t(distances, of_held_out),
    )  # fmt: skip


class _Known:
    """The training faces: which are variations of each, and how much room it has among those of others."""

    def __init__(self, training: Floats, owners: NDArray[Any], pictures: NDArray[Any]) -> None:
        self._training, self.owners, self._pictures = training, owners, pictures
        self._typical = float(np.sqrt(2 * training.var(0).sum()))  # distance of two faces
        self._variations: dict[int, NDArray[np.intp]] = {}
        self._rooms, self._reaches = np.full(len(training), np.nan), np.zeros(len(training))

    def compare(self, faces: Floats, rows: NDArray[np.intp] | None = None) -> tuple[Distances, Distances]:
        """Distance to the nearest training face, and that over its room; of training faces among others only."""
        distances, nearest = np.empty(len(faces)), np.empty(len(faces), np.intp)
        if rows is not None:
            self._look(rows)
        for part, between in self._between(faces):
            if rows is not None:
                self._hide(between, rows[part])
            nearest[part] = between.argmin(1)
            distances[part] = between[np.arange(len(between)), nearest[part]]
        self._look(nearest)
        return distances, distances / np.maximum(self._rooms[nearest], LEAST_ROOM)

    def shows(self, faces: Floats) -> NDArray[np.bool_]:
        """Which faces are variations of training pictures that have variations there."""
        distances, nearest = np.empty(len(faces)), np.empty(len(faces), np.intp)
        for part, between in self._between(faces):
            nearest[part], distances[part] = between.argmin(1), between.min(1)
        self._look(nearest)
        return distances < self._reaches[nearest]

    def distinct(self, rows: NDArray[np.intp]) -> float:
        """About how many faces the pictures show, by some of them: each counts as one over the pictures of its face."""
        self._look(rows)
        sizes = [len(np.unique(self._pictures[[row, *self._variations[int(row)]]])) for row in rows]
        return float(np.mean(1 / np.array(sizes)) * len(np.unique(self._pictures)))

    def _look(self, rows: NDArray[np.intp]) -> None:
        """Find the variations and the room of some rows, those that are not known yet."""
        missing = np.unique(rows[np.isnan(self._rooms[rows])])
        for part, between in self._between(self._training[missing]):
            chosen = missing[part]
            between[self._pictures[chosen, None] == self._pictures] = np.inf
            for row, distances in zip(chosen, between, strict=True):
                self._variations[int(row)], self._reaches[row] = self._variations_among(distances)
            self._hide(between, chosen)
            self._rooms[chosen] = np.partition(between, ROOM_RANK - 1, axis=1)[:, ROOM_RANK - 1]

    def _variations_among(self, distances: Distances) -> tuple[NDArray[np.intp], float]:
        """The nearest faces, at least three, behind which the widest gap comes; and how far from them that begins.

        Fewer do no harm: the room reaches to the third.
        """
        most = min(len(distances) // 2, MOST_VARIATIONS)
        if most <= ROOM_RANK:
            return np.empty(0, np.intp), 0.0
        nearest = np.argpartition(distances, most)[: most + 1]
        nearest = nearest[distances[nearest].argsort()]
        found = np.maximum(distances[nearest], LEAST_ROOM)
        gaps = found[ROOM_RANK:] / found[ROOM_RANK - 1 : -1]
        number = int(gaps.argmax()) + ROOM_RANK
        if gaps.max() < GAP or found[number - 1] * GAP > self._typical or not np.isfinite(found[number]):
            return np.empty(0, np.intp), 0.0
        return nearest[:number], float(np.sqrt(found[number - 1] * found[number]))

    def _hide(self, between: Distances, rows: NDArray[np.intp]) -> None:
        """Take away, for each training face, those of its owner and its variations."""
        between[self.owners[rows, None] == self.owners] = np.inf
        for distances, row in zip(between, rows, strict=True):
            distances[self._variations[int(row)]] = np.inf

    def _between(self, faces: Floats) -> Iterator[tuple[slice, Distances]]:
        """Distances to all training faces, of some faces at a time."""
        step = max(1, MOST_DISTANCES // len(self._training))
        for begin in range(0, len(faces), step):
            part = slice(begin, begin + step)
            yield part, euclidean_distances(faces[part], self._training)


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
