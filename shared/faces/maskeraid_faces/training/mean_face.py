"""A beginning at the mean face, for a dense generator of pixels."""

import keras
import numpy as np

from maskeraid_faces.face_model import Floats
from maskeraid_faces.image_rows import ManyImages, parts_of
from maskeraid_faces.images import to_network

VARIETY, NEARLY_ONE = 0.2, 0.98  # of the first weights; where tanh still learns


def mean_face(images: ManyImages) -> Floats:
    """The mean float32 (size, size, 3) in [-1, 1] of images uint8 (n, size, size, 3)."""
    total = sum(to_network(images[part]).sum(axis=0, dtype=np.float64) for part in parts_of(images))
    return np.asarray(total / len(images), np.float32)


def begin_at(mean: Floats, generator: keras.Model) -> None:
    """Let the generator draw this face (size, size, 3) first, with a little variety."""
    output = generator.get_layer("output")
    kernel, _ = output.get_weights()
    output.set_weights([kernel * VARIETY, np.arctanh(np.clip(mean.ravel(), -NEARLY_ONE, NEARLY_ONE))])
