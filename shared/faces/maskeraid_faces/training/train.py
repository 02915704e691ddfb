"""How face images become a model: the story on one screen."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import replace

from threadpoolctl import threadpool_limits

from maskeraid_faces.errors import BadSettings, OutOfMemory
from maskeraid_faces.images import Image, Images
from maskeraid_faces.training.attention import looked_after
from maskeraid_faces.training.basis import basis_arrays, basis_from, fit_basis
from maskeraid_faces.training.choices import choose_architecture, make_gan, make_plan, mirrored
from maskeraid_faces.training.completion import complete_model, describe
from maskeraid_faces.training.image_set import FaceSet, prepare
from maskeraid_faces.training.loop import Progress, TrainingLoop
from maskeraid_faces.training.randomness import LARGEST_SEED
from maskeraid_faces.training.settings import Checkpoint, Stopped, TrainResult, TrainSettings, Watch

SETTINGS_OF_0_1 = {"steps", "batch", "max_seconds", "target_quality"}  # that may be None


def train(
    images: Images | Sequence[Image],
    *,
    settings: TrainSettings | None = None,
    groups: Sequence[str] | None = None,
    seed: int = 0,
    watch: Watch | None = None,
    resume: Checkpoint | None = None,
) -> TrainResult:
    """Make a model of face images.

    Args:
        images: uint8 (n, side, side, 3) RGB, n >= 8, or a sequence of such images.
        settings: what to train and when to stop; by default the images decide.
        groups: an identity per image; a person is held out entirely or not at all.
        seed: 0 to 2**31 - 1. On a CPU the same seed, images, and versions give the same weights, bit for bit.
        watch: the only windows of the running training.
        resume: arrays that `watch.checkpoint` received from a training of the same images, settings, and seed.

    Raises:
        BadImage, MixedSizes, TooFewImages, NoVariation: the images. BadSettings: the settings, groups, or seed.
        BadModelFile: `resume` belongs to another training. TrainingDiverged. OutOfMemory.
    """
    settings, watch = settings or TrainSettings(), watch or Watch()
    if not 0 <= seed <= LARGEST_SEED:
        raise BadSettings(f"seed must be 0 to {LARGEST_SEED}, found {seed}", field="seed")
    began = time.monotonic()

    # The images and their space.
    faces = prepare(images, settings, groups, seed)
    architecture, reason = choose_architecture(faces, settings)
    if resume is None:
        basis = fit_basis(mirrored(faces, settings), faces=len(faces.training), kind=faces.kind, seed=seed)
    else:
        basis = basis_from(resume)

    # The networks and their steps.
    gan = make_gan(architecture, faces, basis, settings, seed)
    progress = Progress(_digest(faces, settings, seed), seconds=time.monotonic() - began)
    plan = make_plan(architecture, faces, settings)
    watch = looked_after(watch, faces.training, plan.steps)
    loop = TrainingLoop(gan, plan, watch, seed, progress, basis_arrays(basis))
    if resume is not None:
        loop.resume(resume)
    stopped = _run(loop)

    # What a fill needs beside them.
    facts = describe(faces, gan, loop.progress, stopped)
    facts |= {"reasons": [reason], "settings": settings.to_dict(), "seed": seed}
    # Small matrices: threads of BLAS would wait for one another (ridge of 125 faces, 2 busy cores: 0.1 s, not 6 s).
    with threadpool_limits(limits=1, user_api="blas"):
        model = complete_model(architecture, faces, basis, gan, facts, seed)
    progress = loop.progress
    return TrainResult(model, stopped, progress.step, progress.seconds, tuple(progress.history))


def _run(loop: TrainingLoop) -> Stopped:
    import tensorflow as tf  # here, so that importing this module stays cheap

    try:
        return loop.run()
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise OutOfMemory("the training needs more memory than there is: try half the batch") from error


def _digest(faces: FaceSet, settings: TrainSettings, seed: int) -> str:
    """What a checkpoint must agree with; budgets and targets may change between two runs."""
    falls_over = settings.steps if settings.final_learning_rate else None  # over all steps of `thesis`
    what = replace(settings, steps=falls_over, max_seconds=None, target_quality=None, loop="fused").to_dict()
    # What nobody chose is as it was before there was a choice: checkpoints of release 0.1 go on.
    what = {name: value for name, value in what.items() if value is not None or name in SETTINGS_OF_0_1}
    arrays = (faces.training.tobytes(), faces.held_out.tobytes())
    return hashlib.sha256(json.dumps([what, seed]).encode() + b"".join(arrays)).hexdigest()
