"""Puts coverings on drawn faces, each with the map of the pixels that it hides."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from maskeraid_faces.drawing.face import SIDE, Colour, Features
from maskeraid_faces.images import Covering, Image

TEAL: Colour = (20, 150, 140)
PURPLE: Colour = (110, 60, 160)
SHADES: Colour = (30, 30, 60)  # of sunglasses; far enough from black hair for the colour rule
BLACK: Colour = (0, 0, 0)
CHECK_SIDE = 2  # pixels


def _boxes(*boxes: tuple[slice, slice]) -> Covering:
    covering = np.zeros((SIDE, SIDE), np.bool_)
    for rows, columns in boxes:
        covering[rows, columns] = True
    covering.setflags(write=False)
    return covering


# The mask starts at row 16: from row 17 the nose's top pixel stays visible and splits the noses into 3 groups.
MASK = _boxes(
    (slice(16, 29), slice(8, 24)), (slice(17, 18), slice(7, 8)), (slice(17, 18), slice(24, 25))
)  # with two straps
MOUTH_MASK = _boxes((slice(21, 29), slice(8, 24)))
SUNGLASSES = _boxes((slice(11, 16), slice(9, 24)))
BAR = _boxes((slice(12, 16), slice(7, 25)))
HAT = _boxes((slice(2, 6), slice(6, 26)))  # hides no part that anyone asks for, so it is no covering

COVERINGS: Mapping[str, Covering] = MappingProxyType(
    {
        "mask": MASK,
        "mouth-mask": MOUTH_MASK,
        "sunglasses": SUNGLASSES,
        "bar": BAR,
        "hair-mask": MASK,
        "patterned-mask": MASK,
        "hat": MASK,
    }
)


def wear_hat(image: Image) -> Image:
    """Paint a teal hat, the colour of the mask: the trap for rules that know only colours (thesis, section 6.1)."""
    return np.where(HAT[..., None], np.array(TEAL, np.uint8), image)


def wear(image: Image, features: Features, kind: str) -> Image:
    """Cover a face with one of `COVERINGS`; pixels outside its map keep their values."""
    return np.where(COVERINGS[kind][..., None], _surface(features, kind), image)


def _surface(features: Features, kind: str) -> Image:
    colours: dict[str, Colour] = {"sunglasses": SHADES, "bar": BLACK, "hair-mask": features.hair}
    if kind == "patterned-mask":
        rows, columns = np.indices((SIDE, SIDE)) // CHECK_SIDE
        return np.where(((rows + columns) % 2 == 0)[..., None], np.array(TEAL, np.uint8), np.array(PURPLE, np.uint8))
    return np.full((SIDE, SIDE, 3), colours.get(kind, TEAL), np.uint8)
