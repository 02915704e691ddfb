"""How face images become a model: the story on one screen."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from maskeraid_faces.errors import BadSettings, OutOfMemory
from maskeraid_faces.face_model import Basis, FaceModel, TrainedArchitecture
from maskeraid_faces.filling.searched import can_search
from maskeraid_faces.image_rows import parts_of
from maskeraid_faces.images import Image, Images
from maskeraid_faces.training.attention import looked_after
from maskeraid_faces.training.basis import basis_arrays, basis_from, fit_basis
from maskeraid_faces.training.choices import (
    batch_of,
    choose_architecture,
    is_mirrored,
    make_gan,
    make_plan,
    wants_detector,
    wants_engine_b,
    wants_engine_c,
)
from maskeraid_faces.training.completion import complete_model, describe
from maskeraid_faces.training.covering_detector import FEWEST_LOOKED_AT, with_detector
from maskeraid_faces.training.draft import draft_of
from maskeraid_faces.training.engine_b import with_engine_b
from maskeraid_faces.training.engine_c import with_engine_c
from maskeraid_faces.training.engines import EngineTraining, TrainEngine
from maskeraid_faces.training.gan import Gan, Shared
from maskeraid_faces.training.image_set import FaceSet, prepare
from maskeraid_faces.training.loop import TrainingLoop
from maskeraid_faces.training.progress import Progress
from maskeraid_faces.training.randomness import LARGEST_SEED
from maskeraid_faces.training.searching import with_search
from maskeraid_faces.training.settings import SMALLEST_BATCH, Checkpoint, Stopped, TrainResult, TrainSettings, Watch

SETTINGS_OF_0_1 = {"steps", "batch", "max_seconds", "target_quality"}  # that may be None


def train(
    images: Images | Sequence[Image],
    *,
    settings: TrainSettings | None = None,
    groups: Sequence[str] | None = None,
    seed: int = 0,
    watch: Watch | None = None,
    resume: Checkpoint | None = None,
    start: FaceModel | Checkpoint | None = None,
) -> TrainResult:
    """Make a model of face images.

    Args:
        images: uint8 (n, side, side, 3) RGB, n >= 8, or a sequence of such images. An array is not copied and must
            stay as it is; of many images one that is mapped from a file (`numpy.memmap`) will do.
        settings: what to train and when to stop; by default the images decide.
        groups: an identity per image; a person is held out entirely or not at all.
        seed: 0 to 2**31 - 1. On a CPU the same seed, images, and versions give the same weights, bit for bit.
        watch: the only windows of the running training.
        resume: arrays that `watch.checkpoint` received from a training of the same images, settings, and seed.
        start: a model, or such arrays of any training, whose networks the training begins with where they fit;
            `facts["start"]` says what came over. Of no account when it resumes.

    Raises:
        BadImage, MixedSizes, TooFewImages, NoVariation: the images. BadSettings: the settings, groups, or seed.
        BadModelFile: `resume` belongs to another training. SizeMismatch: `start` is of images of another size.
        TrainingDiverged. OutOfMemory.
    """
    set_up = _set_up(images, settings or TrainSettings(), groups, seed, watch or Watch(), resume)
    if start is not None and resume is None:
        _begin_with(start, set_up)
    return _conclude(set_up, _run(set_up.loop, batch_of(set_up.architecture, set_up.settings)))


def promote(
    images: Images | Sequence[Image],
    checkpoint: Checkpoint,
    *,
    settings: TrainSettings | None = None,
    groups: Sequence[str] | None = None,
    seed: int = 0,
    watch: Watch | None = None,
) -> TrainResult:
    """Make a model of a checkpoint as it is, without a further step, whatever was better before.

    The other arguments are those of the training that the checkpoint is of. It draws its samples once more.

    Raises: as `train`.
    """
    set_up = _set_up(images, settings or TrainSettings(), groups, seed, watch or Watch(), checkpoint)
    set_up.loop.show_as_it_is()
    return _conclude(set_up, "promoted")


@dataclass(frozen=True)
class _SetUp:
    """A training before its first step."""

    faces: FaceSet
    architecture: TrainedArchitecture
    reason: str
    basis: Basis
    gan: Gan
    loop: TrainingLoop
    settings: TrainSettings
    seed: int
    watch: Watch


def _set_up(
    images: Images | Sequence[Image],
    settings: TrainSettings,
    groups: Sequence[str] | None,
    seed: int,
    watch: Watch,
    resume: Checkpoint | None,
) -> _SetUp:
    if not 0 <= seed <= LARGEST_SEED:
        raise BadSettings(f"seed must be 0 to {LARGEST_SEED}, found {seed}", field="seed")
    began = time.monotonic()

    # The images and their space.
    faces = prepare(images, settings, groups, seed)
    architecture, reason = choose_architecture(faces, settings)
    for wants in (wants_engine_c, wants_engine_b, wants_detector):
        wants(faces, settings)  # what cannot be is refused now, not when all steps are made
    if resume is None:
        basis = fit_basis(faces.training, kind=faces.kind, seed=seed, is_mirrored=is_mirrored(faces, settings))
    else:
        basis = basis_from(resume)
    seconds = time.monotonic() - began

    # The networks and their steps.
    gan = make_gan(architecture, faces, basis, settings, seed, resume)
    if _follows(gan):
        watch = Watch()  # the chief's is looked into
    progress = Progress(_digest(faces, settings, seed), seconds=seconds)
    plan, draft = make_plan(architecture, faces, settings), draft_of(architecture, faces, basis, gan, seed)
    watch = looked_after(watch, faces.training, plan.steps)
    loop = TrainingLoop(gan, plan, watch, seed, progress, basis_arrays(basis), draft)
    if resume is not None:
        loop.resume(resume)
    return _SetUp(faces, architecture, reason, basis, gan, loop, settings, seed, watch)


def _follows(gan: Gan) -> bool:
    """Whether another host is the chief of this training."""
    return isinstance(gan, Shared) and not gan.is_chief


def _begin_with(start: FaceModel | Checkpoint, set_up: _SetUp) -> None:
    from maskeraid_faces.training.transfer import take_over  # here, because it loads TensorFlow

    transfer = take_over(set_up.gan, set_up.basis, start)
    set_up.loop.progress.transfer = asdict(transfer)
    if not transfer.networks:
        set_up.watch.warn("begins_afresh", transfer.reason)


def _conclude(set_up: _SetUp, stopped: Stopped) -> TrainResult:
    """What a fill needs beside the networks."""
    faces, gan, progress = set_up.faces, set_up.gan, set_up.loop.progress
    facts = describe(faces, gan, progress, stopped)
    facts |= {"reasons": [set_up.reason], "settings": set_up.settings.to_dict(), "seed": set_up.seed}
    facts["flags"] = [asdict(flag) for flag in set_up.loop.flags]
    # Small matrices: threads of BLAS would wait for one another (ridge of 125 faces, 2 busy cores: 0.1 s, not 6 s).
    with threadpool_limits(limits=1, user_api="blas"):
        model = complete_model(set_up.architecture, faces, set_up.basis, gan, facts, set_up.seed)
    if can_search(model) and not _follows(gan):
        with threadpool_limits(limits=1, user_api="blas"):
            model = _with_search(model, set_up)
    if wants_engine_c(faces, set_up.settings):
        why = "It was stopped before engine C was trained; engine A fills."
        model = _with_engine(model, set_up, "engine_c", with_engine_c, why)
    if wants_engine_b(faces, set_up.settings):
        why = "It was stopped before engine B was trained; the other engines fill."
        model = _with_engine(model, set_up, "engine_b", with_engine_b, why)
    if set_up.settings.detector is not False and len(faces.training) >= FEWEST_LOOKED_AT:
        with threadpool_limits(limits=1, user_api="blas"):  # as above (125 faces, 2 busy cores: 11 s, not 57 s)
            model = _with_detector(model, set_up)
    return TrainResult(model, stopped, progress.step, progress.seconds, tuple(progress.history))


def _with_search(model: FaceModel, set_up: _SetUp) -> FaceModel:
    watch = set_up.watch
    set_up.loop.keep()
    watch.phase("encoder")
    made = with_search(model, set_up.faces.held_out, seed=set_up.seed, should_stop=watch.stop)
    if made is not None:
        return made
    set_up.loop.keep()  # who wants to leave leaves here, and comes back to this point
    watch.warn("encoder_left_out", "It was stopped before the encoder was trained; engine A searches without it.")
    return model


def _with_engine(model: FaceModel, set_up: _SetUp, name: str, train_engine: TrainEngine, left_out: str) -> FaceModel:
    faces, settings, watch = set_up.faces, set_up.settings, set_up.watch
    set_up.loop.keep()
    watch.phase(name)
    training = EngineTraining(
        faces.training, faces.held_out, faces.training_groups, set_up.seed, is_mirrored(faces, settings), watch.stop
    )
    made = train_engine(model, training)
    if made is not None:
        return made
    set_up.loop.keep()  # who wants to leave leaves here, and comes back to this point
    watch.warn(f"{name}_left_out", left_out)
    return model


def _with_detector(model: FaceModel, set_up: _SetUp) -> FaceModel:
    """With what it learns of coverings; when it is stopped, with the second look alone, which takes seconds."""
    faces, settings, watch = set_up.faces, set_up.settings, set_up.watch
    learn = partial(
        with_detector, model, faces.training, faces.held_out,
        seed=set_up.seed, is_mirrored=is_mirrored(faces, settings), should_stop=watch.stop,
    )  # fmt: skip
    if wants_detector(faces, settings):
        set_up.loop.keep()
        watch.phase("detector")
        if made := learn(may_practise=True):
            return made
        set_up.loop.keep()  # as above
        watch.warn("detector_left_out", "It was stopped before the detector had practised; the generic one looks.")
    return learn(may_practise=False) or model


def _run(loop: TrainingLoop, batch: int) -> Stopped:
    import tensorflow as tf  # here, so that importing this module stays cheap

    try:
        return loop.run()
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        smaller = max(SMALLEST_BATCH, batch // 2)
        raise OutOfMemory(
            f"a batch of {batch} needs more memory than there is: try one of {smaller}", batch=batch, smaller=smaller
        ) from error


def _digest(faces: FaceSet, settings: TrainSettings, seed: int) -> str:
    """What a checkpoint must agree with; budgets and targets may change between two runs."""
    falls_over = settings.steps if settings.final_learning_rate else None  # over all steps of `thesis`
    what = replace(settings, steps=falls_over, max_seconds=None, target_quality=None, loop="fused").to_dict()
    # What nobody chose is as it was before there was a choice: checkpoints of release 0.1 go on.
    what = {name: value for name, value in what.items() if value is not None or name in SETTINGS_OF_0_1}
    digest = hashlib.sha256(json.dumps([what, seed]).encode())
    for images in (faces.training, faces.held_out):
        for part in parts_of(images):
            digest.update(np.ascontiguousarray(images[part]).data)
    return digest.hexdigest()
