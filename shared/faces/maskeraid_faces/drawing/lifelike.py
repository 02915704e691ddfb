"""Paints faces that are somewhat like photographs, each another one: what a detector of coverings practises on.

They show no person. Wide variety stands for likeness. Source of the idea: Tobin et al. 2017 (arXiv 1703.06907).
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Floats, Image

Colour = NDArray[np.float64]  # (3,) of 0..255
Point = tuple[float, float]  # fractions of the side, x to the right and y down

FINENESS = 2  # painted so many times as large, then averaged
DARKEST_SKIN, LIGHTEST_SKIN = np.array([55.0, 32, 22]), np.array([246.0, 218, 198])
HAIRS = np.array([[20.0, 16, 15], [60, 40, 28], [110, 75, 45], [200, 165, 105], [150, 145, 140], [120, 50, 25]])
FLUSH = np.array([18.0, -4, -2])  # of cheeks, added to the skin
BEARD = (
    (0.12, 0.5), (0.22, 0.7), (0.36, 0.71), (0.5, 0.68), (0.64, 0.71), (0.78, 0.7), (0.88, 0.5), (0.75, 0.97),
    (0.5, 1.0), (0.25, 0.97),
)  # fmt: skip
LIPS = np.array([160.0, 70, 75])


class Easel:
    """A picture in the making, float32 (fine side, fine side, 3) of 0..255."""

    def __init__(self, side: int, rng: np.random.Generator) -> None:
        self._side, self._rng = side * FINENESS, rng
        y, x = (np.mgrid[0 : self._side, 0 : self._side] / self._side).astype(np.float32)
        self.x, self.y = x, y
        self.picture = np.zeros((self._side, self._side, 3), np.float32)

    def cloud(self, cells: int) -> Floats:
        """Smooth random values about 0, of deviation 1 (fine side, fine side)."""
        coarse = self._rng.standard_normal((cells, cells), np.float32)
        return np.asarray(cv2.resize(coarse, (self._side, self._side), interpolation=cv2.INTER_CUBIC), np.float32)

    def ellipse(self, centre: Point, radii: Point, colour: Colour, *, opacity: float = 1.0, blur: float = 0.0) -> None:
        """Paint an ellipse, its rim softened by `blur`, a fraction of the side."""
        where = np.zeros((self._side, self._side), np.float32)
        axes = [max(1, round(radius * self._side)) for radius in radii]
        cv2.ellipse(where, self._place(centre), axes, 0, 0, 360, (1.0,), -1)
        self._paint(where, colour, opacity, blur)

    def polygon(self, corners: Sequence[Point], colour: Colour, *, opacity: float = 1.0, blur: float = 0.0) -> None:
        """Fill a polygon."""
        where = np.zeros((self._side, self._side), np.float32)
        cv2.fillPoly(where, [np.array([self._place(corner) for corner in corners], np.int32)], (1.0,))
        self._paint(where, colour, opacity, blur)

    def line(self, corners: Sequence[Point], width: float, colour: Colour, *, opacity: float = 1.0) -> None:
        """Draw a line through points; its width is a fraction of the side."""
        where = np.zeros((self._side, self._side), np.float32)
        places = np.array([self._place(corner) for corner in corners], np.int32)
        cv2.polylines(where, [places], isClosed=False, color=(1.0,), thickness=max(1, round(width * self._side)))
        self._paint(where, colour, opacity, width / 3)

    def _place(self, point: Point) -> tuple[int, int]:
        return round(point[0] * self._side), round(point[1] * self._side)

    def _paint(self, where: Floats, colour: Colour, opacity: float, blur: float) -> None:
        if blur > 0:
            where = np.asarray(cv2.GaussianBlur(where, (0, 0), max(0.3, blur * self._side)), np.float32)
        share = (where * opacity)[..., None]
        self.picture += share * (colour.astype(np.float32) - self.picture)


def draw_lifelike_face(side: int, rng: np.random.Generator) -> Image:
    """Paint one face uint8 (side, side, 3) RGB, eyes at about y = 0.37 and the chin at 0.95 of the side."""
    easel = Easel(side, rng)
    skin = DARKEST_SKIN + rng.random() * (LIGHTEST_SKIN - DARKEST_SKIN) + rng.normal(0, 6, 3)
    hair = HAIRS[rng.integers(len(HAIRS))] + rng.normal(0, 10, 3)
    _background(easel, rng)
    _head(easel, skin, hair, rng)
    _eyes(easel, skin, hair, rng)
    _nose_and_mouth(easel, skin, rng)
    _hair_on_face(easel, hair, rng)
    return _photographed(easel, side, rng)


def _background(easel: Easel, rng: np.random.Generator) -> None:
    first, second = rng.uniform(0, 255, 3), rng.uniform(0, 255, 3)
    share = np.clip(0.5 + 0.5 * easel.cloud(int(rng.integers(2, 7))), 0, 1)[..., None]
    easel.picture = (first * (1 - share) + (second if rng.random() < 0.5 else first) * share).astype(np.float32)
    clothes = rng.uniform(0, 255, 3)
    easel.polygon([(-0.1, 1.1), (0.0, rng.uniform(0.9, 1.0)), (1.0, rng.uniform(0.9, 1.0)), (1.1, 1.1)], clothes)


def _head(easel: Easel, skin: Colour, hair: Colour, rng: np.random.Generator) -> None:
    middle, wide, high = (rng.normal(0.5, 0.02), rng.uniform(0.55, 0.6)), rng.uniform(0.3, 0.44), rng.uniform(0.4, 0.5)
    if rng.random() < 0.75:  # the others are bald, or wear it short
        reach = rng.uniform(0.02, 0.14)
        easel.ellipse((middle[0], middle[1] - rng.uniform(0.0, 0.15)), (wide + reach, high + reach), hair, blur=0.01)
    easel.polygon([(0.34, 0.85), (0.66, 0.85), (0.72, 1.1), (0.28, 1.1)], skin * 0.8, blur=0.01)
    for ear in (-1, 1):
        easel.ellipse((middle[0] + ear * wide, 0.45), (0.04, 0.09), skin * 0.85, blur=0.01)
    easel.ellipse(middle, (wide, high), skin, blur=0.008)
    for cheek in (-1, 1):
        place = middle[0] + cheek * wide * 0.55, 0.62
        easel.ellipse(place, (0.1, 0.08), skin + FLUSH, opacity=rng.uniform(0, 0.6), blur=0.05)
        easel.ellipse((middle[0] + cheek * wide, 0.6), (0.09, 0.4), skin * 0.6, opacity=rng.uniform(0, 0.5), blur=0.06)
    easel.ellipse((middle[0], 0.2), (0.2, 0.1), skin * 1.15, opacity=rng.uniform(0, 0.6), blur=0.06)  # forehead


def _eyes(easel: Easel, skin: Colour, hair: Colour, rng: np.random.Generator) -> None:
    y, apart, size = rng.uniform(0.34, 0.4), rng.uniform(0.16, 0.2), rng.uniform(0.05, 0.075)
    iris = rng.choice(np.array([[40.0, 25, 15], [90, 60, 30], [70, 100, 140], [80, 110, 70]]))
    open_by = rng.uniform(0.2, 0.6)
    rim = rng.uniform(0, 60, 3)
    has_glasses = rng.random() < 0.12
    for place in (0.5 - apart, 0.5 + apart):
        easel.ellipse((place, y - 0.01), (0.09, 0.06), skin * 0.65, opacity=rng.uniform(0.1, 0.7), blur=0.025)
        easel.ellipse((place, y), (size, size * open_by), np.array([235.0, 230, 225]) * rng.uniform(0.7, 1), blur=0.005)
        easel.ellipse((place, y), (size * 0.45, size * open_by), iris, blur=0.003)
        easel.line([(place - size, y), (place, y - size * open_by), (place + size, y)], 0.012, hair * 0.4)
        brow = y - rng.uniform(0.07, 0.1)
        corners = [(place - 0.08, brow + 0.01), (place, brow - 0.01), (place + 0.08, brow + 0.01)]
        easel.line(corners, rng.uniform(0.012, 0.03), hair * 0.6, opacity=rng.uniform(0.4, 0.95))
        if has_glasses:  # with clear lenses: through these one sees
            turn = np.linspace(0, 2 * np.pi, 20)
            easel.line([(place + 0.12 * np.cos(a), y + 0.09 * np.sin(a)) for a in turn], 0.012, rim)


def _nose_and_mouth(easel: Easel, skin: Colour, rng: np.random.Generator) -> None:
    tip, side = rng.uniform(0.56, 0.63), rng.choice([-1, 1])
    easel.polygon(
        [(0.5 + side * 0.02, 0.38), (0.5 + side * 0.09, tip), (0.5, tip + 0.02)], skin * 0.65,
        opacity=rng.uniform(0.1, 0.6), blur=0.02,
    )  # fmt: skip
    easel.ellipse((0.5, tip - 0.02), (0.03, 0.05), skin * 1.2, opacity=rng.uniform(0, 0.7), blur=0.02)
    for nostril in (-0.04, 0.04):
        easel.ellipse((0.5 + nostril, tip + 0.015), (0.016, 0.01), skin * 0.35, opacity=0.8, blur=0.006)
    y, half, lip = rng.uniform(0.73, 0.79), rng.uniform(0.09, 0.16), rng.uniform(0.015, 0.035)
    colour = skin * 0.45 + LIPS * 0.55 + rng.normal(0, 12, 3)
    smile = rng.uniform(-0.01, 0.035)
    easel.ellipse((0.5, y), (half, lip + max(0, smile) / 2), colour, opacity=rng.uniform(0.5, 1), blur=0.008)
    if rng.random() < 0.35:
        easel.ellipse((0.5, y), (half * 0.75, lip * 0.6), np.array([240.0, 235, 225]), opacity=0.9, blur=0.006)  # teeth
    easel.line([(0.5 - half, y - smile), (0.5, y), (0.5 + half, y - smile)], 0.01, skin * 0.35, opacity=0.8)
    for fold in (-1, 1):  # from the nose to the corners of the mouth
        easel.line(
            [(0.5 + fold * 0.07, tip), (0.5 + fold * (half + 0.03), y)], 0.012, skin * 0.6, opacity=rng.uniform(0, 0.5)
        )


def _hair_on_face(easel: Easel, hair: Colour, rng: np.random.Generator) -> None:
    if rng.random() < 0.25:  # a beard
        reach = rng.uniform(0.5, 1)
        easel.polygon(
            BEARD,
            hair * 0.8, opacity=0.75 * reach, blur=0.03,
        )  # fmt: skip
    if rng.random() < 0.65:  # the hair above the forehead, or a fringe
        low = rng.uniform(0.04, 0.24)
        x = np.linspace(-0.05, 1.05, 9)
        rim = [(float(place), float(low + rng.normal(0, 0.02) + 0.25 * (2 * place - 1) ** 2)) for place in x]
        easel.polygon([(-0.1, -0.1), *rim, (1.1, -0.1)], hair, blur=rng.uniform(0.004, 0.02))
    if rng.random() < 0.3:  # long, at both sides
        for side in (0.0, 1.0):
            inner = side + (0.5 - side) * rng.uniform(0.2, 0.45)
            easel.polygon(
                [(side * 1.2 - 0.1, 0), (inner, 0.1), (inner, 1.1), (side * 1.2 - 0.1, 1.1)], hair, blur=0.015
            )


def _photographed(easel: Easel, side: int, rng: np.random.Generator) -> Image:
    """Light from somewhere, a texture, a colour cast, a crop, and the lens."""
    strength, turn = rng.uniform(0, 0.7), rng.uniform(0, 2 * np.pi)
    light = 1 + strength * ((easel.x - 0.5) * np.cos(turn) + (easel.y - 0.5) * np.sin(turn))
    light = light + rng.uniform(0, 0.1) * easel.cloud(6) + rng.uniform(0, 0.06) * easel.cloud(32)
    cast = rng.uniform(0.7, 1.15) * rng.normal(1, 0.06, 3)
    picture = np.clip(easel.picture * light[..., None] * cast, 0, 255).astype(np.float32)
    zoom, middle = rng.uniform(0.85, 1.15), picture.shape[0] / 2
    moved = cv2.getRotationMatrix2D((middle, middle), rng.normal(0, 4), zoom)
    moved[:, 2] += rng.normal(0, 0.02, 2) * picture.shape[0]
    picture = np.asarray(cv2.warpAffine(picture, moved, picture.shape[:2], borderMode=cv2.BORDER_REPLICATE), np.float32)
    small = np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.float32)
    if rng.random() < 0.5:
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), rng.uniform(0.3, 1.2)), np.float32)
    return np.clip(np.rint(small + rng.normal(0, rng.uniform(0, 4), small.shape)), 0, 255).astype(np.uint8)
