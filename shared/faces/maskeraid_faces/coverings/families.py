"""Shapes of coverings as people wear them, on aligned faces; each draw is another one. Their surfaces: `surfaces`.

Coordinates are fractions of the side, x to the right and y down, where eyes lie at about y = 0.37 and the chin at 0.95.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.coverings.shapes import LOWER_FACE, SUNGLASSES
from maskeraid_faces.images import Floats

Points = NDArray[np.float64]  # (n, 2) of x, y
Shape = Callable[["Canvas", np.random.Generator], None]

FINENESS = 4  # of the canvas: rims are drawn four times as large, then averaged
WARP = 0.012  # standard deviation of a corner's place


class Canvas:
    """A fine map that shapes are drawn on."""

    def __init__(self, side: int) -> None:
        self._side = side * FINENESS
        self._map = np.zeros((self._side, self._side), np.uint8)

    def polygon(self, points: Points) -> None:
        """Fill a polygon of corners (n, 2)."""
        cv2.fillPoly(self._map, [self._places(points)], (255,))

    def ellipse(self, centre: tuple[float, float], radii: tuple[float, float], degrees: float = 0.0) -> None:
        """Fill an ellipse that is turned by so many degrees."""
        middle, axes = self._places(np.array([centre, radii]))
        cv2.ellipse(self._map, middle.tolist(), np.maximum(axes, 1).tolist(), degrees, 0, 360, (255,), -1)

    def stroke(self, points: Points, width: float) -> None:
        """Draw a line with round ends through points (n, 2)."""
        thickness = max(1, round(width * self._side))
        cv2.polylines(self._map, [self._places(points)], isClosed=False, color=(255,), thickness=thickness)

    def opacity(self) -> Floats:
        """How much of each pixel is covered, float32 (side, side), 0 to 1."""
        side = self._side // FINENESS
        small = cv2.resize(self._map, (side, side), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32) / np.float32(255)

    def _places(self, points: Points) -> NDArray[np.int32]:
        return np.rint(points * self._side).astype(np.int32)


def draw_shape(family: str, side: int, rng: np.random.Generator) -> Floats:
    """The opacity of one covering of a family, float32 (side, side), 0 to 1; above 0 it is covered."""
    canvas = Canvas(side)
    FAMILIES[family](canvas, rng)
    return canvas.opacity()


def _placed(corners: object, rng: np.random.Generator, *, shift: float = 0.05, stretch: float = 0.12) -> Points:
    """Corners moved, stretched, and warped at random."""
    points = np.asarray(corners, np.float64)
    middle = points.mean(axis=0)
    placed: Points = (points - middle) * rng.uniform(1 - stretch, 1 + stretch, 2) + middle
    placed += rng.uniform(-shift, shift, 2) + rng.normal(0, WARP, points.shape)
    return placed


def _surgical(canvas: Canvas, rng: np.random.Generator) -> None:
    mask = _placed(LOWER_FACE, rng)
    canvas.polygon(mask)
    left, right = mask[0], mask[2]
    for corner, edge in ((left, 0.0), (right, 1.0)):
        for end in (-0.1, 0.08):  # to the ear, above and below it
            canvas.stroke(np.array([corner, [edge, corner[1] + end]]), rng.uniform(0.01, 0.025))


def _cloth(canvas: Canvas, rng: np.random.Generator) -> None:
    """Without straps; its upper rim is straighter, its lower one round."""
    left, right, top = rng.uniform(0.08, 0.2), rng.uniform(0.8, 0.92), rng.uniform(0.45, 0.6)
    nose = top - rng.uniform(0.0, 0.08)
    turn = np.linspace(0, np.pi, 12)
    middle, half = (left + right) / 2, (right - left) / 2
    chin = np.stack([middle + half * np.cos(turn), top + 0.05 + (0.95 - top) * np.sin(turn)], axis=1)
    canvas.polygon(_placed([[left, top], [middle, nose], [right, top], *chin], rng, shift=0.03, stretch=0.05))


def _respirator(canvas: Canvas, rng: np.random.Generator) -> None:
    """N95: a cup over nose and mouth that leaves the cheeks free, with straps across them."""
    x, y = rng.uniform(0.45, 0.55), rng.uniform(0.66, 0.74)
    across, down = rng.uniform(0.2, 0.28), rng.uniform(0.19, 0.26)
    canvas.ellipse((x, y), (across, down))
    canvas.polygon(np.array([[x - 0.07, y - down], [x, y - down - 0.09], [x + 0.07, y - down]]))
    for edge in (0.0, 1.0):
        side = x - across if edge == 0 else x + across
        canvas.stroke(np.array([[side, y - 0.05], [edge, y - rng.uniform(0.1, 0.25)]]), rng.uniform(0.015, 0.03))


def _scarf(canvas: Canvas, rng: np.random.Generator) -> None:
    """From an uneven rim down to the lower edge, all over the width."""
    top = rng.uniform(0.48, 0.72)
    x = np.linspace(-0.02, 1.02, 7)
    rim = np.stack([x, top + rng.normal(0, 0.03, len(x))], axis=1)
    canvas.polygon(np.concatenate([rim, [[1.02, 1.02], [-0.02, 1.02]]]))


def _glasses(canvas: Canvas, rng: np.random.Generator) -> None:
    if rng.random() < 0.4:
        canvas.polygon(_placed(SUNGLASSES, rng))
        return
    y, apart = rng.uniform(0.34, 0.41), rng.uniform(0.17, 0.22)
    radii = rng.uniform(0.12, 0.18), rng.uniform(0.08, 0.13)
    for x in (0.5 - apart, 0.5 + apart):
        canvas.ellipse((x, y), radii)
    canvas.stroke(np.array([[0.02, y - 0.02], [0.98, y - 0.02]]), rng.uniform(0.015, 0.04))


def _hand(canvas: Canvas, rng: np.random.Generator) -> None:
    """A palm and four fingers from below or from a side."""
    angle = rng.uniform(-0.6, 0.6) + rng.choice([0.0, 0.0, np.pi / 2, -np.pi / 2])
    along = np.array([np.sin(angle), -np.cos(angle)])  # where the fingers point
    across = np.array([-along[1], along[0]])
    palm = np.array([rng.uniform(0.35, 0.65), rng.uniform(0.72, 0.9)])
    size = rng.uniform(0.13, 0.19)
    canvas.stroke(np.array([palm, palm - along * 0.6]), size * 1.4)
    canvas.ellipse((float(palm[0]), float(palm[1])), (size, size * 1.1), float(np.degrees(angle)))
    for finger, reach in zip((-0.75, -0.25, 0.25, 0.75), (0.8, 1.0, 1.05, 0.85), strict=True):
        root = palm + across * finger * size
        canvas.stroke(np.array([root, root + along * size * 1.9 * reach * rng.uniform(0.8, 1.1)]), size * 0.42)


def _hat(canvas: Canvas, rng: np.random.Generator) -> None:
    """A hat or a fringe of hair: down from the upper edge."""
    low, bow = rng.uniform(0.14, 0.34), rng.uniform(-0.06, 0.08)
    x = np.linspace(-0.02, 1.02, 9)
    rim = np.stack([x, low + bow * (1 - (2 * x - 1) ** 2) + rng.normal(0, 0.008, len(x))], axis=1)
    canvas.polygon(np.concatenate([[[-0.02, -0.02]], rim, [[1.02, -0.02]]]))


def _bar(canvas: Canvas, rng: np.random.Generator) -> None:
    """Across the face, level or turned a little; over the eyes as often as elsewhere."""
    y, half = rng.choice([0.37, rng.uniform(0.2, 0.85)]), rng.uniform(0.04, 0.12)
    tilt = rng.uniform(-0.08, 0.08)
    left, right = rng.uniform(-0.02, 0.2), rng.uniform(0.8, 1.02)
    canvas.polygon(
        np.array([[left, y - half - tilt], [right, y - half + tilt], [right, y + half + tilt], [left, y + half - tilt]])
    )


def _blob(canvas: Canvas, rng: np.random.Generator) -> None:
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    waves = sum(rng.normal(0, 0.18 / order) * np.cos(order * turn + rng.uniform(0, 7)) for order in (1, 2, 3, 4))
    radius = rng.uniform(0.1, 0.28) * np.maximum(0.4, 1 + waves)
    canvas.polygon(rng.uniform(0.25, 0.8, 2) + np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius[:, None])


def _rectangle(canvas: Canvas, rng: np.random.Generator) -> None:
    size, turn = rng.uniform(0.2, 0.6, 2) / 2, rng.normal(0, 0.15)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    canvas.polygon(corners @ rotation + rng.uniform(0.3, 0.75, 2))


def _logo(canvas: Canvas, rng: np.random.Generator) -> None:
    """Something small that was stuck on, or a few of it."""
    for _ in range(rng.integers(1, 4)):
        centre = rng.uniform(0.2, 0.9, 2)
        canvas.ellipse((float(centre[0]), float(centre[1])), (rng.uniform(0.05, 0.1), rng.uniform(0.05, 0.1)))


FAMILIES: Mapping[str, Shape] = {
    "surgical": _surgical,
    "cloth": _cloth,
    "respirator": _respirator,
    "scarf": _scarf,
    "glasses": _glasses,
    "hand": _hand,
    "hat": _hat,
    "bar": _bar,
    "blob": _blob,
    "rectangle": _rectangle,
    "logo": _logo,
}
