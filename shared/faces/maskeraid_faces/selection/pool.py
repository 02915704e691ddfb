"""The prototypes of many models as arrays, so that a face is compared with all of them at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.face_model import FaceModel, Kind, Prototype
from maskeraid_faces.images import Floats
from maskeraid_faces.selection.looks import OwnLooks

FLAGGED, FEW = 0.5, 0.5  # dE00 that a flagged model, and one of hardly any images, stand behind: that breaks ties
ENOUGH_IMAGES = 100


@dataclass(frozen=True)
class ModelSummary:
    """What Selection knows of a model without loading it."""

    id: str
    name: str
    prototypes: tuple[Prototype, ...]
    kind: Kind | None = None
    load: Callable[[], FaceModel] | None = None  # for the visible fit of the nearest 20
    images: int | None = None  # that it learned from
    is_flagged: bool = False  # it repeats itself, is undertrained, or may show the people it learned from
    held_out: tuple[float, ...] = ()  # rising scores of faces that it has not learned from, of `held_out_scores`
    looks: "OwnLooks | None" = (
        None  # of those faces, of `own_looks`; none of drawn ones, nor of earlier releases' models
    )


@dataclass(frozen=True, eq=False)
class ModelPool:
    """Made once, asked for many faces: of 10,000 models, making it takes as long as ten answers."""

    models: tuple[ModelSummary, ...]  # those that have prototypes
    ids: NDArray[np.object_]  # (m,)
    tone: Floats  # (p, 3) Lab of every prototype, a model's one behind the other; so are the next two
    hair: Floats
    eyes: Floats
    starts: NDArray[np.intp]  # (m,) where each model's prototypes begin
    owners: NDArray[np.intp]  # (p,) the place of the model that a prototype is of
    doubts: Floats  # (m,) dE00
    images: NDArray[np.intp]  # (m,)
    is_drawn: NDArray[np.bool_]  # (m,)
    is_photo: NDArray[np.bool_]  # (m,); a model of no kind is neither

    @classmethod
    def of(cls, models: Sequence[ModelSummary]) -> "ModelPool":
        known = tuple(model for model in models if model.prototypes)
        everything = [prototype for model in known for prototype in model.prototypes]
        counts = np.array([len(model.prototypes) for model in known], np.intp)
        tone, hair, eyes = (
            np.array([getattr(prototype, name) for prototype in everything], np.float32).reshape(-1, 3)
            for name in ("tone", "hair", "eyes")
        )
        return cls(
            known,
            np.array([model.id for model in known], np.object_),
            tone,
            hair,
            eyes,
            starts=np.cumsum(counts) - counts,
            owners=np.repeat(np.arange(len(counts)), counts),
            doubts=np.array([_doubt(model) for model in known], np.float32),
            images=np.array([model.images or 0 for model in known], np.intp),
            is_drawn=np.array([model.kind == "drawn" for model in known], np.bool_),
            is_photo=np.array([model.kind == "photo" for model in known], np.bool_),
        )

    def prototypes_of(self, place: int) -> slice:
        """The rows of a model's prototypes."""
        start = int(self.starts[place])
        return slice(start, start + len(self.models[place].prototypes))


def _doubt(model: ModelSummary) -> float:
    """How far a model stands behind an equal one that is sound: less than the eye tells apart, 1 dE00."""
    share = 1.0 if model.images is None else min(model.images / ENOUGH_IMAGES, 1.0)
    return FLAGGED * model.is_flagged + FEW * (1 - share)
