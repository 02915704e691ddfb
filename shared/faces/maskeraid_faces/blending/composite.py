"""Lays a generated face under the covering, and proves that nothing else changed."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import BadCovering, BadImage, ShapeMismatch
from maskeraid_faces.images import Covering, Image


def superimpose(image: Image, generated: Image, covering: Covering) -> Image:
    """Take the generated pixels where the face is covered and the input's own everywhere else.

    Args:
        image: the input, uint8 (H, W, 3) RGB; any size.
        generated: the generated face, same shape and type.
        covering: bool (H, W), True where the face is covered.

    Returns:
        uint8 (H, W, 3), equal to `image` bit for bit wherever `covering` is False.

    Raises:
        BadImage, BadCovering: a wrong type. ShapeMismatch: the shapes differ.

    Source: Desentz 2021, section 4.1; ours takes the covering as input instead of finding it here.
    """
    if image.dtype != np.uint8 or generated.dtype != np.uint8:
        raise BadImage(f"images must be uint8, found {image.dtype} and {generated.dtype}")
    _check_type(covering)
    if image.shape != generated.shape or image.shape != (*covering.shape, 3):
        raise ShapeMismatch(f"image {image.shape}, generated {generated.shape}, covering {covering.shape} must agree")
    return np.where(covering[..., None], generated, image)


def clip(image: Image, covering: Covering) -> Image:
    """The input's own pixels under the covering, the rest white: what is replaced. Source: Desentz 2021, Fig. 29."""
    return np.where(covering[..., None], image, np.uint8(255))


def visible_sha256(image: Image, covering: Covering) -> str:
    """SHA-256 (hexadecimal) over the covering and the pixels outside it: equal for input and result.

    Of height and width (two 4-byte big-endian integers), the covering (row by row, 8 pixels a byte, first pixel
    highest), and the uncovered pixels' RGB in row order, so that anyone can compute it again.
    """
    _check_type(covering)
    if image.shape[:2] != covering.shape:
        raise ShapeMismatch(f"the covering is {covering.shape}, the image {image.shape[:2]}")
    digest = hashlib.sha256(np.array(covering.shape, ">u4").tobytes())
    digest.update(np.packbits(covering).tobytes())
    digest.update(image[~covering].tobytes())
    return digest.hexdigest()


def _check_type(covering: NDArray[np.bool_]) -> None:
    """Raise BadCovering unless this is bool (H, W)."""
    if covering.dtype != np.bool_ or covering.ndim != 2:
        raise BadCovering()
