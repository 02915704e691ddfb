"""Time to quality on drawn faces: `eigen` beside the thesis's recipe, in the same run on the same cores."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Images
from maskeraid_faces.metrics.combinations import combinations
from maskeraid_faces.networks.generate import generate
from maskeraid_faces.training.settings import Checkpoint, TrainSettings, Watch
from maskeraid_faces.training.train import train
from tests.benchmarks.figures import Bench, Figure, measures

SAMPLES, SAMPLE_SEED = 512, 5
THESIS_SECONDS = 1_200
COMBINATIONS_BAR, NN_BAR = 120, 4.0
LOOK_SECONDS = 100
SPEED_STEPS = 200
EIGEN_BUDGETS = (1, 2, 4, 8, 16, 32, 60)  # seconds of steps
ESTIMATED: Mapping[str, Mapping[str, object]] = {"eigen": {}, "thesis": {"steps": 1_000}}


def quality(model: FaceModel, faces: Images) -> tuple[int, float]:
    """Combinations of 125 seen in 512 samples, and the mean distance to the nearest training face (grey levels)."""
    latents = np.random.default_rng(SAMPLE_SEED).standard_normal((SAMPLES, model.latent_size)).astype(np.float32)
    found = combinations(generate(model, latents), faces)
    return found.combinations, found.nn


@measures("train.eigen_drawn_seconds")
def measure_eigen(bench: Bench) -> Iterator[Figure]:
    """A default training of faces-light through the library, TensorFlow's compiling included."""
    faces = draw_faces("faces-light").images
    started = time.perf_counter()
    result = train(faces, settings=TrainSettings(architecture="eigen"), seed=1)
    seconds = time.perf_counter() - started
    seen, nn = quality(result.model, faces)
    is_good = seconds <= 60 and seen >= COMBINATIONS_BAR and nn <= NN_BAR
    bar = "<= 60 s, >= 120 of 125 combinations, nn <= 4"
    yield Figure("train.eigen_drawn_seconds", seconds, "s", bar, is_good, {"combinations": seen, "nn": round(nn, 2)})


@measures("train.fused_ratio")
def measure_loops(bench: Bench) -> Iterator[Figure]:
    """Steps a second of the fused loop over those of Keras's own calls; the first part of each run is left out."""
    faces = draw_faces("faces-light").images
    rates: Mapping[str, float] = {loop: steps_per_second(faces, loop) for loop in ("plain", "fused")}
    ratio = rates["fused"] / rates["plain"]
    beside = {loop: round(value, 1) for loop, value in rates.items()}
    yield Figure("train.fused_ratio", ratio, "ratio", ">= 1.8 times the plain loop", ratio >= 1.8, beside)


def steps_per_second(faces: Images, loop: str) -> float:
    """Steps a second after compiling, from the second half of the reports."""
    marks: list[tuple[int, float]] = []
    settings = TrainSettings(architecture="thesis", loop=loop, steps=SPEED_STEPS)  # type: ignore[arg-type]
    train(faces, settings=settings, watch=Watch(progress=lambda step, _, __: marks.append((step, time.perf_counter()))))
    middle, last = marks[len(marks) // 2], marks[-1]
    return (last[0] - middle[0]) / (last[1] - middle[1])


@measures("train.time_to_quality_ratio", "bars.a3_time_to_quality")
def measure_time_to_quality(bench: Bench) -> Iterator[Figure]:
    """The thesis's fused loop for 1,200 s, then `eigen`, until it is at least as good as the best the thesis showed."""
    faces = draw_faces("faces-light").images
    thesis = list(thesis_looks(faces))
    best_seen, best_nn = max(seen for seen, _ in thesis), min(nn for _, nn in thesis)
    for budget in EIGEN_BUDGETS:
        started = time.perf_counter()
        settings = TrainSettings(architecture="eigen", max_seconds=budget, target_quality=1.0)
        result = train(faces, settings=settings, seed=1)
        seconds = time.perf_counter() - started
        seen, nn = quality(result.model, faces)
        if seen >= best_seen and nn <= best_nn:
            break
    ratio = THESIS_SECONDS / seconds
    is_good = ratio >= 100 and seen >= best_seen and nn <= best_nn
    beside = {"thesis": thesis, "eigen": (seen, round(nn, 2)), "eigen_seconds": round(seconds, 1)}
    for figure_id in ("train.time_to_quality_ratio", "bars.a3_time_to_quality"):  # one of the bars of drawn_bars.py
        yield Figure(figure_id, ratio, "ratio", ">= 100 times sooner", is_good, beside)


def thesis_looks(faces: Images) -> Iterator[tuple[int, float]]:
    """The quality after every 100 s of steps; compiling and looking are not counted."""
    latest: list[Checkpoint] = []
    for look in range(LOOK_SECONDS, THESIS_SECONDS + 1, LOOK_SECONDS):
        spent = [0.0]

        def note(_: int, seconds: float, __: object, spent: list[float] = spent) -> None:
            spent[0] = seconds

        watch = Watch(
            progress=note,
            checkpoint=lambda _, arrays: latest.append(arrays),
            stop=lambda spent=spent, look=look: spent[0] >= look,
            checkpoint_seconds=THESIS_SECONDS,
        )
        settings = TrainSettings(architecture="thesis")
        result = train(faces, settings=settings, seed=1, watch=watch, resume=latest.pop() if latest else None)
        seen, nn = quality(result.model, faces)
        yield seen, round(nn, 2)


@measures("train.service_seconds")
def measure_service(bench: Bench) -> Iterator[Figure]:
    """From POST to succeeded on an otherwise idle stack."""
    with bench.client() as client:
        dataset = client.datasets.create("bench training")
        client.imports.generate(dataset.id, "faces-light").wait()
        started = time.perf_counter()
        client.trainings.create("bench", [dataset.id], architecture="eigen", seed=1).wait()
        seconds = time.perf_counter() - started
    yield Figure("train.service_seconds", seconds, "s", "<= 90 s", seconds <= 90)


@measures("train.estimate_error")
def measure_estimate(bench: Bench) -> Iterator[Figure]:
    """What a dry run says of the time, beside the same training right after it; another load moves both, or one."""
    with bench.client() as client:
        dataset = client.datasets.create("bench dry run")
        client.imports.generate(dataset.id, "faces-light").wait()
        beside: dict[str, tuple[float, float]] = {}
        for architecture, hyperparameters in ESTIMATED.items():
            asked: dict[str, Any] = {"architecture": architecture, "hyperparameters": hyperparameters, "seed": 1}
            dry_run = client.trainings.create("bench", [dataset.id], **asked, dry_run=True).wait()
            real = client.trainings.create("bench", [dataset.id], **asked).wait().to_dict()
            beside[architecture] = dry_run.to_dict()["estimate"]["seconds"], real["duration_ms"] / 1000
    error = max(abs(estimated - real) / real for estimated, real in beside.values())
    yield Figure("train.estimate_error", error, "ratio", "<= 0.3 of the real time", error <= 0.3, beside)
