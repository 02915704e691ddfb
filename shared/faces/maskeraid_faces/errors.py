"""The errors of the science, each with a stable `code` that travels into a job's error.

FacesError
├── BadImage, MixedSizes, TooFewImages, TooFewModels, NoVariation
├── BadCovering, NothingCovered, TooMuchCovered
├── NoFace, SeveralFaces, SizeMismatch, ShapeMismatch
├── BadSettings, BadModelFile, NoSuitableModel, AttributesUnreachable
└── TrainingDiverged, OutOfMemory
"""

import re
from typing import ClassVar


class FacesError(Exception):
    """The science could not do what was asked."""

    code: ClassVar[str] = "faces_error"
    retryable: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, detail: str | None = None, **facts: object) -> None:
        super().__init__(detail or (self.__doc__ or "").splitlines()[0])
        self.facts = facts  # plain JSON values that help to mend the input: counts, boxes, allowed values


class BadImage(FacesError):
    """An image has the wrong type, shape, or values."""


class MixedSizes(FacesError):
    """The images of one set differ in size."""


class TooFewImages(FacesError):
    """A training needs at least 8 images."""


class TooFewModels(FacesError):
    """A selector needs at least 2 models to choose among."""


class NoVariation(FacesError):
    """All images are the same."""


class BadCovering(FacesError):
    """The covering is not a map of the image: its shape is another, or its values are not boolean."""


class NothingCovered(FacesError):
    """No pixel is covered."""


class TooMuchCovered(FacesError):
    """More than 90 % of the face is covered."""


class NoFace(FacesError):
    """No face was found in the photo."""


class SeveralFaces(FacesError):
    """The photo shows several faces: choose one."""


class SizeMismatch(FacesError):
    """The image's size differs from the model's."""


class ShapeMismatch(FacesError):
    """Two arrays that belong together differ in height or width."""


class BadSettings(FacesError):
    """A setting is unknown or out of range."""


class BadModelFile(FacesError):
    """A model file is not what our own model expects."""


class NoSuitableModel(FacesError):
    """No model fits this face."""


class AttributesUnreachable(FacesError):
    """No face that fits has the wanted attributes."""


class TrainingDiverged(FacesError):
    """The training's weights became infinite, with nothing to go back to or once more: name a smaller learning_rate."""


class OutOfMemory(FacesError):
    """The training needs more memory than there is."""
