"""Trains the second look at coverings of one model: seconds, on faces that wear synthetic coverings."""

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from maskeraid_faces.coverings.detector import Detector
from maskeraid_faces.coverings.families import FAMILIES
from maskeraid_faces.coverings.find import first_look
from maskeraid_faces.coverings.second_look import HIDDEN, SecondLook, features, residual
from maskeraid_faces.coverings.worn import as_stored, wear_any
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Floats, Images

FACES, BARE = 120, 0.15
PIXELS_A_FACE, ROUNDS, BATCH, LEARNING_RATE = 512, 12, 1024, 3e-3


def train_second_look(
    model: FaceModel, detector: Detector, faces: Images, seed: int, families: Sequence[str] = tuple(FAMILIES)
) -> SecondLook:
    """A network for the detector's answers on this model's faces uint8 (n, size, size, 3)."""
    rng = np.random.default_rng([seed, 6])
    told, truths = [], []
    for _ in range(FACES):
        face, covering = faces[rng.integers(len(faces))], np.zeros((model.size, model.size), np.bool_)
        if rng.random() >= BARE:
            worn = wear_any(face, rng, families)
            face, covering = worn.image, worn.covering
        seen = as_stored(face, rng)
        logits = first_look(seen, detector)[0]
        pixels = rng.integers(0, covering.size, min(covering.size, PIXELS_A_FACE))
        told.append(features(seen, logits, residual(seen, logits, model.basis, model.kind))[pixels])
        truths.append(covering.ravel()[pixels])
    return _fitted(np.concatenate(told), np.concatenate(truths), seed)


def _fitted(told: Floats, truths: np.ndarray, seed: int) -> SecondLook:
    mean, deviation = told.mean(axis=0), told.std(axis=0) + np.float32(1e-6)
    network = MLPClassifier(
        HIDDEN, batch_size=BATCH, learning_rate_init=LEARNING_RATE, max_iter=ROUNDS, n_iter_no_change=ROUNDS + 1,
        random_state=seed,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # rounds are few on purpose
        network.fit((told - mean) / deviation, truths)
    layers = {f"kernel_{layer}": kernel for layer, kernel in enumerate(network.coefs_)}
    layers |= {f"bias_{layer}": bias for layer, bias in enumerate(network.intercepts_)}
    return {
        name: np.asarray(array, np.float32) for name, array in {**layers, "mean": mean, "deviation": deviation}.items()
    }
