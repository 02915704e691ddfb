"""Copies of pictures as they come about: packed again, resized, cropped a little, made brighter."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image as Pictures

from maskeraid_faces.images import Image


def repacked(image: Image) -> Image:
    packed = io.BytesIO()
    Pictures.fromarray(image).save(packed, "JPEG", quality=80)
    return np.asarray(Pictures.open(packed))


def resized(image: Image) -> Image:
    """Smaller by a quarter, a multiple of 8."""
    side = image.shape[0] * 3 // 4 // 8 * 8
    return np.asarray(Pictures.fromarray(image).resize((side, side), Pictures.Resampling.LANCZOS))


def cropped(image: Image) -> Image:
    """Without its outermost hundredth on each side, 2 % of its width; as large as before."""
    side = image.shape[0]
    inner = (0.01 * side, 0.01 * side, 0.99 * side, 0.99 * side)
    return np.asarray(Pictures.fromarray(image).resize((side, side), Pictures.Resampling.BICUBIC, box=inner))


def shifted(levels: int) -> Callable[[Image], Image]:
    return lambda image: np.clip(image.astype(np.int16) + levels, 0, 255).astype(np.uint8)


COPIES: dict[str, Callable[[Image], Image]] = {
    "repacked": repacked, "resized": resized, "cropped": cropped, "brighter": shifted(8), "darker": shifted(-8),
}  # fmt: skip
