"""How good the drawn coefficients are, judged on faces: what stops an `eigen` training. NumPy, milliseconds."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from maskeraid_faces.face_model import Floats
from maskeraid_faces.metrics.coverage import coverage
from maskeraid_faces.metrics.kid import kid


@dataclass(frozen=True)
class Judgement:
    """`quality` is at most 1, higher is better; `values` are its parts, for the curves."""

    quality: float
    values: dict[str, float]


def judge_drawn(generated: Floats, training: Floats) -> Judgement:
    """Judge draws (m, q) against the complete set of drawn faces (n, q), both in pixel units.

    quality = 1 - nearest distance / mean distance of two faces - 0.5 (1 - coverage), where coverage counts the distinct
    nearest faces, relative to what an even sampler would show. Nearness alone rewards collapse, coverage alone noise.
    """
    distances = cdist(generated, training)  # (m, n)
    nearest = distances.argmin(axis=1)
    apart = float(cdist(training, training).sum()) / (len(training) * (len(training) - 1))
    expected = len(training) * (1 - (1 - 1 / len(training)) ** len(generated))
    covered = min(1.0, len(np.unique(nearest)) / expected)
    nearness = float(distances.min(axis=1).mean()) / apart
    return Judgement(1 - nearness - 0.5 * (1 - covered), {"nearness": nearness, "coverage": covered})


def judge_photos(generated: Floats, held_out: Floats) -> Judgement:
    """Judge as many draws (m, q) as held-out faces (m, q), both weighted coefficients.

    quality = 1 - KID - 0.5 (1 - coverage).
    """
    unit = np.float32(1 / np.sqrt(np.square(held_out, dtype=np.float64).mean()))  # the kernel wants unit mean square
    distance = kid(held_out * unit, generated * unit)
    covered = coverage(held_out, generated).coverage
    return Judgement(1 - distance - 0.5 * (1 - covered), {"kid": distance, "coverage": covered})
