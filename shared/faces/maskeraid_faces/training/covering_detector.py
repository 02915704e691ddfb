"""Teaches a model to find coverings on its faces: a second look, and practice for the detector if they are many."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from maskeraid_faces.coverings.detector import Detector
from maskeraid_faces.coverings.detector_files import generic_detector
from maskeraid_faces.coverings.families import FAMILIES
from maskeraid_faces.coverings.find import covering_from, find_learned
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.evaluation.coverings import Detection, measure_detection
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.image_rows import ManyImages, some_of
from maskeraid_faces.images import Image, Images
from maskeraid_faces.metrics.overlap import intersection_over_union
from maskeraid_faces.training.practice import Draw, practise
from maskeraid_faces.training.randomness import Stream, generator_for
from maskeraid_faces.training.second_look import train_second_look

FEWEST_LOOKED_AT = 50  # images: of fewer a model learns nothing of coverings
STEPS, LEARNING_RATE = 400, 1e-3
GOOD_RECALL = 0.99
MISSED_WEIGHT = 2.0  # a missed pixel ends in the face, a lost one costs little
THRESHOLDS = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
FACES_JUDGED, FACES_LEARNED = 96, 2_000
FEWEST_JUDGES = 8
MANY_A_FAMILY, FEW_A_FAMILY = 12, 3  # covered faces that are looked at; few where nothing follows from it


def with_detector(
    model: FaceModel,
    images: ManyImages,
    unseen: ManyImages,
    *,
    seed: int,
    is_mirrored: bool,
    may_practise: bool,
    steps: int = STEPS,
    should_stop: Callable[[], bool] = lambda: False,
) -> FaceModel | None:
    """The model with its detector, and figures of it among the facts; None when the practice was stopped.

    Args:
        model: whole but for this.
        images: uint8 (n, size, size, 3), uncovered faces that it learned from.
        unseen: faces that it has not seen, which judge; `images` where there are too few.
        seed: of all random numbers.
        is_mirrored: reflections are faces as well.
        may_practise: whether a detector of its own is trained, which takes minutes; else the generic one is used.
        steps: of that practice.
        should_stop: asked at each step of that practice.
    """
    rng = np.random.default_rng([seed, 7])
    judges = some_of(unseen if len(unseen) >= FEWEST_JUDGES else images, FACES_JUDGED, rng)
    pool = some_of(images, FACES_LEARNED, rng)
    detector = None
    if may_practise:
        from maskeraid_faces.training.detector import DetectorTraining  # here, because it loads TensorFlow

        training = DetectorTraining(seed, steps, generic_detector().weights, LEARNING_RATE)
        if not training.train(_drawing(pool, is_mirrored=is_mirrored), should_stop=should_stop):
            return None
        detector = fitted(Detector(training.weights(), 0.0), pool, seed)
    second = train_second_look(model, detector or generic_detector(), pool, seed)
    choices = [model, replace(model, detector=detector, second_look=second)]
    most = MANY_A_FAMILY if may_practise else FEW_A_FAMILY
    measured = [_measure(choice, judges, seed, most).to_dict() for choice in choices]
    best = max(range(len(choices)), key=lambda place: measured[place]["iou"])
    has_learned = {"has_practised": choices[best].detector is not None, "looks_twice": best == 1}
    return replace(choices[best], facts={**model.facts, "detector": {**has_learned, **measured[best]}})


def _drawing(pool: Images, *, is_mirrored: bool) -> Draw:
    def draw(rng: np.random.Generator) -> Image:
        face: Image = pool[rng.integers(len(pool))]
        return np.ascontiguousarray(face[:, ::-1]) if is_mirrored and rng.random() < 0.5 else face

    return draw


def fitted(detector: Detector, faces: Images, seed: int, families: Sequence[str] = tuple(FAMILIES)) -> Detector:
    """The detector with the threshold at which most is right; a covered pixel that is missed counts more."""
    rng = generator_for(seed, Stream.TEMPERATURE)
    practice = practise(lambda rng: faces[rng.integers(len(faces))], 200, rng, families)
    logits = np.concatenate([detector.look(part).logits for part in np.array_split(practice.images, 8)])
    figures = []
    for threshold in THRESHOLDS:
        overlaps, recalls = [], []
        for one, truth in zip(logits, practice.coverings, strict=True):
            found = covering_from(one - threshold)
            overlaps.append(intersection_over_union(found, truth))
            recalls.append(float(grow(found)[truth].mean()) if truth.any() else 1.0)
        missed = max(0.0, GOOD_RECALL - float(np.mean(recalls)))
        figures.append((float(np.mean(overlaps)) - MISSED_WEIGHT * missed, threshold))
    return replace(detector, threshold=max(figures)[1])


def _measure(model: FaceModel, faces: Images, seed: int, most: int) -> Detection:
    return measure_detection(lambda image: find_learned(image, [model]), faces, seed=seed, most=most)
