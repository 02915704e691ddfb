"""The file by which near copies of training faces are told, or why there is none."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from maskeraid_faces.evaluation.memorisation import FEWEST_OWNERS
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.image_rows import ImageRows
from maskeraid_faces.known_faces_file import MOST_FACES, write_known_faces
from maskeraid_faces.training.choices import is_mirrored
from maskeraid_faces.training.image_set import FaceSet
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_trainer.training_faces import TrainingFaces

PARTS_RECUR = (
    "drawn faces are made of few parts that recur, so a candidate that shows those of a training face says nothing"
)
BEFORE = "; the faces of what the model began with are not among them"


@dataclass(frozen=True)
class KnownFacesFile:
    """`content` is None where near copies cannot be told; `card` says so."""

    content: bytes | None
    card: dict[str, Any]


def known_faces_of(
    model: FaceModel, face_set: FaceSet, faces: TrainingFaces, settings: TrainSettings, *, seed: int, has_begun: bool
) -> KnownFacesFile:
    """Of the faces that a model learned from, not those that were held out.

    Args:
        face_set: `faces`, split.
        has_begun: whether it began with another model, whose faces are not looked at.
    """
    if reason := _why_not(face_set):
        return KnownFacesFile(None, {"looked_for": False, "reason": reason})
    training = face_set.training
    rows = training.rows if isinstance(training, ImageRows) else np.arange(len(training))
    ids = faces.rows["id"].to_list()
    content = write_known_faces(
        training, [ids[row] for row in rows], face_set.training_groups, model,
        is_mirrored=is_mirrored(face_set, settings), seed=seed,
    )  # fmt: skip
    compared, of_all = min(len(rows), MOST_FACES), len(rows)
    reason = f"candidates are compared with {compared:,} of {of_all:,} training faces{BEFORE if has_begun else ''}"
    return KnownFacesFile(content, {"looked_for": True, "reason": reason, "faces": compared, "of": of_all})


def _why_not(face_set: FaceSet) -> str | None:
    if face_set.kind == "drawn":
        return PARTS_RECUR
    groups = face_set.training_groups
    number, whose = (len(face_set.training), "faces") if groups is None else (len(set(groups)), "persons")
    if number < FEWEST_OWNERS:
        return f"it learned from {number} {whose}, and at least {FEWEST_OWNERS} are needed to compare with"
    return None
