"""The types of images and coverings, their checks, and the way to and from the range of the networks."""

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import BadCovering, BadImage, NothingCovered, ShapeMismatch, TooMuchCovered

Image = NDArray[np.uint8]  # (H, W, 3) sRGB, 0..255
Images = NDArray[np.uint8]  # (n, H, W, 3)
Covering = NDArray[np.bool_]  # (H, W), True = covered
Floats = NDArray[np.float32]

SMALLEST_SIDE, LARGEST_SIDE, SIDE_STEP = 16, 256, 8
LARGEST_SHARE_COVERED = 0.9


def to_network(images: NDArray[np.uint8]) -> Floats:
    """Bring 0..255 to float32 in [-1, 1], any shape. Source: Desentz 2021, section 5.1 (tanh)."""
    return (images.astype(np.float32) / np.float32(127.5)) - np.float32(1)


def to_pixels(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Bring [-1, 1] to uint8 0..255, rounded and clipped, any shape. Source: Desentz 2021, section 5.4."""
    levels = np.rint((np.asarray(values, np.float32) + 1) * np.float32(127.5))
    return np.asarray(np.clip(levels, 0, 255), np.uint8)


def check_image(image: Image) -> None:
    """Raise BadImage unless this is uint8 (side, side, 3) with a side of 16 to 256, a multiple of 8."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise BadImage(f"an image must be uint8, found {getattr(image, 'dtype', type(image).__name__)}")
    if image.ndim != 3 or image.shape[2] != 3 or image.shape[0] != image.shape[1]:
        raise BadImage(f"an image must be (side, side, 3), found {image.shape}")
    side = image.shape[0]
    if not SMALLEST_SIDE <= side <= LARGEST_SIDE or side % SIDE_STEP:
        raise BadImage(f"a side must be 16 to 256 pixels and a multiple of 8, found {side}")


def check_covering(covering: Covering, image: Image) -> None:
    """Raise BadCovering, ShapeMismatch, NothingCovered, or TooMuchCovered unless the covering fits the image."""
    if not isinstance(covering, np.ndarray) or covering.dtype != np.bool_ or covering.ndim != 2:
        raise BadCovering()
    if covering.shape != image.shape[:2]:
        raise ShapeMismatch(f"the covering is {covering.shape}, the image {image.shape[:2]}")
    share = float(covering.mean())
    if share == 0:
        raise NothingCovered("no pixel of this face is covered: a map is white where it is")
    if share > LARGEST_SHARE_COVERED:
        raise TooMuchCovered(
            f"of the face {share:.0%} is covered; at most 90 % can be: cover less, or grow it less",
            share=round(share, 3),
        )
