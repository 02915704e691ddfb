"""What a training has before its first step: settings, faces, the kind of network, a plan, and who judges its model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from maskeraid_core.documents.trainings import StartFrom, TrainingSpec
from maskeraid_core.jobs import Job
from maskeraid_core.portal import PortalStores
from maskeraid_faces.errors import BadSettings
from maskeraid_faces.face_model import FaceModel, TrainedArchitecture
from maskeraid_faces.training.choices import PIXEL_SECONDS, choose_architecture, make_plan
from maskeraid_faces.training.image_set import FaceSet, prepare
from maskeraid_faces.training.progress import Plan
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_trainer.ancestors import read_ancestors
from maskeraid_trainer.judging import Judged, is_generated, judge_model
from maskeraid_trainer.reports import Reports
from maskeraid_trainer.settings import TrainerSettings
from maskeraid_trainer.training_faces import TrainingFaces, read_training_faces

PRESETS: Mapping[str, dict[str, Any]] = {
    "quick": {},
    "thesis": {"architecture": "thesis"},
    "best": {},  # see `with_time`
}
BEST_SECONDS = 600.0  # of `eigen`, which usually takes 60 or 165
BEST_PIXEL_SECONDS = 2 * PIXEL_SECONDS


@dataclass(frozen=True)
class Preparation:
    """All of it; `judge` compares a model with the faces that it was given, and with those of what it began with."""

    spec: TrainingSpec
    settings: TrainSettings  # with the time that it has
    faces: TrainingFaces
    face_set: FaceSet
    architecture: TrainedArchitecture
    plan: Plan
    judge: Callable[[FaceModel], Judged]

    @property
    def about(self) -> dict[str, Any]:
        """What training and promotion are told beside the images."""
        return {"settings": self.settings, "groups": self.faces.groups, "seed": self.spec.seed}


def prepare_training(
    job: Job, spec: TrainingSpec, wanted: TrainSettings, port: PortalStores, reports: Reports, settings: TrainerSettings
) -> Preparation:
    """Read the faces, and choose by them what was left open. Raises: BadSettings, and what reading raises."""
    reports.say("phase", phase="loading_data")
    faces = port.call(read_training_faces, port.stores, job.tenant, spec.data, settings)
    reports.say("phase", phase="preparing")
    face_set = prepare(faces.images, wanted, faces.groups, spec.seed)
    architecture, _ = choose_architecture(face_set, wanted)
    wanted = with_time(wanted, spec, architecture)
    plan = make_plan(architecture, face_set, wanted)
    judge = _judge_of(job, spec, faces, face_set, port, settings)
    return Preparation(spec, wanted, faces, face_set, architecture, plan, judge)


def _judge_of(
    job: Job, spec: TrainingSpec, faces: TrainingFaces, face_set: FaceSet, port: PortalStores, settings: TrainerSettings
) -> Callable[[FaceModel], Judged]:
    start = spec.start_from or StartFrom(is_whole=True)
    is_drawn_here = port.call(is_generated, port.stores, job.tenant, [*spec.data, *start.data])
    reading = partial(read_ancestors, side=face_set.size, is_known=start.is_whole)
    return partial(
        judge_model, face_set=face_set, faces=faces, seed=spec.seed, is_generated=is_drawn_here,
        read_before=lambda: port.call(reading, port.stores, job.tenant, start.data, settings),
    )  # fmt: skip


def settings_of(spec: TrainingSpec) -> TrainSettings:
    """The preset, then what was asked for by name. Raises BadSettings for an unknown name."""
    chosen: dict[str, Any] = {**PRESETS[spec.preset]}
    if spec.architecture != "auto":
        chosen["architecture"] = spec.architecture
    chosen |= spec.hyperparameters
    if unknown := chosen.keys() - TrainSettings.__dataclass_fields__.keys():
        raise BadSettings(f"no such setting: {', '.join(sorted(unknown))}", field=min(unknown))
    return TrainSettings(**chosen)


def with_time(wanted: TrainSettings, spec: TrainingSpec, architecture: TrainedArchitecture) -> TrainSettings:
    """`best` goes on to no further gain, or to the end of a longer time than is usual; `thesis` always to its end."""
    if spec.preset != "best" or architecture == "thesis":
        return wanted
    longest = BEST_SECONDS if architecture == "eigen" else BEST_PIXEL_SECONDS
    return replace(
        wanted,
        max_seconds=longest if wanted.max_seconds is None else wanted.max_seconds,
        target_quality=1.0 if wanted.target_quality is None else wanted.target_quality,  # 1 is never reached
    )
