"""What is chosen for a set of faces: architecture, GAN, plan. TensorFlow loads when a GAN is made."""

import math
from collections.abc import Callable, Mapping

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.face_model import Basis, TrainedArchitecture
from maskeraid_faces.networks.stages import USUAL_WIDTHS
from maskeraid_faces.training.basis import coefficients_of
from maskeraid_faces.training.covering_detector import FEWEST_LOOKED_AT
from maskeraid_faces.training.devices import has_gpu, precision
from maskeraid_faces.training.engine_c import FEWEST_FACES
from maskeraid_faces.training.gan import Gan
from maskeraid_faces.training.image_set import FEWEST_FOR_HOLDING_OUT, FaceSet
from maskeraid_faces.training.progress import Plan, part_of
from maskeraid_faces.training.settings import MOST_STEPS, THESIS_STEPS, Checkpoint, TrainSettings

BATCHES: Mapping[TrainedArchitecture, int] = {"thesis": 32, "eigen": 128, "dense": 64, "dcgan": 32, "r3": 32}
PIXEL_SECONDS = 1800.0  # of a GAN on pixels; a plateau ends it sooner
DRAWN_SECONDS, PHOTO_SECONDS = 60.0, 165.0
DRAWN_QUALITY = 0.87  # `faces-light`: nn about 2.5 grey levels, 120 of 125 combinations or more
LARGEST_SIDE_OF_EIGEN = 64  # of photographs, where there is a choice
FEWEST_FOR_R3 = 300  # photographs
LEAST_STEPS_BETWEEN_JUDGEMENTS = 500
STEPS_BETWEEN_JUDGEMENTS_OF_PHOTOS = 1_000  # of `eigen`: a judgement takes half a second, a step 10 ms
PASSES_BETWEEN_JUDGEMENTS = 5


def choose_architecture(
    faces: FaceSet, settings: TrainSettings, is_gpu_there: Callable[[], bool] = has_gpu
) -> tuple[TrainedArchitecture, str]:
    """The architecture and why; the GPU is looked for only where it decides."""
    if settings.architecture != "auto":
        return settings.architecture, f"{settings.architecture}: asked for"
    images = len(faces.training) + len(faces.held_out)
    what = f"{images} photographs of {faces.size} pixels"
    if faces.kind == "drawn":
        return "eigen", f"eigen: drawn faces, {len(faces.palette if faces.palette is not None else ())} colours"
    if images < FEWEST_FOR_HOLDING_OUT:
        return "eigen", f"eigen: {what} are too few for anything else"
    if faces.size <= LARGEST_SIDE_OF_EIGEN:
        return "eigen", f"eigen: {what}, trained without a GPU's help in minutes"
    if images < FEWEST_FOR_R3:
        return "eigen", f"eigen: {what}; from {FEWEST_FOR_R3} on a GPU would train r3"
    if not is_gpu_there():
        return "eigen", f"eigen: {what}, and no GPU that r3 needs"
    return "r3", f"r3: {what} and a GPU"


def make_gan(
    architecture: TrainedArchitecture,
    faces: FaceSet,
    basis: Basis,
    settings: TrainSettings,
    seed: int,
    resume: Checkpoint | None = None,
) -> Gan:
    """Build the networks of an architecture for these faces; `eigen`'s as a checkpoint that goes on has them."""
    batch = batch_of(architecture, settings)
    rates = {"learning_rate": settings.learning_rate, "final_learning_rate": settings.final_learning_rate}
    if architecture == "thesis":
        from maskeraid_faces.training.thesis import ThesisGan  # here, because it loads TensorFlow

        label, steps = settings.real_label or 1.0, settings.steps or THESIS_STEPS
        return ThesisGan(faces.training, batch, settings.loop, seed, **rates, real_label=label, steps=steps)
    if architecture != "eigen":
        return _make_pixel_gan(architecture, faces, settings, batch, seed)
    from maskeraid_faces.networks.eigen import EigenShape
    from maskeraid_faces.training.eigen import EigenGan

    shape = None if resume is None else EigenShape.of(part_of("now", resume), "generator/")
    coefficients = coefficients_of(faces.training, basis, is_mirrored=is_mirrored(faces, settings))
    return EigenGan(coefficients, faces.held_out, basis, faces.kind, batch, seed, shape=shape, **rates)


