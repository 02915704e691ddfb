"""How good the draws are, judged on faces: what stops a training. NumPy; milliseconds, a second or so for images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from maskeraid_faces.face_model import Floats, Kind
from maskeraid_faces.images import Images
from maskeraid_faces.metrics.combinations import WINDOWS
from maskeraid_faces.metrics.coverage import coverage
from maskeraid_faces.metrics.embedding import embed
from maskeraid_faces.metrics.kid import kid
from maskeraid_faces.metrics.valid import valid

FACES_AT_ONCE = 4096  # whose distances are held in memory
SIDE_OF_WINDOWS = 32  # of drawn faces whose parts lie where we look for them


@dataclass(frozen=True)
class Judgement:
    """`quality` is at most 1, higher is better; `values` are its parts, for the curves."""

    quality: float
    values: dict[str, float]
    is_unbalanced: bool = False  # the discriminator has long won, and nothing helped: there is no more to learn


def judge_drawn(generated: Floats, training: Floats) -> Judgement:
    """Judge draws (m, q) against the complete set of drawn faces (n, q), both in pixel units.

    quality = 1 - nearest distance / mean distance of two faces - 0.5 (1 - coverage), where coverage counts the distinct
    nearest faces, relative to what an even sampler would show. Nearness alone rewards collapse, coverage alone noise.
    The mean distance is that of at most 4,096 faces from all over the set.
    """
    nearest, distances = _nearest(generated, training)
    some = training[:: -(-len(training) // FACES_AT_ONCE)]
    apart = float(cdist(some, some).sum()) / (len(some) * (len(some) - 1))
    expected = len(training) * (1 - (1 - 1 / len(training)) ** len(generated))
    covered = min(1.0, len(np.unique(nearest)) / expected)
    nearness = float(distances.mean()) / apart
    return Judgement(1 - nearness - 0.5 * (1 - covered), {"nearness": nearness, "coverage": covered})


def _nearest(generated: Floats, training: Floats) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Of each draw (m, q) the nearest face, and how far it is; the first one of several."""
    nearest, least = np.zeros(len(generated), np.intp), np.full(len(generated), np.inf)
    for start in range(0, len(training), FACES_AT_ONCE):
        distances = cdist(generated, training[start : start + FACES_AT_ONCE])
        found = distances.argmin(axis=1)
        nearer = distances.min(axis=1) < least
        nearest[nearer], least[nearer] = start + found[nearer], distances.min(axis=1)[nearer]
    return nearest, least


def judge_photos(generated: Floats, held_out: Floats) -> Judgement:
    """Judge features of draws (g * m, d) by those of held-out faces (m, d).

    quality = 1 - KID - 0.5 (1 - coverage). Of features, not of coefficients: among those noise in the many small ones
    decides, and draws that vary too little looked best.
    """
    unit = np.float32(1 / np.sqrt(np.square(held_out, dtype=np.float64).mean()))  # the kernel wants unit mean square
    distance = kid(held_out * unit, generated * unit)
    groups = np.split(generated, len(generated) // len(held_out))
    covered = float(np.mean([coverage(held_out, group).coverage for group in groups]))
    return Judgement(1 - distance - 0.5 * (1 - covered), {"kid": distance, "coverage": covered})


def judge_images(generated: Images, faces: Images, kind: Kind) -> Judgement:
    """Judge draws uint8 (m, side, side, 3) against faces uint8 (n, side, side, 3), by the embedding R64.

    quality = 1 - KID - 0.5 (1 - coverage) - share of drawn faces with a part that is none.
    """
    real, fake = embed(faces), embed(generated)
    measured = {"kid": kid(real, fake), "coverage": coverage(real, fake).coverage}
    if kind == "drawn":
        measured["invalid"] = invalid_share(generated, faces)
    quality = 1 - measured["kid"] - 0.5 * (1 - measured["coverage"]) - measured.get("invalid", 0.0)
    return Judgement(quality, measured)


def invalid_share(generated: Images, faces: Images) -> float:
    """The share of drawn faces that show a part unlike all parts of the training faces; 0 where parts are not known."""
    if generated.shape[1] != SIDE_OF_WINDOWS:
        return 0.0
    return float(1 - valid(generated, faces, tuple(WINDOWS)).mean())
