"""How a face looks to a model, its colours aside: what the model's components cannot explain of it, coarse and fine.

Pictures that are no faces leave more than faces do, or less where they are smoother; so do faces of another style.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from scipy.linalg import solve

from maskeraid_faces.coverings.worn import wear_any
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.covering_system import visibility
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Covering, Floats, Image, to_network
from maskeraid_faces.selection.p_values import FEWEST_HELD_OUT, MOST_HELD_OUT, one_of_each
from maskeraid_faces.sizes import fit_covering, fit_image

COARSE = 1.5  # pixels at 32 a side, deviation of the blur that parts coarse from fine
LEAST_SHOWN = 100  # values of 3,072 at 32 a side; of less nothing is said
MOST_WORN = 8  # coverings that a face puts on, one after the other
BREATH = 1e-4  # added to variances of logarithms
GREY_LEVELS = np.float32(127.5)  # of one unit in [-1, 1]


@dataclass(frozen=True)
class OwnLooks:
    """What is usual among faces that a model has not learned from: middle and spread, and how far each lies from it."""

    middle: tuple[float, ...]  # (2,)
    precision: tuple[tuple[float, ...], ...]  # (2, 2), the inverse of the covariance
    held_out: tuple[float, ...]  # rising distances; of each face so many, for it wore something else each time
    faces: int

    def p(self, face: Floats) -> float:
        """The share of its own faces that look as strange as one of such `looks`, or stranger, 1 / (n + 1) to 1.

        A face counts once, by the share of its coverings.
        """
        farther = len(self.held_out) - bisect_left(self.held_out, self.distance(face))
        return (1 + farther * self.faces / len(self.held_out)) / (1 + self.faces)

    @property
    def share(self) -> float:
        """Of the chance to call a face strange that is none, what looks have; colours have the rest.

        A half, and more below 40 faces, where half the chance would call no face strange.
        """
        return min(1.0, max(0.5, (FEWEST_HELD_OUT + 2) / (1 + self.faces)))

    def distance(self, face: Floats) -> float:
        """Mahalanobis distance, rounded as the kept ones are."""
        off = face.astype(np.float64) - np.array(self.middle)
        return round(float(np.sqrt(off @ np.array(self.precision) @ off)), 3)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        precision = [list(row) for row in self.precision]
        held_out = list(self.held_out)
        return {"middle": list(self.middle), "precision": precision, "held_out": held_out, "faces": self.faces}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "OwnLooks":
        """What `to_dict` wrote."""
        precision = tuple(tuple(map(float, row)) for row in plain["precision"])
        held_out = tuple(map(float, plain["held_out"]))
        return cls(tuple(map(float, plain["middle"])), precision, held_out, int(plain["faces"]))


def looks(image: Image, covering: Covering, model: FaceModel) -> Floats | None:
    """What the model's first 128 components leave of the visible pixels at 32 a side: coarse and fine, float32 (2,).

    Natural logarithms of root mean squares in grey levels. The coarse part is the blurred rest, the fine one what that
    leaves. None where hardly anything is visible.

    Args:
        image: uint8 (side, side, 3) RGB, aligned.
        covering: bool (side, side); nothing under it is looked at.
    """
    basis = model.coarse_basis
    side = round((len(basis.mean) / 3) ** 0.5)
    hidden = fit_covering(covering, side)
    seen = visibility(hidden)
    shown = float(seen.sum())
    if shown < LEAST_SHOWN:
        return None
    values = to_network(fit_image(image, side)).ravel() - basis.mean
    weighted = basis.components * seen
    gram = weighted @ basis.components.T
    penalty = max(model.ridge.penalty * float(np.trace(gram)) / shown, 1e-6)
    system = gram + np.float32(penalty) * np.eye(len(gram), dtype=np.float32)
    coefficients = solve(system, weighted @ values, assume_a="pos", check_finite=False)
    left = (values - coefficients @ basis.components) * GREY_LEVELS
    rest = np.asarray(left, np.float32).reshape(side, side, 3)
    visible = (~hidden).astype(np.float32)
    shares = np.maximum(_blurred(visible), np.float32(0.05))[..., None]
    coarse = np.asarray(_blurred(rest * visible[..., None]) / shares, np.float32)
    return np.array([_size(coarse, hidden), _size(rest - coarse, hidden)], np.float32)


def own_looks(
    images: ManyImages, model: FaceModel, *, seed: int, persons: Sequence[str] | None = None
) -> OwnLooks | None:
    """What is usual among held-out photographs, each wearing up to eight things at random.

    None of drawn faces, whose looks are exact, nor of fewer than 19 persons, where these are known: they could call
    no face strange.
    """
    rows, random = one_of_each(len(images), persons), np.random.default_rng(seed)
    if model.kind == "drawn" or len(rows) < FEWEST_HELD_OUT:
        return None
    found = []
    for row in np.repeat(rows, min(MOST_WORN, -(-MOST_HELD_OUT // len(rows)))):  # of one only, chance would decide more
        worn = wear_any(images[int(row)], random)
        if worn.covering.any() and (seen := looks(worn.image, worn.covering, model)) is not None:
            found.append(seen)
    if len(found) < FEWEST_HELD_OUT:
        return None
    every = np.stack(found).astype(np.float64)
    spread = np.cov(every.T) + BREATH * np.eye(every.shape[1])
    precision = tuple(tuple(row) for row in np.linalg.inv(spread).round(3).tolist())
    usual = OwnLooks(tuple(every.mean(axis=0).round(4).tolist()), precision, (), len(rows))
    return replace(usual, held_out=tuple(sorted(usual.distance(face) for face in every)))


def _blurred(values: Floats) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), COARSE), np.float32)


def _size(rest: Floats, hidden: Covering) -> float:
    """The logarithm of the root mean square of what is visible; a breath keeps it finite."""
    return float(np.log(np.sqrt(np.square(rest[~hidden]).mean()) + 1e-3))