def _make_pixel_gan(
    architecture: TrainedArchitecture, faces: FaceSet, settings: TrainSettings, batch: int, seed: int
) -> Gan:
    from maskeraid_faces.training.pixel_gan import PixelGan
    from maskeraid_faces.training.replicas import replicas_of_machine

    replicas = replicas_of_machine(batch)  # before any tensor: hosts find one another then or never
    usual = USUAL_WIDTHS.get(architecture, 0) // (1 if has_gpu() else 2)
    return PixelGan(
        architecture,
        faces.training,
        faces.held_out,
        faces.kind,
        batch=batch,
        seed=seed,
        width=settings.width or usual,
        is_mirrored=is_mirrored(faces, settings),
        learning_rate=settings.learning_rate,
        final_learning_rate=settings.final_learning_rate,
        precision=precision(),
        compiled=has_gpu() or architecture == "dense",
        replicas=replicas,
    )


def make_plan(architecture: TrainedArchitecture, faces: FaceSet, settings: TrainSettings) -> Plan:
    """A fixed number of steps for `thesis`, quality and time for the others (design: stop by quality)."""
    if architecture == "thesis":
        longest = _or(settings.max_seconds, math.inf)
        return Plan(settings.steps or THESIS_STEPS, max_seconds=longest, has_ideal_accuracy=True)
    drawn = faces.kind == "drawn"
    seconds = PIXEL_SECONDS if architecture != "eigen" else DRAWN_SECONDS if drawn else PHOTO_SECONDS
    passes = PASSES_BETWEEN_JUDGEMENTS * len(faces.training) // batch_of(architecture, settings)
    is_photo = architecture == "eigen" and not drawn
    least = STEPS_BETWEEN_JUDGEMENTS_OF_PHOTOS if is_photo else LEAST_STEPS_BETWEEN_JUDGEMENTS
    return Plan(
        steps=settings.steps or MOST_STEPS,
        judge_every=max(least, passes),
        max_seconds=_or(settings.max_seconds, seconds),
        target_quality=_or(settings.target_quality, DRAWN_QUALITY if drawn and architecture == "eigen" else math.inf),
    )


def batch_of(architecture: TrainedArchitecture, settings: TrainSettings) -> int:
    """Images a step."""
    return settings.batch or BATCHES[architecture]


def is_mirrored(faces: FaceSet, settings: TrainSettings) -> bool:
    """Whether reflections are faces as well: those of photographs are, unless faces are asymmetric."""
    return faces.kind == "photo" and not settings.asymmetric


def wants_engine_c(faces: FaceSet, settings: TrainSettings) -> bool:
    """Whether a generator that is told what is visible is trained, too; held-out faces must judge it.

    Raises: BadSettings, when it is asked for and cannot be.
    """
    can_be = _can_be_judged(faces, "engine_c", settings.engine_c)
    return can_be and (_are_many(faces) if settings.engine_c is None else settings.engine_c)


def wants_engine_b(faces: FaceSet, settings: TrainSettings, is_gpu_there: Callable[[], bool] = has_gpu) -> bool:
    """Whether a generator that adds to ridge's answer is trained; the GPU is looked for only where it decides.

    Raises: as `wants_engine_c`.
    """
    can_be = _can_be_judged(faces, "engine_b", settings.engine_b)
    if settings.engine_b is not None:
        return can_be and settings.engine_b
    return can_be and _are_many(faces) and is_gpu_there()


def _can_be_judged(faces: FaceSet, name: str, wanted: bool | None) -> bool:
    can_be = faces.kind == "photo" and len(faces.held_out) > 0
    if wanted and not can_be:
        detail = (
            f"{name} needs photographs, {FEWEST_FOR_HOLDING_OUT} or more, of two persons or more where they are named"
        )
        raise BadSettings(detail, field=name, allowed=[False])
    return can_be


def _are_many(faces: FaceSet) -> bool:
    return len(faces.training) + len(faces.held_out) >= FEWEST_FACES


def wants_detector(faces: FaceSet, settings: TrainSettings) -> bool:
    """Whether a detector of coverings may practise on these faces.

    Raises: BadSettings, when it is asked for and they are too few to look at.
    """
    if settings.detector and len(faces.training) < FEWEST_LOOKED_AT:
        detail = f"detector needs {FEWEST_LOOKED_AT} faces to learn from, found {len(faces.training)}"
        raise BadSettings(detail, field="detector", allowed=[False])
    is_usual = faces.kind == "photo" and _are_many(faces)
    return is_usual if settings.detector is None else settings.detector


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
