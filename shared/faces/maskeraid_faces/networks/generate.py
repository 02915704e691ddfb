"""Draw from a trained generator: dense ones with NumPy alone; for convolutional ones TensorFlow loads when they draw.

Fills take the draws that a model keeps, so an inference worker needs no TensorFlow.
"""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import count

import numpy as np

from maskeraid_faces.errors import ShapeMismatch
from maskeraid_faces.face_model import FaceModel, Floats, TrainedArchitecture
from maskeraid_faces.images import Images, to_pixels
from maskeraid_faces.networks.stages import LINEAR

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
    draw = _drawing(model)
    for start in range(0, len(latents), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        images[rows] = to_pixels(draw(latents[rows])).reshape(-1, *shape)
    return images


def _drawing(model: FaceModel) -> Callable[[Floats], Floats]:
    """From latents (m, latent_size) to pixels about [-1, 1], (m, P) or (m, size, size, 3)."""
    if model.architecture in ("dcgan", "r3"):
        from maskeraid_faces.networks.build import build_generator  # here, because it loads TensorFlow
        from maskeraid_faces.networks.layers import Drawing, set_weights

        network = build_generator(model.architecture, model.size, model.widths)
        set_weights(network, model.generator)
        return Drawing(network).draw
    answer = partial(run_generator, model.architecture, model.generator)
    if model.architecture != "eigen":
        return answer
    return lambda latents: model.basis.mean + answer(latents) @ model.basis.components[: model.basis.gan_rank]


def run_generator(architecture: TrainedArchitecture, weights: Mapping[str, Floats], latents: Floats) -> Floats:
    """A dense network's own answer: coefficients (m, gan_rank) of `eigen`, else pixels (m, P) in [-1, 1]."""
    x = latents
    for index in count(1):
        if f"hidden_{index}.kernel" not in weights:
            break
        x = x @ weights[f"hidden_{index}.kernel"] + weights[f"hidden_{index}.bias"]
        x = np.maximum(x, np.float32(SLOPE) * x)
        if architecture != "eigen":
            x = _normalise(x, weights, f"normalisation_{index}")
    x = x @ weights["output.kernel"] + weights["output.bias"]
    if LINEAR in weights:
        x += latents @ weights[LINEAR]
    return x if architecture == "eigen" else np.tanh(x)


def _normalise(x: Floats, weights: Mapping[str, Floats], name: str) -> Floats:
    scale = weights[f"{name}.gamma"] / np.sqrt(weights[f"{name}.moving_variance"] + np.float32(NORMALISATION_EPSILON))
    normalised: Floats = (x - weights[f"{name}.moving_mean"]) * scale + weights[f"{name}.beta"]
    return normalised
