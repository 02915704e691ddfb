"""Intervals that hold the truth of a covered value nine times in ten, on faces like those that the model has seen.

Split conformal prediction around ridge's answer, whatever the engine. Source: Lei et al. 2018, section 5.2 (locally
weighted residuals); the local scale is the posterior deviation of principal coefficients (Tipping, Bishop 1999).
"""

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from maskeraid_faces.coverings.families import FAMILIES, draw_shape
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.coverings.shapes import lower_face, sunglasses
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.covering_system import CoveringSystem, ModelSystem, model_system
from maskeraid_faces.filling.pool import Pool
from maskeraid_faces.image_rows import ManyImages, some_of
from maskeraid_faces.images import Covering, Floats, Image, to_network, to_pixels

LEVEL = 0.9
LEVELS = 256  # of grey
FINELY_TOLD = 128  # components whose doubt is computed; of the finer ones all is in doubt
LEAST_DEVIATION = 0.5 / 127.5  # half a grey level: nothing is known better than it is stored
FEWEST_FACES = 8  # held out: of fewer, nine in ten says nothing
MOST_FACES = 100
COVERINGS = 6  # drawn at random, beside the two usual ones
LARGEST_SHARE = 0.7  # of such a covering


def fit_interval(model: FaceModel, unseen: ManyImages, seed: int) -> float:
    """How many local deviations hold nine tenths of the errors on faces uint8 (n, size, size, 3) that it has not seen.

    0 when there are too few of them: then the model states no intervals.
    """
    if len(unseen) < FEWEST_FACES:
        return 0.0
    some = some_of(unseen, MOST_FACES, np.random.default_rng([seed, 8]))
    values = to_network(some).reshape(len(some), -1)
    shares = [_shares(model, covering, values) for covering in _usual_coverings(model.size, seed)]
    return float(np.quantile(np.concatenate(shares, axis=None), LEVEL))


def interval_around_ridge(image: Image, covering: Covering, model: FaceModel) -> tuple[Image, Image] | None:
    """The lower and upper ends, uint8 (size, size, 3), equal to the image where it is visible; None when not fitted."""
    if model.ridge.interval <= 0:
        return None
    system = model_system(model, covering)
    values = to_network(image).ravel()
    answer = _answers(model, system, values[None])[0]
    reach = model.ridge.interval * local_deviations(system, model.basis.gan_rank)
    return _around(image, covering, to_pixels(answer - reach), to_pixels(answer + reach))


def interval_of_draws(image: Image, covering: Covering, pool: Pool) -> tuple[Image, Image]:
    """The same of a drawn face: between the weighted quantiles of all draws that fit, for few colours are possible."""
    values = pool.render(np.arange(len(pool.weights)))[:, covering].reshape(len(pool.weights), -1)  # (n, h)
    levels = values + LEVELS * np.arange(values.shape[1])  # counted: sorting took four times as long
    masses = np.bincount(levels.ravel(), np.repeat(pool.weights, values.shape[1]), LEVELS * values.shape[1])
    masses = masses.reshape(-1, LEVELS).cumsum(axis=1)
    tail = (1 - LEVEL) / 2
    low, high = (np.argmax(masses >= part - 1e-9, axis=1).astype(np.uint8) for part in (tail, 1 - tail))
    return _around(image, covering, low, high)


def local_deviations(system: CoveringSystem, rank: int) -> Floats:
    """How far each value of the hole may lie from the answer (h,), in [-1, 1] units, but for one factor."""
    told = min(rank, FINELY_TOLD, len(system.gram))
    doubt = system.gram[:told, :told] / np.float32(system.penalty) + np.eye(told, dtype=np.float32)
    root = solve_triangular(cholesky(doubt, lower=True), system.components[:told], lower=True, check_finite=False)
    variances = np.square(root).sum(axis=0) + np.square(system.components[told:]).sum(axis=0)
    return np.asarray(np.maximum(np.sqrt(variances), LEAST_DEVIATION), np.float32)


def _answers(model: FaceModel, system: ModelSystem, values: Floats) -> Floats:
    coefficients = system.solve(system.project(values, model.basis))
    return np.asarray(model.basis.mean[system.hole] + coefficients @ system.components, np.float32)


def _shares(model: FaceModel, covering: Covering, values: Floats) -> Floats:
    """Errors of faces (n, P), in local deviations (n, h)."""
    system = model_system(model, covering)
    errors = np.abs(values[:, system.hole] - _answers(model, system, values))
    return np.asarray(errors / local_deviations(system, model.basis.gan_rank), np.float32)


def _usual_coverings(side: int, seed: int) -> list[Covering]:
    rng = np.random.default_rng([seed, 4])
    found = [lower_face(side), sunglasses(side)]
    while len(found) < 2 + COVERINGS:
        covering = grow(draw_shape(str(rng.choice(list(FAMILIES))), side, rng) > 0)
        if 0 < covering.mean() <= LARGEST_SHARE:
            found.append(covering)
    return found


def _around(image: Image, covering: Covering, low: np.ndarray, high: np.ndarray) -> tuple[Image, Image]:
    ends = []
    for end in (low, high):
        picture = image.copy()
        picture[covering] = end.reshape(-1, 3)
        ends.append(picture)
    return ends[0], ends[1]
