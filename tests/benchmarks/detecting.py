"""How well coverings are found: on drawn faces, and on photographs of persons that nothing has seen."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from maskeraid_faces.coverings.find import find_learned
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.evaluation.coverings import measure_detection
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Images
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_faces.training.train import train
from tests.benchmarks.figures import Bench, Figure, measures
from tests.benchmarks.photographs import is_there, photographs

SEED, FACES_A_FAMILY = 5, 24
LEAST_OVERLAP, LEAST_RECALL = 0.97, 0.99
BAR = "IoU >= 0.97, recall >= 0.99 once widened"


@measures("detect.drawn")
def measure_drawn(bench: Bench) -> Iterator[Figure]:
    """A model of the light set, on the faces of the balanced one."""
    settings = TrainSettings(architecture="eigen", max_seconds=20)
    model = train(draw_faces("faces-light").images, settings=settings, seed=SEED).model
    yield _figure("detect.drawn", model, draw_faces("faces-light-balanced").images)


@measures("detect.utkface")
def measure_photographs(bench: Bench) -> Iterator[Figure]:
    """With practice on the training faces."""
    if not is_there():
        return
    settings = TrainSettings(architecture="eigen", max_seconds=20, engine_c=False)
    model = train(photographs()["train"][0], settings=settings, seed=SEED).model
    yield _figure("detect.utkface", model, photographs()["test"][0])


def _figure(name: str, model: FaceModel, faces: Images) -> Figure:
    """The model's own detector, beside the generic one at first and at second look."""
    variants: dict[str, FaceModel] = {
        "own": model,
        "own, first look": replace(model, second_look=None),
        "generic": replace(model, detector=None, second_look=None),
    }
    beside: dict[str, Any] = {
        said: measure_detection(
            lambda image, one=one: find_learned(image, [one]),
            faces,
            seed=SEED,
            most=FACES_A_FAMILY,  # type: ignore[misc]
        ).to_dict()
        for said, one in variants.items()
    }
    own = beside["own"]
    holds = own["iou"] >= LEAST_OVERLAP and own["recall"] >= LEAST_RECALL
    return Figure(name, own["iou"], "IoU", BAR, holds, beside)
