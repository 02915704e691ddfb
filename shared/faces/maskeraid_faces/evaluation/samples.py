"""Fresh draws of a model, the same for the same seed."""

import numpy as np

from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Images
from maskeraid_faces.networks.generate import generate


def draw_samples(model: FaceModel, n: int, seed: int) -> Images:
    """n faces uint8 (n, size, size, 3). None is of the bank: what was settled there would flatter."""
    latents = np.random.default_rng(seed).standard_normal((n, model.latent_size), np.float32)
    return generate(model, latents)
