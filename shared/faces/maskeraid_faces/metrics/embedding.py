"""R64: a small convolutional network of fixed random weights that turns a face into 64 numbers.

Random features tell distributions apart without downloaded weights, and are the same on every machine and for ever.
"""

from functools import cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from maskeraid_faces.images import Floats, Images, to_network

SEED = 64
INPUT_SIDE = 64
CHANNELS = (3, 16, 32, 64)  # three 3x3 convolutions of stride 2
POOLED_SIDE = 4
FEATURES = 64
BATCH = 64  # images at once: about 35 MB of patches


def embed(images: Images) -> Floats:
    """Features float32 (n, 64) of uint8 (n, H, W, 3), resized to 64x64 first."""
    batches = [_embed(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    return np.concatenate(batches) if batches else np.zeros((0, FEATURES), np.float32)


def _embed(images: Images) -> Floats:
    x = to_network(np.stack([_resized(image) for image in images]))  # (n, 64, 64, 3)
    *kernels, last = _weights()
    for kernel in kernels:
        padded = np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)), mode="edge")
        patches = sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::2, ::2]  # (n, H/2, W/2, channels, 3, 3)
        x = patches.reshape(*patches.shape[:3], -1) @ kernel
        x = np.maximum(x, 0.2 * x)
    n, side, _, channels = x.shape  # (n, 8, 8, 64)
    x = x.reshape(n, POOLED_SIDE, side // POOLED_SIDE, POOLED_SIDE, -1, channels).mean((2, 4))  # (n, 4, 4, 64)
    features: Floats = x.reshape(n, -1) @ last  # (n, 64)
    return features


def _resized(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    way = cv2.INTER_AREA if image.shape[0] > INPUT_SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (INPUT_SIDE, INPUT_SIDE), interpolation=way), np.uint8)


@cache
def _weights() -> tuple[Floats, ...]:
    """Kernels (9 * channels in, channels out) and the last matrix, scaled to keep the variance (He et al. 2015)."""
    draw = np.random.Generator(np.random.PCG64(SEED)).standard_normal
    shapes = [(9 * before, after) for before, after in pairwise(CHANNELS)]
    shapes.append((POOLED_SIDE**2 * CHANNELS[-1], FEATURES))
    return tuple((draw(shape) * np.sqrt(2 / shape[0])).astype(np.float32) for shape in shapes)
