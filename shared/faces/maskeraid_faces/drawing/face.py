"""Paints one 8-bit face of 32x32 pixels from its features. No randomness.

Source: Desentz 2021, section 3.3 and figure 1 (five eyes, noses, and mouths); the pixels are our own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.images import Image

SIDE = 32
SHAPES = (1, 2, 3, 4, 5)  # eyes, noses, and mouths are numbered from 1, as in section 7.3 of the thesis
HAIR_STYLES = (1, 2, 3)

Colour = tuple[int, int, int]
Paint = Literal["skin", "neck", "nose", "hair", "white", "eye", "brow", "lip", "throat"]
Box = tuple[tuple[int, int], tuple[int, int], Paint]  # rows, columns (half-open), what to paint them with

BACKGROUND: Colour = (120, 180, 220)
WHITE: Colour = (255, 255, 255)
BROW: Colour = (30, 20, 10)
LIP: Colour = (150, 40, 50)
THROAT: Colour = (90, 20, 30)  # the inside of an open mouth
LIGHT: Colour = (241, 194, 150)
MEDIUM: Colour = (198, 134, 66)
DARK: Colour = (112, 64, 36)
BLOND: Colour = (230, 200, 80)
BLACK_HAIR: Colour = (25, 20, 20)
BLUE: Colour = (50, 90, 220)
BLACK_EYES: Colour = (20, 15, 15)

HEAD: tuple[Box, ...] = (
    ((6, 28), (8, 24), "skin"),
    ((28, 30), (10, 22), "skin"),  # chin
    ((14, 18), (7, 8), "skin"),  # ears
    ((14, 18), (24, 25), "skin"),
    ((30, 32), (12, 20), "neck"),
)
TOP_OF_HAIR: Box = ((3, 8), (7, 25), "hair")
HAIR: dict[int, tuple[Box, ...]] = {
    1: (TOP_OF_HAIR, ((8, 12), (7, 9), "hair"), ((8, 12), (23, 25), "hair")),
    2: (TOP_OF_HAIR, ((8, 20), (7, 9), "hair"), ((8, 20), (23, 25), "hair")),
    3: (((4, 7), (8, 24), "hair"),),
}
EYE_COLUMNS = (11, 19)  # the left column of each eye; the columns of EYES count from it
EYES: dict[int, tuple[Box, ...]] = {
    1: (((13, 15), (0, 3), "white"), ((13, 15), (1, 2), "eye")),
    2: (((13, 16), (0, 3), "white"), ((14, 15), (1, 2), "eye")),
    3: (((14, 15), (0, 3), "eye"),),
    4: (((13, 15), (0, 2), "eye"),),
    5: (((12, 15), (0, 3), "white"), ((12, 13), (0, 3), "brow"), ((13, 15), (1, 2), "eye")),
}
NOSES: dict[int, tuple[Box, ...]] = {
    1: (((16, 20), (15, 17), "nose"),),
    2: (((18, 20), (14, 18), "nose"),),
    3: (((16, 19), (15, 16), "nose"), ((19, 20), (14, 18), "nose")),
    4: (((19, 20), (14, 15), "nose"), ((19, 20), (17, 18), "nose")),
    5: (((17, 20), (14, 16), "nose"),),
}
CLOSED_MOUTH: Box = ((24, 25), (12, 20), "lip")
MOUTHS: dict[int, tuple[Box, ...]] = {
    1: (CLOSED_MOUTH,),
    2: (CLOSED_MOUTH, ((23, 24), (12, 13), "lip"), ((23, 24), (19, 20), "lip")),
    3: (((23, 24), (12, 20), "lip"), ((24, 25), (12, 13), "lip"), ((24, 25), (19, 20), "lip")),
    4: (((23, 26), (13, 19), "lip"), ((24, 25), (14, 18), "white")),
    5: (((23, 26), (14, 18), "throat"),),
}


@dataclass(frozen=True)
class Features:
    """What one drawn face looks like: colours as RGB 0..255, shapes numbered from 1.

    Raises:
        BadSettings: a shape or hair style has no such number, or a colour leaves 0..255.
    """

    tone: Colour
    hair: Colour
    eye_colour: Colour
    eyes: int
    nose: int
    mouth: int
    hair_style: int = 1

    def __post_init__(self) -> None:
        for name, allowed in (("eyes", SHAPES), ("nose", SHAPES), ("mouth", SHAPES), ("hair_style", HAIR_STYLES)):
            if getattr(self, name) not in allowed:
                raise BadSettings(f"{name} must be one of {allowed}", field=name, allowed=list(allowed))
        for name in ("tone", "hair", "eye_colour"):
            colour = getattr(self, name)
            if len(colour) != 3 or not all(0 <= channel <= 255 for channel in colour):
                raise BadSettings(f"{name} must be three numbers of 0 to 255, found {colour}", field=name)


def draw_face(features: Features) -> Image:
    """Paint one face, uint8 (32, 32, 3) RGB."""
    image = np.full((SIDE, SIDE, 3), BACKGROUND, np.uint8)
    colours = _colours(features)
    _paint(image, (*HEAD, *HAIR[features.hair_style]), colours)
    for left in EYE_COLUMNS:
        _paint(image, (_shifted(box, left) for box in EYES[features.eyes]), colours)
    _paint(image, (*NOSES[features.nose], *MOUTHS[features.mouth]), colours)
    return image


def _paint(image: Image, boxes: Iterable[Box], colours: dict[Paint, Colour]) -> None:
    for (top, bottom), (left, right), name in boxes:
        image[top:bottom, left:right] = colours[name]


def _shifted(box: Box, columns: int) -> Box:
    rows, (left, right), name = box
    return rows, (left + columns, right + columns), name


def _colours(features: Features) -> dict[Paint, Colour]:
    return {
        "skin": features.tone,
        "neck": _shade(features.tone, 9),
        "nose": _shade(features.tone, 7),
        "hair": features.hair,
        "white": WHITE,
        "eye": features.eye_colour,
        "brow": BROW,
        "lip": LIP,
        "throat": THROAT,
    }


def _shade(colour: Colour, tenths: int) -> Colour:
    """Darken a colour to some tenths of itself, truncated to integers."""
    red, green, blue = (channel * tenths // 10 for channel in colour)
    return red, green, blue
