"""What coverings look like: colours, patterns, folds, and light, as float32 pictures (side, side, 3) of 0..255."""

import cv2
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Floats, Image

Colour = NDArray[np.float64]  # (3,) of 0..255
Places = NDArray[np.float64]  # (side, side)

SHARE_OF_FACE_COLOURS = 0.25
PATTERNS = ("flat", "flat", "gradient", "checks", "stripes", "dots", "flowers", "cloud")
OWN_COLOURS = {"hand": 0.7, "hat": 0.4}  # how often a covering is skin or hair itself
DARKEST_SKIN, LIGHTEST_SKIN = np.array([60.0, 36, 25]), np.array([244.0, 212, 190])
USUAL_COLOURS = ((235, 235, 235), (150, 200, 225), (25, 25, 30), (30, 60, 120), (120, 30, 40), (60, 60, 60))


def draw_surface(image: Image, rng: np.random.Generator, family: str = "") -> Floats:
    """A random surface for a covering of this face uint8 (side, side, 3); hands are mostly bare, hats often hair."""
    side = image.shape[0]
    y, x = np.mgrid[0:side, 0:side] / side
    if rng.random() < OWN_COLOURS.get(family, 0.0):
        first = np.clip((_skin if family == "hand" else _hair)(image, rng), 0, 255)
        share = 0.4 * _mixture("cloud", x, y, rng)[..., None]
        surface = first * (1 - share) + 0.75 * first * share
    else:
        first, second = (_colour(image, rng) for _ in range(2))
        share = _mixture(str(rng.choice(PATTERNS)), x, y, rng)[..., None]
        surface = first * (1 - share) + second * share
    if rng.random() < 0.5:
        surface = surface * _folds(x, y, rng)[..., None]
    if rng.random() < 0.6:
        surface = surface * _light(x, y, rng)[..., None]
    surface = surface + rng.normal(0, rng.uniform(0, 6), surface.shape)
    return np.clip(surface, 0, 255).astype(np.float32)


def _colour(image: Image, rng: np.random.Generator) -> Colour:
    colour: Colour = rng.uniform(0, 255, 3)
    if rng.random() < SHARE_OF_FACE_COLOURS:  # skin or hair: what the colour rule cannot tell from the face
        row, column = rng.integers(image.shape[0], size=2)
        colour = image[row, column] + rng.normal(0, 8, 3)
    elif rng.random() < 0.4:
        colour = np.array(USUAL_COLOURS[rng.integers(len(USUAL_COLOURS))]) + rng.normal(0, 12, 3)
    return np.clip(colour, 0, 255)


def _skin(image: Image, rng: np.random.Generator) -> Colour:
    """Of the face's own cheeks, or of somebody else."""
    if rng.random() < 0.6:
        rows, columns = (rng.integers(round(low * image.shape[0]), round(high * image.shape[0]), 9)
                         for low, high in ((0.5, 0.62), (0.25, 0.75)))  # fmt: skip
        own: Colour = np.median(image[rows, columns], axis=0) * rng.uniform(0.8, 1.15) + rng.normal(0, 4, 3)
        return own
    skin: Colour = DARKEST_SKIN + rng.random() * (LIGHTEST_SKIN - DARKEST_SKIN) + rng.normal(0, 6, 3)
    return skin


def _hair(image: Image, rng: np.random.Generator) -> Colour:
    """Of the upper edge of the face's picture."""
    columns = rng.integers(0, image.shape[0], 9)
    hair: Colour = np.median(image[1, columns], axis=0) + rng.normal(0, 6, 3)
    return hair


def _mixture(pattern: str, x: Places, y: Places, rng: np.random.Generator) -> Places:
    """How much of the second colour each place has, 0 to 1."""
    turn, period = rng.uniform(0, np.pi), rng.uniform(0.06, 0.25)
    along: Places = x * np.cos(turn) + y * np.sin(turn)
    across: Places = y * np.cos(turn) - x * np.sin(turn)
    share: Places = np.zeros_like(x)
    if pattern == "gradient":
        share = (along - along.min()) / np.ptp(along)
    elif pattern == "checks":
        share = (np.floor(along / period) + np.floor(across / period)) % 2
    elif pattern == "stripes":
        share = np.floor(along / period) % 2
    elif pattern == "cloud":
        coarse = rng.random((5, 5)).astype(np.float32)
        share = np.asarray(cv2.resize(coarse, x.shape[::-1], interpolation=cv2.INTER_CUBIC), np.float64).clip(0, 1)
    elif pattern in ("dots", "flowers"):
        u, v = (np.mod(place, period) / period - 0.5 for place in (along, across))
        reach = 0.3 if pattern == "dots" else 0.28 + 0.12 * np.cos(5 * np.arctan2(v, u))
        share = (np.hypot(u, v) < reach).astype(np.float64)
    return share


def _folds(x: Places, y: Places, rng: np.random.Generator) -> Places:
    """Pleats: nearly level waves of light and shadow."""
    tilt, waves = rng.normal(0, 0.2), rng.uniform(3, 9)
    shade: Places = 1 + rng.uniform(0.03, 0.15) * np.sin(2 * np.pi * waves * (y + tilt * x) + rng.uniform(0, 7))
    return shade


def _light(x: Places, y: Places, rng: np.random.Generator) -> Places:
    """Brighter towards one side, or round: darker towards both."""
    strength = rng.uniform(0.1, 0.5)
    shade: Places = 1.1 - strength * (2 * np.abs(x - 0.5)) ** 2
    if rng.random() < 0.5:
        shade = 1 + strength * (x - 0.5) * rng.choice([-1, 1]) + 0.3 * strength * (0.5 - y)
    return shade
