"""Draw from a trained generator with NumPy alone, so that an inference worker need not load TensorFlow."""

from collections.abc import Mapping
from itertools import count

import numpy as np

from maskeraid_faces.errors import ShapeMismatch
from maskeraid_faces.face_model import FaceModel, Floats, TrainedArchitecture
from maskeraid_faces.images import Images, to_pixels

SLOPE = 0.2  # of LeakyReLU; the thesis gives none
NORMALISATION_EPSILON = 1e-3  # Keras's default
ROWS_AT_ONCE = 512  # bounds the memory: 25 MB of pixels at 64 x 64


def generate(model: FaceModel, latents: Floats) -> Images:
    """Draw one image per latent.

    Args:
        model: a trained model.
        latents: float32 (m, latent_size), standard normal.

    Returns:
        uint8 (m, size, size, 3), RGB.

    Raises:
        ShapeMismatch: the latents do not fit the model.
    """
    if latents.ndim != 2 or latents.shape[1] != model.latent_size:
        raise ShapeMismatch(f"latents must be (m, {model.latent_size}), found {latents.shape}")
    shape = (model.size, model.size, 3)
    images = np.empty((len(latents), *shape), np.uint8)
    for start in range(0, len(latents), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        drawn = run_generator(model.architecture, model.generator, latents[rows])  # (rows, gan_rank) or (rows, P)
        if model.architecture == "eigen":
            drawn = model.basis.mean + drawn @ model.basis.components[: model.basis.gan_rank]  # (rows, P)
        images[rows] = to_pixels(drawn).reshape(-1, *shape)
    return images


def run_generator(architecture: TrainedArchitecture, weights: Mapping[str, Floats], latents: Floats) -> Floats:
    """The network's own answer: coefficients (m, gan_rank) of `eigen`, pixels (m, P) in [-1, 1] of `thesis`."""
    x = latents
    for index in count(1):
        if f"hidden_{index}.kernel" not in weights:
            break
        x = x @ weights[f"hidden_{index}.kernel"] + weights[f"hidden_{index}.bias"]
        x = np.maximum(x, np.float32(SLOPE) * x)
        if architecture == "thesis":
            x = _normalise(x, weights, f"normalisation_{index}")
    x = x @ weights["output.kernel"] + weights["output.bias"]
    return np.tanh(x) if architecture == "thesis" else x


def _normalise(x: Floats, weights: Mapping[str, Floats], name: str) -> Floats:
    scale = weights[f"{name}.gamma"] / np.sqrt(weights[f"{name}.moving_variance"] + np.float32(NORMALISATION_EPSILON))
    normalised: Floats = (x - weights[f"{name}.moving_mean"]) * scale + weights[f"{name}.beta"]
    return normalised
