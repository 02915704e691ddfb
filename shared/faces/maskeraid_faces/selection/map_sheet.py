"""A sheet of feature maps beside the face that they were found in. Source: Desentz 2021, Fig. 21 and 22."""

import cv2
import numpy as np

from maskeraid_faces.images import Floats, Image

COLUMNS = 8
SHOWN = 32  # maps: of 128 and 256, those that answer most strongly
TILE, GAP = 64, 2  # pixels
FACE_SIDE = 4 * (TILE + GAP) - GAP
PAPER = 255


def draw_maps(face: Image, maps: Floats) -> Image:
    """The face at the left, the 32 strongest maps at its right, each over its own range from black to white.

    Args:
        face: uint8 (side, side, 3) RGB.
        maps: float32 (side, side, width), 0 or more; those with the largest mean are shown, the strongest first.

    Returns:
        uint8 (262, 788, 3).
    """
    order = np.argsort(-maps.mean(axis=(0, 1)), kind="stable")[:SHOWN]
    width = FACE_SIDE + 2 * GAP + COLUMNS * (TILE + GAP) - GAP
    sheet = np.full((FACE_SIDE, width, 3), PAPER, np.uint8)
    sheet[:, :FACE_SIDE] = cv2.resize(face, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_NEAREST)
    for place, index in enumerate(order):
        row, column = divmod(place, COLUMNS)
        top, left = row * (TILE + GAP), FACE_SIDE + 2 * GAP + column * (TILE + GAP)
        sheet[top : top + TILE, left : left + TILE] = _tile(maps[..., index])[..., None]
    return sheet


def _tile(found: Floats) -> np.ndarray:
    lowest, highest = float(found.min()), float(found.max())
    levels = (found - lowest) / (highest - lowest) * 255 if highest > lowest else np.zeros_like(found)
    return cv2.resize(levels.astype(np.uint8), (TILE, TILE), interpolation=cv2.INTER_NEAREST)
