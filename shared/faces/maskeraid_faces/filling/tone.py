"""Moves a face to a model's skin before it is filled, so that another tone does not count as another face."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.blending.palette import nearest_colours, palette_of
from maskeraid_faces.blending.skin_tone import drawn_skin, from_lab, skin_of_photo, to_lab, with_skin
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Covering, Floats, Image, Images
from maskeraid_faces.selection.lab import lab_differences

ToneMatch = Literal["auto", "off"]
TONE_MATCHES: tuple[ToneMatch, ...] = ("auto", "off")

PHOTO_REACH = 10.0  # dE00: a photographs' basis explains such a difference itself, by light


def to_models_tone(image: Image, covering: Covering, model: FaceModel) -> tuple[Image, Callable[[Images], Images]]:
    """The face with its visible skin moved to the nearest skin of the model, and the way back for generated ones.

    Drawn faces come back by their palette (`harmonise`), so their way back is no change.
    """
    if model.kind == "drawn":
        return _drawn_to_tone(image, covering, model), lambda images: images
    lab = to_lab(image)
    skin = skin_of_photo(lab, ~covering)
    if not skin.any() or not model.prototypes:
        return image, lambda images: images
    visible: Floats = np.median(lab[skin], axis=0)
    tone = _nearest_tone(visible, model)
    if lab_differences(visible, tone[None])[0] <= PHOTO_REACH:
        return image, lambda images: images
    shift = tone - visible
    return _shifted(image, shift), lambda images: np.stack([_shifted(one, -shift) for one in images])


def _drawn_to_tone(image: Image, covering: Covering, model: FaceModel) -> Image:
    skin = drawn_skin(image, ~covering)
    if skin is None or not model.prototypes or model.palette is None:
        return image
    tone = _nearest_tone(to_lab(skin[None, None])[0, 0], model)
    wanted = model.palette[nearest_colours(_rgb(tone), model.palette)[0, 0]]
    colours = palette_of(image)
    moved: Image = with_skin(colours, skin, wanted)[nearest_colours(image, colours)]
    return moved


def _nearest_tone(tone: Floats, model: FaceModel) -> Floats:
    tones = np.stack([prototype.tone for prototype in model.prototypes])
    nearest: Floats = tones[np.argmin(lab_differences(tone, tones))]
    return nearest


def _rgb(tone: Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(from_lab(tone[None, None])), 0, 255).astype(np.uint8)


def _shifted(image: Image, shift: Floats) -> Image:
    return np.clip(np.rint(from_lab(to_lab(image) + shift)), 0, 255).astype(np.uint8)
