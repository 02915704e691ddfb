"""Widens a covering, so that blurred rims of it do not count as visible face."""

import math

import cv2
import numpy as np

from maskeraid_faces.images import Covering

LARGEST_MODEL = 256  # pixels a side; what is found in a larger picture was seen in a smaller one


def growth(side: int) -> int:
    """How many pixels a found covering is widened by: 1 to 32 px, 2 at 64, 3 at 128, 4 at 256.

    In larger pictures a thirty-second of the side: the same share of the face as at 32 px, at which a model may have
    looked.
    """
    return side // 32 if side > LARGEST_MODEL else max(1, round(math.log2(side / 16)))


def grow(covering: Covering, pixels: int | None = None) -> Covering:
    """Widen a covering by a square of so many pixels each way; by its side's `growth` unless told."""
    reach = growth(max(covering.shape)) if pixels is None else pixels
    widened = cv2.dilate(covering.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return widened.astype(np.bool_)
