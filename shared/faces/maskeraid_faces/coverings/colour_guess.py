"""Guesses a covering without being told its colours: flat colours where the models' faces never show them.

It falls short on coverings with folds or shadows, on prints of many colours, on brown and beige ones (taken for skin),
on black and white ones of photographs (light and shade make skin as bright and as dark), beside the middle of the face,
and where no model knows the face's tone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.blending.skin_tone import middle_of_face, to_lab
from maskeraid_faces.coverings.colour_rule import Colour
from maskeraid_faces.errors import NothingCovered
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Covering, Floats, Image

SMALLEST_SHARE = 0.02  # of the area: smaller flat areas are eyes, lips, jewellery
SMALLEST_STRANGE_SHARE = 0.5  # of a component; its rim may be blurred, an eye under it may be as dark
SMALLEST_MIDDLE_SHARE = 1 / 3  # of a component: hair, hats, and background lie beside the middle of the face
STRANGE_DEVIATIONS = 4.0
COLOUR_NOISE = 16.0  # grey levels: what light and camera do to a colour that the training images hold
MOST_COLOURS = 3
MOST_TRIES = 12  # colours looked at; a strange background may fill the first ones
BIN_WIDTH = 16  # grey levels of a bin in which the commonest colour is looked for
SKIN_HUE_REACH, SKIN_LEAST_CHROMA = 20.0, 12.0  # degrees and units of Lab


@dataclass(frozen=True)
class Guess:
    """A covering that was guessed, as seen: callers widen it before they fill."""

    covering: Covering
    colours: tuple[Colour, ...]  # largest area first

    @property
    def share(self) -> float:
        """Of the image's area, 0 to 1."""
        return float(self.covering.mean())


def guess_covering(image: Image, models: Sequence[FaceModel], *, tolerance: int = 24) -> Guess:
    """Find flat coloured areas in the middle of the face that no model's faces show there.

    Args:
        image: uint8 (side, side, 3) RGB, an aligned face.
        models: candidates for this face, of any size; a place is strange only if it is so to all of them.
        tolerance: largest difference a channel within one colour, in grey levels.

    Raises:
        NothingCovered: no such area, or no model to compare with; the message says what to do.
    """
    strange = _strange(image, models)
    unexplained = strange.copy()
    covering = np.zeros_like(strange)
    colours: list[Colour] = []
    for _ in range(MOST_TRIES):
        if len(colours) == MOST_COLOURS or unexplained.mean() < SMALLEST_SHARE:
            break
        colour = _commonest(image[unexplained])
        distances = np.abs(image.astype(np.int16) - np.array(colour, np.int16)).max(-1)  # largest of the channels
        alike: Covering = distances <= tolerance
        unexplained &= ~alike
        area = _coverings_among(alike, strange)
        if area.any() and not _is_skin(colour, models):
            covering |= area
            colours.append(colour)
    if not colours:
        raise NothingCovered(
            "no flat coloured area that the models do not know was found in the middle of the face: "
            "name the covering's colours, or send a map of it"
        )
    return Guess(covering, tuple(colours))


def _strange(image: Image, models: Sequence[FaceModel]) -> Covering:
    """Where the image's colour is far from all that the models show at that place (H, W)."""
    if not models:
        raise NothingCovered("no model is there to compare the face with: name the covering's colours, or send a map")
    everywhere = np.ones(image.shape[:2], np.bool_)
    for model in models:
        small = np.asarray(cv2.resize(image, (model.size, model.size), interpolation=cv2.INTER_AREA), np.uint8)
        strange = _distances(small, model) > STRANGE_DEVIATIONS
        everywhere &= cv2.resize(strange.astype(np.uint8), image.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    return everywhere


def _distances(image: Image, model: FaceModel) -> Floats:
    """Mahalanobis distance of each pixel's colour from the model's at that place (size, size).

    The covariance of a pixel's three channels, not each alone: skin differs in brightness far more than in hue.
    """
    spread = model.basis.components.reshape(-1, model.size**2, 3).transpose(1, 2, 0) * 127.5  # (pixels, 3, r)
    covariance = spread @ spread.transpose(0, 2, 1) + COLOUR_NOISE**2 * np.eye(3, dtype=np.float32)
    away = image.reshape(-1, 3) - (model.basis.mean.reshape(-1, 3) + 1) * 127.5  # grey levels
    whitened = np.linalg.solve(covariance, away[:, :, None])[:, :, 0]
    distances: Floats = np.sqrt((away * whitened).sum(-1)).reshape(image.shape[:2])
    return distances


def _commonest(pixels: NDArray[np.uint8]) -> Colour:
    """The median of the fullest bin of colours."""
    bins = pixels // BIN_WIDTH
    codes = bins.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    values, counts = np.unique(codes, return_counts=True)
    red, green, blue = np.median(pixels[codes == values[counts.argmax()]], axis=0)
    return int(red), int(green), int(blue)


def _coverings_among(alike: Covering, strange: Covering) -> Covering:
    """The components of one colour that are large, mostly strange, and in the middle of the face."""
    _, found, statistics, _ = cv2.connectedComponentsWithStats(alike.astype(np.uint8), connectivity=8)
    labels = np.asarray(found, np.int32)
    areas = statistics[:, cv2.CC_STAT_AREA]
    kept = areas >= SMALLEST_SHARE * alike.size
    kept &= _count(labels, strange, len(areas)) >= SMALLEST_STRANGE_SHARE * areas
    kept &= _count(labels, middle_of_face(*alike.shape), len(areas)) >= SMALLEST_MIDDLE_SHARE * areas
    kept[0] = False  # what has another colour
    coverings: Covering = kept[labels]
    return coverings


def _count(labels: NDArray[np.integer], where: Covering, number: int) -> NDArray[np.intp]:
    return np.bincount(labels[where], minlength=number)


def _is_skin(colour: Colour, models: Sequence[FaceModel]) -> bool:
    """Whether a colour has the hue of the models' skin: strange skin is a face of another tone, not a covering."""
    _, a, b = to_lab(np.array([[colour]], np.uint8))[0, 0]
    if np.hypot(a, b) < SKIN_LEAST_CHROMA:
        return False
    hues = [np.arctan2(one.tone[2], one.tone[1]) for model in models for one in model.prototypes]
    differences = [abs(np.angle(np.exp(1j * (np.arctan2(b, a) - hue)), deg=True)) for hue in hues]
    return min(differences, default=180.0) <= SKIN_HUE_REACH
