"""`eigen` on real photographs beside samples of their principal components; no face of theirs is kept.

`FACE_SETS=folder` names where `utkface-64.zip` lies, in the form of an import with a column `split`; without it these
figures are left out.
"""

import csv
import io
import os
import resource
import time
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image as Pictures

from maskeraid_faces.evaluation.fills import measure_fills
from maskeraid_faces.evaluation.quality import compare, measure_quality
from maskeraid_faces.evaluation.samples import draw_samples
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Image, Images, to_pixels
from maskeraid_faces.training.engine_c import with_engine_c
from maskeraid_faces.training.engines import EngineTraining
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_faces.training.train import train
from tests.benchmarks.figures import Bench, Figure, measures

SET = Path(os.environ.get("FACE_SETS", "../shared/data")) / "utkface-64.zip"
LONGEST_SECONDS, LONGEST_SECONDS_C = 180, 240
MORE_SECONDS = 1_800.0
SEED = 5


@cache
def photographs() -> dict[str, tuple[Images, list[str]]]:
    """Images uint8 (n, 64, 64, 3) and their groups, by split."""
    rows, pixels = rows_and_pixels()
    found = {}
    for split in ("train", "test"):
        chosen = [place for place, row in enumerate(rows) if row["split"] == split]
        found[split] = np.stack([pixels[place] for place in chosen]), [rows[place]["group"] for place in chosen]
    return found


def rows_and_pixels() -> tuple[list[dict[str, str]], list[Image]]:
    """The manifest's rows, and the image uint8 (64, 64, 3) of each."""
    with zipfile.ZipFile(SET) as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("manifest.csv"), "utf-8")))
        return rows, [np.asarray(Pictures.open(io.BytesIO(archive.read(row["file"]))).convert("RGB")) for row in rows]


def is_there() -> bool:
    if not SET.exists():
        print(f"photographs left out: there is no {SET}", flush=True)
    return SET.exists()


def of_components(model: FaceModel, number: int) -> Images:
    """What the basis alone draws: normal coefficients, of the variance of the training faces."""
    coefficients = np.random.default_rng(SEED).standard_normal((number, model.basis.gan_rank)).astype(np.float32)
    values = model.basis.mean + coefficients @ model.basis.components[: model.basis.gan_rank]
    return to_pixels(values).reshape(number, model.size, model.size, 3)


def beside(model: FaceModel) -> dict[str, object]:
    """Everything that one KID alone does not say."""
    real, groups = photographs()["test"]
    quality = measure_quality(model, real, groups=groups, seed=SEED)
    ours = compare(real, draw_samples(model, len(real), SEED))
    basis = compare(real, of_components(model, len(real)))
    return {
        "figures": ours.to_dict(),
        "components": basis.to_dict(),
        "real": quality.real.to_dict(),
        "coverage_by_group": {group.group: round(group.coverage, 3) for group in quality.groups},
        "fills": {one.engine: one.to_dict()["psnr_hole"] for one in measure_fills(model, real, seed=SEED)},
    }


@measures("train.photo_seconds", "train.photo_kid", "train.engine_c_seconds")
def measure_photographs(bench: Bench) -> Iterator[Figure]:
    """A default training, with what follows its last step: ridge, bank, prototypes; then engine C, by itself."""
    if not is_there():
        return
    faces, _ = photographs()["train"]
    started = time.perf_counter()
    result = train(faces, settings=TrainSettings(architecture="eigen", engine_c=False), seed=1)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    facts = {"images": len(faces), "steps": result.steps, "peak_mb": round(peak)}
    yield Figure("train.photo_seconds", seconds, "s", "<= 180 s", seconds <= LONGEST_SECONDS, facts)
    said = beside(result.model)
    yield Figure("train.photo_kid", said["figures"]["kid"], "KID", "stated", True, said)  # type: ignore[index]
    real, _ = photographs()["test"]
    started = time.perf_counter()
    made = with_engine_c(result.model, EngineTraining(faces, real, None, seed=1, is_mirrored=True))
    seconds = time.perf_counter() - started
    assert made
    filled = {one.engine: one.to_dict()["psnr_hole"] for one in measure_fills(made, real, seed=SEED)}
    beside_it = {"judged": made.facts["engine_c"], "fills": filled}
    bar = f"<= {LONGEST_SECONDS_C} s more"
    yield Figure("train.engine_c_seconds", seconds, "s", bar, seconds <= LONGEST_SECONDS_C, beside_it)


@measures("train.photo_more")
def measure_more(bench: Bench) -> Iterator[Figure]:
    """What 30 minutes add."""
    if not is_there():
        return
    faces, _ = photographs()["train"]
    settings = TrainSettings(architecture="eigen", max_seconds=MORE_SECONDS, target_quality=1.0, engine_c=False)
    result = train(faces, settings=settings, seed=1)
    said = beside(result.model) | {"steps": result.steps, "stopped": result.stopped, "seconds": round(result.seconds)}
    yield Figure("train.photo_more", said["figures"]["kid"], "KID", "stated", True, said)  # type: ignore[index]
