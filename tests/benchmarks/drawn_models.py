"""The models that the bars of drawn faces judge, each trained once a run.

`BARS_SECONDS="thesis=120,dcgan=0"` changes the seconds of steps of some architectures; 0 leaves one out.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Images
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_faces.training.train import train

SECONDS: Mapping[str, float] = {"eigen": 60, "thesis": 300, "dense": 120, "dcgan": 240}  # eigen ends when good enough
SEED = 1
SEEN, SPLIT_SEED = 100, 8  # of 125 combinations


@dataclass(frozen=True)
class Trained:
    """A model, and what it took."""

    model: FaceModel
    steps: int
    seconds: float  # all of it, compiling and what follows the steps included


@cache
def budgets() -> dict[str, float]:
    """Seconds of steps, by architecture."""
    said = dict(part.split("=") for part in os.environ.get("BARS_SECONDS", "").split(",") if part)
    if unknown := said.keys() - SECONDS.keys():
        raise ValueError(f"BARS_SECONDS: no architecture {', '.join(sorted(unknown))}; there are: {', '.join(SECONDS)}")
    chosen = {name: float(said.get(name, seconds)) for name, seconds in SECONDS.items()}
    return {name: seconds for name, seconds in chosen.items() if seconds > 0}


@cache
def faces_of(tone: str) -> Images:
    """All 125 combinations of eyes, nose, and mouth, uint8 (125, 32, 32, 3)."""
    return draw_faces(f"faces-{tone}").images


@cache
def seen_rows() -> tuple[int, ...]:
    """Which 100 of 125 faces a training for the unseen ones sees."""
    return tuple(sorted(np.random.default_rng(SPLIT_SEED).permutation(len(faces_of("light")))[:SEEN].tolist()))


@cache
def trained(architecture: str, tone: str = "light") -> Trained:
    """A model of all faces of a tone."""
    return _train(architecture, faces_of(tone))


@cache
def trained_on_seen(architecture: str) -> Trained:
    """A model of 100 of the 125 faces of the light tone."""
    return _train(architecture, faces_of("light")[list(seen_rows())])


def _train(architecture: str, faces: Images) -> Trained:
    settings = TrainSettings(architecture=architecture, max_seconds=budgets()[architecture])  # type: ignore[arg-type]
    started = time.perf_counter()
    result = train(faces, settings=settings, seed=SEED)
    return Trained(result.model, result.steps, time.perf_counter() - started)
