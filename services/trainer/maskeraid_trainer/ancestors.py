"""What a model learned before its own training: the faces of all that it began with, and a verdict that heeds them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.errors import ArtifactCorrupt, InputGone, ValidationFailed
from maskeraid_core.portal import Stores
from maskeraid_faces.evaluation.memorisation import Memorisation, measure_memorisation, rows_unknown
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.image_rows import ManyImages, parts_of
from maskeraid_faces.images import Images
from maskeraid_faces.training.image_set import FaceSet
from maskeraid_trainer.image_reading import make_room
from maskeraid_trainer.settings import TrainerSettings
from maskeraid_trainer.training_faces import join_rows, read_rows, with_images

NOT_WHOLE = (
    "it began with a model that had learned from faces which cannot be read here (deleted, or another account's), so "
    "whether it copies those cannot be told"
)


@dataclass(frozen=True)
class Ancestors:
    """The faces of the models that a model began with, and of those that they began with."""

    parts: Sequence[tuple[Images, Sequence[str]]] = field(default_factory=list)  # with whom each face shows
    is_whole: bool = True  # whether these are all
    settings: TrainerSettings | None = None  # how many images may be in memory


NONE = Ancestors()


async def read_ancestors(
    stores: Stores, tenant: str, data: Sequence[DataPart], settings: TrainerSettings, *, side: int, is_known: bool
) -> Ancestors:
    """Those that can still be read, each face once. `is_known`: whether `data` is all that they learned from."""
    parts: list[tuple[Images, Sequence[str]]] = []
    seen: set[str] = set()
    is_whole = is_known
    for part in data:
        try:
            frames, schema = await read_rows(stores, tenant, [part])
            rows = join_rows(frames).filter(pl.col("width") == side, ~pl.col("sha256").is_in(list(seen)))
            faces = await with_images(stores, tenant, rows.unique("sha256", maintain_order=True), schema, settings)
        except (InputGone, ArtifactCorrupt, ValidationFailed):
            is_whole = False
            continue
        seen.update(faces.rows["sha256"])
        if len(faces.images):
            parts.append((faces.images, faces.groups or [f"#{digest}" for digest in faces.rows["sha256"]]))
    return Ancestors(parts, is_whole, settings)


def has_taken_over(model: FaceModel) -> bool:
    """Whether a training that was to begin with something did; where that is not known it counts as if it had."""
    start = model.facts.get("start")
    return not isinstance(start, dict) or bool(start["networks"])


def measure_with(
    model: FaceModel, face_set: FaceSet, ancestors: Ancestors, held_out: ManyImages, *, n: int, seed: int
) -> Memorisation:
    """The verdict on copying, by all faces that went into a model; without some of them nobody is acquitted."""
    training, groups = _with_all(face_set, ancestors)
    found = measure_memorisation(model, training, held_out, groups, n=n, seed=seed)
    if ancestors.is_whole or found.verdict == "copying":
        return found
    reason = NOT_WHOLE if found.verdict == "healthy" else f"{found.reason}; {NOT_WHOLE}"
    return replace(found, verdict="cannot_tell", reason=reason)


def _with_all(face_set: FaceSet, ancestors: Ancestors) -> tuple[ManyImages, Sequence[str] | None]:
    """The faces, each once, and whom they show: a face that is there twice would be no copy of either."""
    training: ManyImages = face_set.training
    groups: Sequence[str] | None = face_set.training_groups
    for images, whose in ancestors.parts:
        new = rows_unknown(images, training)
        if not len(new):
            continue
        groups = [*(groups or [f"own {row}" for row in range(len(training))]), *(whose[row] for row in new)]
        training = _joined(training, images, new, ancestors.settings)
    return training, groups


def _joined(first: ManyImages, images: Images, rows: np.ndarray, settings: TrainerSettings | None) -> Images:
    shape = (len(first) + len(rows), *first.shape[1:])
    both = make_room(
        shape, settings.images_in_memory_bytes if settings else 2**40, settings.scratch_folder if settings else None
    )
    for part in parts_of(first):
        both[part] = first[part]
    for place, row in enumerate(rows, len(first)):
        both[place] = images[row]
    return both
