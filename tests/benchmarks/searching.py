"""Engine A's search in generators of pixels, beside their bank as it is: `ORL`, persons that nothing has seen.

`SEARCH_SECONDS="dense=600,dcgan=0"` changes the seconds of steps of an architecture; 0 leaves it out.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.engines import image_bank_pool
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.filling.finish import finish
from maskeraid_faces.filling.picks import spread
from maskeraid_faces.filling.search import pace_of
from maskeraid_faces.images import Image, Images
from maskeraid_faces.metrics.psnr import psnr
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_faces.training.train import train
from tests.benchmarks.figures import Bench, Figure, measures
from tests.benchmarks.fills import CANDIDATES, FOLDS, ORL, SEED, portraits

COVERING = lower_face(64)
SECONDS: Mapping[str, float] = {"dense": 1800, "dcgan": 1800}
BARS: Mapping[str, float] = {"dense": 19.5, "dcgan": 20.0}  # dB of the best-weighted candidate
ABOVE_RANDOM, MOST_SECONDS = 4.0, 3.0
FACES = 50  # of the 100 that were held out


@measures("fill.orl.search.dense", "fill.orl.search.dcgan")
def measure_search(bench: Bench) -> Iterator[Figure]:
    """One fold: 30 persons are learned from, the faces of 10 are filled, by the bank as it is and by the search."""
    if not ORL.exists():
        print(f"portraits left out: there is no {ORL}", flush=True)
        return
    said = dict(part.split("=") for part in os.environ.get("SEARCH_SECONDS", "").split(",") if part)
    for architecture, seconds in SECONDS.items():
        budget = float(said.get(architecture, seconds))
        if budget > 0:
            yield _measure(architecture, budget)


def _measure(architecture: str, seconds: float) -> Figure:
    images, persons = portraits()
    held = set(sorted(set(persons))[::FOLDS])
    rows = np.array([person not in held for person in persons])
    settings = TrainSettings(architecture=architecture, max_seconds=seconds, detector=False, engine_c=False)  # type: ignore[arg-type]
    result = train(images[rows], settings=settings, groups=[one for one in persons if one not in held], seed=SEED)
    faces = list(images[~rows][:: sum(~rows) // FACES])
    unguided = replace(result.model, encoder=None)
    random = _row(faces, lambda face, seed: _finals(face, unguided, seed, pick="random", tone_match="off"))
    beside: dict[str, Any] = {
        "steps": result.steps,
        "flags": [flag["code"] for flag in cast(Sequence[Mapping[str, str]], result.model.facts["flags"])],
        "pace": vars(pace_of(result.model)),
        "thesis random": random,
        "ridge": _row(faces, lambda face, seed: _finals(face, unguided, seed, engine="R")),
        "bank": _row(faces, lambda face, seed: _bank_finals(face, unguided)),
        "without encoder": _row(faces, lambda face, seed: _finals(face, unguided, seed)),
        "search": _row(faces, lambda face, seed: _finals(face, result.model, seed)),
    }
    value = beside["search"]["one"]
    wanted = max(BARS[architecture], random["one"] + ABOVE_RANDOM)
    holds = value >= wanted and beside["search"]["seconds_p50"] <= MOST_SECONDS
    bar = f">= {BARS[architecture]} dB and thesis random + {ABOVE_RANDOM:g}, <= {MOST_SECONDS:g} s"
    return Figure(f"fill.orl.search.{architecture}", value, "dB", bar, holds, beside)


def _finals(face: Image, model: FaceModel, seed: int, **options: Any) -> Images:  # noqa: ANN401 of `fill`
    options = {"engine": "A", **options}
    made = fill(face, COVERING, model, k=CANDIDATES, seed=seed, stages=False, **options)
    return np.stack([one.final for one in made.candidates])


def _bank_finals(face: Image, model: FaceModel) -> Images:
    pool = image_bank_pool(face, COVERING, model)
    rows, _ = spread(pool, CANDIDATES)
    options: dict[str, Any] = {"smoothing_k": None, "pick": "spread", "seed": 0, "tone_match": "auto"}
    return finish(pool.render(rows), face, COVERING, model, **options)[1]


def _row(faces: Sequence[Image], answer: Callable[[Image, int], Images]) -> dict[str, float]:
    """Means over all faces: the first candidate, the mean of all, the best; and the median seconds."""
    decibels, seconds = [], []
    for seed, face in enumerate(faces):
        started = time.perf_counter()
        finals = answer(face, seed)
        seconds.append(time.perf_counter() - started)
        each = [psnr(final, face, COVERING) for final in finals]
        mean = np.rint(finals.mean(axis=0)).astype(np.uint8)
        decibels.append((each[0], psnr(mean, face, COVERING), max(each)))
    one, mean_of_all, best = (round(float(value), 2) for value in np.mean(decibels, axis=0))
    return {"one": one, "mean": mean_of_all, "best": best, "seconds_p50": round(float(np.median(seconds)), 2)}
