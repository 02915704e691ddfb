"""How well coverings of a family are found that the detector has never seen: four detectors, each without a quarter.

`LEFT_OUT_STEPS=300` says how long each practises; the one that ships makes ten times as many steps.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from maskeraid_faces.coverings.detector import SIDE, Detector
from maskeraid_faces.coverings.families import FAMILIES
from maskeraid_faces.coverings.find import find_learned
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.evaluation.coverings import measure_detection
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Images
from maskeraid_faces.training.covering_detector import fitted
from maskeraid_faces.training.detector import DetectorTraining
from maskeraid_faces.training.generic_detector import Practice
from maskeraid_faces.training.second_look import train_second_look
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_faces.training.train import train
from tests.benchmarks.figures import Bench, Figure, measures
from tests.benchmarks.photographs import is_there, photographs

SEED, FACES_A_FAMILY, QUARTERS = 5, 24, 4
PAINTED, JUDGES = 1_000, 200  # faces to practise on; others that set the threshold
STEPS = int(os.environ.get("LEFT_OUT_STEPS", "300"))
LEAST_OVERLAP = 0.93


@dataclass(frozen=True)
class Looked:
    """A model, the faces that it learned from, and those that are covered to be looked at."""

    model: FaceModel
    learned: Images
    asked: Images

    def overlap(self, detector: Detector, seen: Sequence[str], family: str) -> float:
        """Mean IoU of a family, when the detector and the model's second look have seen these families."""
        second = train_second_look(self.model, detector, self.learned, SEED, seen)
        model = replace(self.model, detector=detector, second_look=second)
        found = measure_detection(
            lambda image: find_learned(image, [model]), self.asked, families=(family,), seed=SEED, most=FACES_A_FAMILY
        )
        return float(found.to_dict()["iou"])


@measures("detect.left_out")
def measure_left_out(bench: Bench) -> Iterator[Figure]:
    """Each family as a detector found it that had not seen it, beside one of as many steps that had seen all."""
    practice, looked, everything = Practice(PAINTED), _looked(), tuple(FAMILIES)
    has_seen_all = _detector(practice, everything)
    families: dict[str, dict[str, float]] = {}
    for quarter in range(QUARTERS):
        left_out = everything[quarter::QUARTERS]
        seen = [family for family in everything if family not in left_out]
        has_not = _detector(practice, seen)
        for family in left_out:
            families[family] = {name: one.overlap(has_not, seen, family) for name, one in looked.items()}
            families[family] |= {
                f"{name}, seen": one.overlap(has_seen_all, everything, family) for name, one in looked.items()
            }
    worst = min(one["drawn"] for one in families.values())
    bar = f"IoU >= {LEAST_OVERLAP} on each family left out"
    yield Figure("detect.left_out", worst, "IoU", bar, worst >= LEAST_OVERLAP, {"steps": STEPS, "families": families})


def _looked() -> dict[str, Looked]:
    drawn, others = draw_faces("faces-light").images, draw_faces("faces-light-balanced").images
    looked = {"drawn": Looked(_plain_model(drawn), drawn, others)}
    if is_there():
        learned, asked = photographs()["train"][0], photographs()["test"][0]
        looked["photographs"] = Looked(_plain_model(learned), learned, asked)
    return looked


def _plain_model(faces: Images) -> FaceModel:
    settings = TrainSettings(architecture="eigen", max_seconds=20, detector=False, engine_c=False)
    return replace(train(faces, settings=settings, seed=SEED).model, detector=None, second_look=None)


def _detector(practice: Practice, families: Sequence[str]) -> Detector:
    training = DetectorTraining(SEED, STEPS)
    training.train(practice.draw, families)
    judges = np.stack([draw_lifelike_face(SIDE, np.random.default_rng(seed)) for seed in range(JUDGES)])
    return fitted(Detector(training.weights(), 0.0), judges, SEED, families)
