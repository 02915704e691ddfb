"""Whether an answer shows a face that the model learned from: by the covered region alone, before anything is blended.

A near copy is nearer to a training face than 99 in 100 training faces are to the nearest of others, in that region.
Answers that agree with the visible pixels come nearer to all faces, above all those that blur: there, fills of the
training faces stand for these, each compared with the faces of others alone. Some twins among them do no harm there.

The percentile is of nearest distances: of all distances between n faces the nearest one of a healthy answer is about
the n-th part. Source: Meehan et al. 2020, on copies told by distances to training data.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.face_model import FaceModel, KnownFaces
from maskeraid_faces.filling.covering_system import model_system
from maskeraid_faces.filling.per_covering import PerCovering
from maskeraid_faces.filling.traits import coefficients
from maskeraid_faces.images import Covering, Floats, Images

# How an answer came about: a draw as it is; ridge's; with the doubt of the GAN's draws, of engine C or B, or all doubt.
Origin = Literal["whole", "ridge", "drawn", "conditional", "gated", "sample"]
NEAREST_SHARE = 0.01  # of training faces lie nearer to one of others than the threshold
FACES_MEASURED = 400  # training faces whose nearest one of others is looked for, a covering
ENERGY_KEPT = 0.995  # of the region's variance, in a few dozen directions instead of hundreds
REGIONS_KEPT = 12  # 0.3 MB each for 3,400 faces


@dataclass(frozen=True)
class Region:
    """What of a covering near copies are told by: distances of embedded faces are RMSE in the hole, in [-1, 1]."""

    embedding: Floats  # (q, d)
    squares: Floats  # (m,) of the training faces, embedded
    threshold: float  # squared distance below which an answer is a near copy


def find_near_copies(
    drawn: Images, covering: Covering, model: FaceModel, origin: Origin = "whole"
) -> list[str | None] | None:
    """The training image that each answer nearly copies, else None; None for all where nobody can tell.

    Args:
        drawn: uint8 (k, size, size, 3), whole faces as the engine drew them.
        covering: bool (size, size); only what lies under it counts.
        model: with `known_faces`, or nothing is told.
        origin: how they came about.
    """
    if (known := model.known_faces) is None:
        return None
    region = _regions.get(model, covering, origin)
    embedded = coefficients(model, drawn, known.coefficients.shape[1]) @ region.embedding
    agreement = known.coefficients @ (region.embedding @ embedded.T)  # (m, k)
    squares = region.squares[:, None] - 2 * agreement + np.square(embedded).sum(axis=1)
    nearest = squares.argmin(axis=0)
    return [
        known.ids[row % len(known.ids)] if squares[row, place] < region.threshold else None
        for place, row in enumerate(nearest)
    ]


def _look_at(model: FaceModel, covering: Covering, origin: Origin) -> Region:
    if (known := model.known_faces) is None:
        raise BadSettings("the model keeps no faces that it learned from")
    hole = np.flatnonzero(np.repeat(covering.ravel(), 3))
    components = model.basis.components[: known.coefficients.shape[1], hole]
    variances, directions = np.linalg.eigh(components @ components.T / np.float32(len(hole)))
    variances, directions = np.maximum(variances[::-1], 0), directions[:, ::-1]
    kept = int(np.searchsorted(np.cumsum(variances), ENERGY_KEPT * variances.sum())) + 1
    embedding = np.asarray(directions[:, :kept] * np.sqrt(variances[:kept]), np.float32)
    rows = np.random.default_rng(0).permutation(len(known.ids))[:FACES_MEASURED]
    some = known.coefficients[rows]
    if origin != "whole":
        some = _fills(some, covering, model, origin)
    embedded = known.coefficients @ embedding
    squares = np.square(embedded).sum(axis=1)
    return Region(embedding, squares, _threshold(known, rows, some @ embedding, embedded, squares))


def _fills(faces: Floats, covering: Covering, model: FaceModel, origin: Origin) -> Floats:
    """What such an engine makes of faces (n, q) under the covering, but for the networks of engines B and C: (n, q)."""
    system, number = model_system(model, covering), faces.shape[1]
    answers = system.solve(faces @ system.gram[:number])
    if origin == "ridge":
        return answers[:, :number]
    doubt = np.float32(system.penalty) * system.solve(_noise(model, origin, answers.shape))
    return np.asarray((answers + doubt)[:, :number], np.float32)


def _noise(model: FaceModel, origin: Origin, shape: tuple[int, ...]) -> Floats:
    """Coefficients (n, r) whose part that the visible pixels leave open is the doubt of an answer."""
    rng = np.random.default_rng(0)
    if origin == "drawn":
        noise, draws = np.zeros(shape, np.float32), model.bank.draws
        noise[:, : draws.shape[1]] = draws[rng.integers(len(draws), size=len(noise))]
        return noise
    return np.float32(_temperature(model, origin)) * rng.standard_normal(shape, np.float32)


def _temperature(model: FaceModel, origin: Origin) -> float:
    """How much of all doubt such answers have: at a gate near 0 those of engine B are as smooth as ridge's."""
    if origin == "conditional" and model.conditional:
        return model.conditional.temperature
    return model.gated.gate * model.gated.temperature if origin == "gated" and model.gated else 1.0


def _threshold(known: KnownFaces, rows: NDArray[np.intp], some: Floats, faces: Floats, squares: Floats) -> float:
    """The first percentile of squared distances from some faces (n, d) to the nearest one of others (m, d)."""
    between = some @ faces.T
    between *= -2
    between += squares
    between[known.owners[rows, None] == known.owners] = np.inf
    nearest = between.min(axis=1) + np.square(some).sum(axis=1)
    return float(np.quantile(np.maximum(nearest, 0), NEAREST_SHARE)) if np.isfinite(nearest).all() else 0.0


_regions = PerCovering(_look_at, REGIONS_KEPT)
