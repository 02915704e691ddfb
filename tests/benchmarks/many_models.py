"""An inference worker that is asked for one model after another, more than it keeps."""

import os
from collections.abc import Iterator

import numpy as np
import psutil

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.repositories.repository import now
from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.face_model import Bank, Basis, Conditioning, FaceModel, RidgeFit
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.model_files import load_model, save_model
from maskeraid_inference.loaded_models import LoadedModels
from maskeraid_inference.memory import Memory
from maskeraid_inference.settings import InferenceSettings
from tests.benchmarks.figures import Bench, Figure, measures

SIDE, COMPONENTS, RANK, DRAWS = 64, 512, 200, 4_096
MODELS, HALF = 100, 50
MOST_GROWTH = 1.1


@measures("reimage.memory_100_models")
def measure_many_models(bench: Bench) -> Iterator[Figure]:
    """100 models of photographs in turn, a face filled by each: what the process keeps after 100 and after 50."""
    defaults = InferenceSettings.model_fields
    most, most_bytes = defaults["models_kept"].default, defaults["models_kept_bytes"].default
    files = save_model(_model())
    models = LoadedModels(
        lambda version: load_model({name: bytes(bytearray(data)) for name, data in files.items()}),
        Memory(most=most, most_bytes=most_bytes),
    )
    image = np.full((SIDE, SIDE, 3), 128, np.uint8)
    kept: dict[int, float] = {}
    for number in range(1, MODELS + 1):
        fill(image, lower_face(SIDE), models.get(_version(number)), k=8, engine="A", seed=number)
        kept[number] = psutil.Process(os.getpid()).memory_info().rss / 2**20
    growth = kept[MODELS] / kept[HALF]
    beside = {"mb": {number: round(kept[number]) for number in (1, 10, 25, 50, 75, 100)}, "models_kept": most}
    yield Figure(
        "reimage.memory_100_models", growth, "times", f"<= {MOST_GROWTH} from 50 to 100", growth <= MOST_GROWTH, beside
    )


def _model() -> FaceModel:
    """A model of the size that 3,400 photographs give; its numbers are noise."""
    rng, pixels = np.random.default_rng(0), SIDE * SIDE * 3
    deviations = np.geomspace(1, 0.02, COMPONENTS).astype(np.float32)
    rows = rng.standard_normal((COMPONENTS, pixels), np.float32) / np.float32(np.sqrt(pixels))
    shapes = {"hidden_1.kernel": (8, 8), "hidden_1.bias": (8,), "output.kernel": (8, RANK), "output.bias": (RANK,)}
    return FaceModel(
        architecture="eigen", kind="photo", size=SIDE, latent_size=8, widths=(8,),
        generator={name: rng.standard_normal(shape, np.float32) for name, shape in shapes.items()},
        basis=Basis(np.zeros(pixels, np.float32), rows * deviations[:, None], deviations, RANK),
        ridge=RidgeFit(1.0, np.full(pixels, 0.1, np.float32)),
        bank=Bank(rng.standard_normal((DRAWS, 8), np.float32), rng.standard_normal((DRAWS, RANK), np.float32)),
        conditioning=Conditioning(), prototypes=(), palette=None,
    )  # fmt: skip


def _version(number: int) -> ModelVersion:
    return ModelVersion(
        id=f"mdl_{number}:1", tenant="bench", model_id=f"mdl_{number}", name="bench", version=1,
        digest=f"sha256:{number}", architecture="eigen", kind="photo", resolution=SIDE, files=[], prototypes=[],
        lineage={"data": []}, created_at=now(),
    )  # fmt: skip
