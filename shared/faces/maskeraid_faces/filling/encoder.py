"""Guesses the latents of a covered face: a small network of convolutions that is trained with its generator.

It is told what is visible, where the covering lies, and how bright ridge's answer is. Its guesses are starts of the
search of engine A (Zhu et al. 2016, arXiv 1609.03552, section 3.1). Run with NumPy; `training.encoder` trains it.
"""

from collections.abc import Mapping

import cv2
import numpy as np

from maskeraid_faces.images import Covering, Floats, Images, to_network
from maskeraid_faces.networks.convolution import convolve
from maskeraid_faces.networks.generate import SLOPE
from maskeraid_faces.tensor_file import Shapes

ENCODER_FILE = "encoder.safetensors"
CHANNELS = 5  # colour times visible, covering, brightness of ridge's answer
WIDTHS = (32, 64, 128, 256)
KERNEL, STRIDE = 3, 2
LARGEST_SEEN = 64  # pixels a side that it is shown
BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601


def seen_side(size: int) -> int:
    """The side of the pictures that an encoder of a model of this size is shown."""
    return min(size, LARGEST_SEEN)


def encoder_shapes(size: int, latent_size: int) -> Shapes:
    """The arrays that an encoder has, by name; `deviations` are how far the truth lies from its guesses."""
    shapes: dict[str, tuple[int, ...]] = {}
    before, side = CHANNELS, seen_side(size)
    for level, width in enumerate(WIDTHS, start=1):
        shapes |= {f"down_{level}.kernel": (KERNEL, KERNEL, before, width), f"down_{level}.bias": (width,)}
        before, side = width, -(-side // STRIDE)
    shapes |= {"output.kernel": (side * side * before, latent_size), "output.bias": (latent_size,)}
    return {name: ("F32", shape) for name, shape in (shapes | {"deviations": (latent_size,)}).items()}


def shown(images: Images, covering: Covering, answers: Images) -> Floats:
    """What an encoder is told of covered faces, float32 (n, side, side, 5).

    Args:
        images: uint8 (n, size, size, 3); nothing under the covering is looked at.
        covering: bool (size, size).
        answers: ridge's, uint8 (n, size, size, 3).
    """
    visible = ~covering
    values = to_network(np.where(visible[..., None], images, answers))
    maps = np.empty((*images.shape[:3], CHANNELS), np.float32)
    maps[..., :3] = values * visible[..., None]
    maps[..., 3] = covering
    maps[..., 4] = values @ BRIGHTNESS
    side = seen_side(images.shape[1])
    if side == images.shape[1]:
        return maps
    return np.stack([cv2.resize(one, (side, side), interpolation=cv2.INTER_AREA) for one in maps])


def guess(weights: Mapping[str, Floats], maps: Floats) -> Floats:
    """Latents (n, latent_size) of what `shown` gives."""
    x = maps
    for level in range(1, len(WIDTHS) + 1):
        x = convolve(x, weights[f"down_{level}.kernel"], weights[f"down_{level}.bias"], stride=STRIDE)
        x = np.maximum(x, np.float32(SLOPE) * x)
    return np.asarray(x.reshape(len(x), -1) @ weights["output.kernel"] + weights["output.bias"], np.float32)
