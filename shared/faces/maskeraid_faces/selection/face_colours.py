"""The colours of a face's visible skin, hair, and eyes: exact on drawn faces, medians of regions on photographs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.blending.palette import MOST_COLOURS_DRAWN, palette_of
from maskeraid_faces.blending.skin_tone import drawn_skin, middle_of_face, skin_of_photo, to_lab
from maskeraid_faces.face_model import Kind
from maskeraid_faces.images import Covering, Floats, Image

Box = tuple[float, float, float, float]  # rows, then columns, half-open, as fractions of the side

DRAWN_HAIR: Box = (4 / 32, 8 / 32, 9 / 32, 23 / 32)
DRAWN_EYES: Box = (13 / 32, 15 / 32, 10 / 32, 23 / 32)  # between brow and lower lid: skin, white, and iris alone
PHOTO_HAIR: tuple[Box, ...] = ((0.0, 0.12, 0.1, 0.9), (0.0, 0.4, 0.0, 0.08), (0.0, 0.4, 0.92, 1.0))
PHOTO_EYES: tuple[Box, ...] = ((0.34, 0.46, 0.22, 0.42), (0.34, 0.46, 0.58, 0.78))
WHITE_FROM = 225  # grey levels in every channel: the white of an eye
IRIS_SHARE = 0.2  # of an eye's region on a photograph, its darkest pixels
SURE_SPREAD = 25.0  # Lab units of median deviation at which a region's colour is worth little


@dataclass(frozen=True)
class ColourFound:
    """The colour of one feature."""

    lab: Floats  # (3,) D65
    confidence: float  # 0..1: how much of the feature is visible and how even it is


@dataclass(frozen=True)
class FaceColours:
    """None where the covering hides all of a feature."""

    tone: ColourFound | None
    hair: ColourFound | None
    eyes: ColourFound | None


def kind_of(image: Image, covering: Covering) -> Kind:
    """A face of 64 visible colours or fewer is drawn."""
    return "drawn" if len(palette_of(image[~covering])) <= MOST_COLOURS_DRAWN else "photo"


def face_colours(image: Image, covering: Covering, kind: Kind) -> FaceColours:
    """Find the colours in what is visible.

    Args:
        image: uint8 (side, side, 3) RGB, aligned.
        covering: bool (side, side); nothing under it is looked at.
        kind: drawn faces have exact colours in known places.
    """
    return _drawn_colours(image, ~covering) if kind == "drawn" else _photo_colours(image, ~covering)


def colour_regions(image: Image, covering: Covering, kind: Kind) -> dict[str, Covering]:
    """The pixels from which `face_colours` takes each colour: bool (side, side) under `tone`, `hair`, `eyes`."""
    visible = ~covering
    if kind == "photo":
        lab = to_lab(image)
        skin = skin_of_photo(lab, visible) & middle_of_face(*visible.shape)
        return {"tone": skin, "hair": visible & _region(visible, PHOTO_HAIR), "eyes": _irises(lab, visible)}
    skin_colour = drawn_skin(image, visible)
    hair, eyes = _drawn_places(image, visible, skin_colour)
    tone = np.zeros_like(visible) if skin_colour is None else visible & (image == skin_colour).all(axis=2)
    return {"tone": tone, "hair": _of_commonest(image, hair), "eyes": _of_commonest(image, eyes)}


def _drawn_colours(image: Image, visible: Covering) -> FaceColours:
    skin = drawn_skin(image, visible)
    hair, eyes = _drawn_places(image, visible, skin)
    tone = None if skin is None else _exact(skin)
    return FaceColours(tone, _commonest(image, hair), _commonest(image, eyes))


def _drawn_places(image: Image, visible: Covering, skin: NDArray[np.uint8] | None) -> tuple[Covering, Covering]:
    """Where hair and eyes are looked for; eyes nowhere when no skin is seen."""
    hair = visible & _region(visible, (DRAWN_HAIR,))
    if skin is None:
        return hair, np.zeros_like(visible)
    not_skin = (image != skin).any(axis=2)
    eyes = visible & _region(visible, (DRAWN_EYES,)) & ~(image >= WHITE_FROM).all(axis=2)
    return hair & not_skin, eyes & not_skin


def _of_commonest(image: Image, where: Covering) -> Covering:
    colour = _commonest_colour(image, where)
    return where if colour is None else where & (image == colour).all(axis=2)


def _commonest(image: Image, where: Covering) -> ColourFound | None:
    colour = _commonest_colour(image, where)
    return None if colour is None else _exact(colour)


def _commonest_colour(image: Image, where: Covering) -> NDArray[np.uint8] | None:
    if not where.any():
        return None
    colours, counts = np.unique(image[where], axis=0, return_counts=True)
    commonest: NDArray[np.uint8] = colours[counts.argmax()]
    return commonest


def _exact(colour: NDArray[np.uint8]) -> ColourFound:
    return ColourFound(to_lab(colour[None, None])[0, 0], 1.0)


def _photo_colours(image: Image, visible: Covering) -> FaceColours:
    lab = to_lab(image)
    skin = skin_of_photo(lab, visible)
    middle = middle_of_face(*visible.shape)
    hair, eyes = _region(visible, PHOTO_HAIR), _region(visible, PHOTO_EYES)
    return FaceColours(
        _median(lab, skin & middle, float((skin & middle).sum() / middle.sum())),
        _median(lab, visible & hair, float((visible & hair).sum() / hair.sum())),
        _median(lab, _irises(lab, visible), float((visible & eyes).sum() / eyes.sum())),
    )


def _irises(lab: Floats, visible: Covering) -> Covering:
    """The darkest pixels of the eyes."""
    eyes = visible & _region(visible, PHOTO_EYES)
    return eyes & (lab[..., 0] <= np.quantile(lab[..., 0][eyes], IRIS_SHARE)) if eyes.any() else eyes


def _median(lab: Floats, where: Covering, share: float) -> ColourFound | None:
    if not where.any():
        return None
    middle = np.median(lab[where], axis=0).astype(np.float32)
    spread = float(np.median(np.linalg.norm(lab[where] - middle, axis=1)))
    return ColourFound(middle, min(1.0, share) * float(np.exp(-spread / SURE_SPREAD)))


def _region(like: Covering, boxes: tuple[Box, ...]) -> Covering:
    height, width = like.shape
    region = np.zeros_like(like)
    for top, bottom, left, right in boxes:
        region[round(top * height) : round(bottom * height), round(left * width) : round(right * width)] = True
    return region
