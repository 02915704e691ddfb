"""Puts synthetic coverings on faces, each with the map of the pixels that it hides.

Synthetic occlusions carry over to real ones. Source: Voo, Jiang, Loy 2022 (arXiv 2205.06218); Anwar, Raychowdhury 2020.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from maskeraid_faces.coverings.families import FAMILIES, draw_shape
from maskeraid_faces.coverings.surfaces import draw_surface
from maskeraid_faces.images import Covering, Floats, Image

LEAST_OPACITY = 0.1  # of a pixel that counts as covered: less than this shifts no colour that anyone sees
SOFTEST_RIM = 1.5  # pixels, of a blur
JPEG_QUALITIES = (60, 96)


@dataclass(frozen=True)
class Worn:
    """A covered face and its truth."""

    image: Image  # uint8 (side, side, 3)
    covering: Covering  # bool (side, side)
    family: str


def wear_any(image: Image, rng: np.random.Generator, families: Sequence[str] = tuple(FAMILIES)) -> Worn:
    """Cover a face uint8 (side, side, 3) with something of one of the families."""
    family = str(rng.choice(families))
    opacity = draw_shape(family, image.shape[0], rng)
    opacity = _softened(opacity, rng.choice([0.0, rng.uniform(0.3, SOFTEST_RIM)]))
    covering = opacity > LEAST_OPACITY
    share = np.where(covering, opacity, 0)[..., None]
    worn = image * (1 - share) + _shaded(draw_surface(image, rng, family), opacity, rng) * share
    return Worn(np.rint(worn).astype(np.uint8), covering, family)


def as_stored(image: Image, rng: np.random.Generator) -> Image:
    """The whole picture as cameras and files leave it: a little noise, or JPEG's traces; often as it is."""
    choice = rng.random()
    if choice < 0.3:
        return np.clip(np.rint(image + rng.normal(0, rng.uniform(1, 5), image.shape)), 0, 255).astype(np.uint8)
    if choice < 0.6:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*JPEG_QUALITIES))]
        _, content = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), quality)
        return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR_RGB), np.uint8)
    return image


def _softened(opacity: Floats, radius: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(opacity, (0, 0), radius), np.float32) if radius > 0 else opacity


def _shaded(surface: Floats, opacity: Floats, rng: np.random.Generator) -> Floats:
    """Darker at its rim, as thick cloth is."""
    if rng.random() < 0.5:
        return surface
    inner = np.asarray(cv2.GaussianBlur(opacity, (0, 0), opacity.shape[0] / 32), np.float32)
    return surface * (1 - rng.uniform(0.1, 0.4) * (1 - inner))[..., None].astype(np.float32)
