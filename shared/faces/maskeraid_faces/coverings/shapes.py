"""The usual coverings of aligned photographs, as functions of the side in pixels."""

import cv2
import numpy as np

from maskeraid_faces.images import Covering

Corner = tuple[float, float]  # x, y as fractions of the side

LOWER_FACE: tuple[Corner, ...] = (
    (0.17, 0.56),
    (0.5, 0.47),
    (0.83, 0.56),
    (0.83, 0.80),
    (0.66, 0.97),
    (0.34, 0.97),
    (0.17, 0.80),
)
SUNGLASSES: tuple[Corner, ...] = (
    (0.10, 0.25),
    (0.90, 0.25),
    (0.88, 0.47),
    (0.58, 0.47),
    (0.5, 0.40),
    (0.42, 0.47),
    (0.12, 0.47),
)


def lower_face(side: int) -> Covering:
    """What a face mask hides, 29.5 % of the image."""
    return _polygon(LOWER_FACE, side)


def sunglasses(side: int) -> Covering:
    """What sunglasses hide, 18 % of the image."""
    return _polygon(SUNGLASSES, side)


def box(side: int, rows: tuple[int, int], columns: tuple[int, int]) -> Covering:
    """A rectangle, rows and columns half-open."""
    covering = np.zeros((side, side), np.bool_)
    covering[slice(*rows), slice(*columns)] = True
    return covering


def _polygon(corners: tuple[Corner, ...], side: int) -> Covering:
    filled = np.zeros((side, side), np.uint8)
    points = [(int(x * side), int(y * side)) for x, y in corners]  # truncated, so that the shares above hold
    cv2.fillPoly(filled, [np.array(points, np.int32)], (1,))
    return filled.astype(np.bool_)
