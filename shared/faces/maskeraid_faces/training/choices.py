"""What is chosen for a set of faces: architecture, GAN, plan. TensorFlow loads when a GAN is made."""

import math

from maskeraid_faces.face_model import Basis, TrainedArchitecture
from maskeraid_faces.images import Images
from maskeraid_faces.training.basis import coefficients_of
from maskeraid_faces.training.image_set import FaceSet, mirror
from maskeraid_faces.training.loop import Gan, Plan
from maskeraid_faces.training.settings import MOST_STEPS, THESIS_STEPS, TrainSettings

EIGEN_BATCH, THESIS_BATCH = 128, 32
DRAWN_SECONDS, PHOTO_SECONDS = 60.0, 165.0
DRAWN_QUALITY = 0.87  # `faces-light`: nn about 2.5 grey levels, 120 of 125 combinations or more
LEAST_STEPS_BETWEEN_JUDGEMENTS = 500
PASSES_BETWEEN_JUDGEMENTS = 5


def choose_architecture(faces: FaceSet, settings: TrainSettings) -> tuple[TrainedArchitecture, str]:
    """The architecture and why."""
    if settings.architecture != "auto":
        return settings.architecture, f"{settings.architecture}: asked for"
    if faces.kind == "drawn":
        return "eigen", f"eigen: drawn faces, {len(faces.palette if faces.palette is not None else ())} colours"
    return "eigen", f"eigen: photographs of {faces.size} pixels, trained without a GPU's help in minutes"


def make_gan(
    architecture: TrainedArchitecture, faces: FaceSet, basis: Basis, settings: TrainSettings, seed: int
) -> Gan:
    """Build the networks of an architecture for these faces."""
    if architecture == "thesis":
        from maskeraid_faces.training.thesis import ThesisGan  # here, because it loads TensorFlow

        return ThesisGan(faces.training, settings.batch or THESIS_BATCH, settings.loop, seed)
    from maskeraid_faces.training.eigen import EigenGan

    coefficients = coefficients_of(mirrored(faces, settings), basis)
    held_out = coefficients_of(faces.held_out, basis)
    return EigenGan(coefficients, held_out, basis, faces.kind, settings.batch or EIGEN_BATCH, seed)


def make_plan(architecture: TrainedArchitecture, faces: FaceSet, settings: TrainSettings) -> Plan:
    """A fixed number of steps for `thesis`, quality and time for `eigen` (design: stop by quality)."""
    if architecture == "thesis":
        return Plan(settings.steps or THESIS_STEPS, max_seconds=_or(settings.max_seconds, math.inf))
    drawn = faces.kind == "drawn"
    passes = PASSES_BETWEEN_JUDGEMENTS * len(faces.training) // (settings.batch or EIGEN_BATCH)
    return Plan(
        steps=settings.steps or MOST_STEPS,
        judge_every=max(LEAST_STEPS_BETWEEN_JUDGEMENTS, passes),
        max_seconds=_or(settings.max_seconds, DRAWN_SECONDS if drawn else PHOTO_SECONDS),
        target_quality=_or(settings.target_quality, DRAWN_QUALITY if drawn else math.inf),
    )


def mirrored(faces: FaceSet, settings: TrainSettings) -> Images:
    """The training images, photographs with their reflections unless faces are asymmetric."""
    return faces.training if faces.kind == "drawn" or settings.asymmetric else mirror(faces.training)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
