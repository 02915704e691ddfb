"""What a training costs as images become more and larger: memory and processor time, each in a process of its own.

The images are drawn faces, moved, lightened or darkened, and with noise, so that they count as photographs.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import Images
from maskeraid_faces.training.settings import TrainSettings, Watch
from maskeraid_faces.training.train import train
from tests.benchmarks.figures import Bench, Figure, measures

NUMBERS, SIDES = (1_000, 10_000, 100_000), (32, 64, 128)
USUAL_NUMBER, USUAL_SIDE = 1_000, 64
STEPS = 200
MOST_MB = 3_000
MOST_GROWTH = 1.5
FARTHEST, BRIGHTEST, NOISE = 1 / 16, 25, 6  # of a shift, as a share of the side; grey levels
WRITTEN_AT_ONCE = 1_000
LOOK_SECONDS = 0.1


def write_faces(file: Path, number: int, side: int) -> None:
    """Write `number` different faces uint8 (side, side, 3), one behind the other, in bounded memory."""
    drawn = np.concatenate([draw_faces(f"faces-{tone}-balanced").images for tone in ("light", "medium", "dark")])
    scale = side // drawn.shape[1]
    with file.open("wb") as out:
        for start in range(0, number, WRITTEN_AT_ONCE):
            random = np.random.default_rng(start)
            rows = random.integers(0, len(drawn), min(WRITTEN_AT_ONCE, number - start))
            jittered(drawn[rows].repeat(scale, 1).repeat(scale, 2), random).tofile(out)


def jittered(images: Images, random: np.random.Generator) -> Images:
    farthest = round(images.shape[1] * FARTHEST)
    shifts = random.integers(-farthest, farthest + 1, (len(images), 2))
    moved = np.stack([np.roll(image, shift, (0, 1)) for image, shift in zip(images, shifts, strict=True)])
    light = random.integers(-BRIGHTEST, BRIGHTEST + 1, (len(images), 1, 1, 1), np.int16)
    noise = random.integers(-NOISE, NOISE + 1, moved.shape, np.int16)
    return np.clip(moved + light + noise, 0, 255).astype(np.uint8)


@cache
def cost(folder: Path, number: int, side: int, how: str = "memory", architecture: str = "eigen") -> Mapping[str, Any]:
    """Train on so many images in a new process; its peaks (MB) and processor seconds. `how`: memory, or mapped."""
    file = folder / f"faces-{side}-{number}"
    if not file.exists():
        write_faces(file, number, side)
    command = [sys.executable, "-m", "tests.benchmarks.scaling", str(file), str(side), how, architecture]
    anonymous = 0.0
    with subprocess.Popen(command, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}, stdout=subprocess.PIPE) as process:
        while process.poll() is None:
            anonymous = max(anonymous, megabytes(process.pid, "RssAnon"))
            time.sleep(LOOK_SECONDS)
        assert process.stdout
        said: dict[str, Any] = json.load(process.stdout)
    return {**said, "anonymous_mb": round(anonymous)}


def megabytes(process: int | str, name: str) -> float:
    """Of a process, as the kernel counts them; 0 when it has ended."""
    found = re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def train_once(file: Path, side: int, how: str, architecture: str) -> dict[str, Any]:
    """In the new process: the whole of `train`, of few steps."""
    mapped = np.memmap(file, np.uint8, "r").reshape(-1, side, side, 3)
    images = mapped if how == "mapped" else np.fromfile(file, np.uint8).reshape(mapped.shape)
    marks: list[tuple[int, float]] = []
    settings = TrainSettings(architecture=architecture, steps=STEPS, max_seconds=1e6)  # type: ignore[arg-type]
    watch = Watch(progress=lambda step, *_: marks.append((step, time.process_time())))
    result = train(images, settings=settings, seed=1, watch=watch)
    longest = max(pairwise(marks), key=lambda pair: pair[1][0] - pair[0][0])  # steps without compiling
    (first, began), (last, ended) = longest
    return {
        "peak_mb": round(megabytes("self", "VmHWM")),  # mapped pages of the images included
        "step_ms": round(1000 * (ended - began) / (last - first), 2),
        "before_s": round(marks[0][1], 1),  # reading, basis, compiling
        "after_s": round(time.process_time() - marks[-1][1], 1),  # bank, ridge, verdicts, prototypes
        "components": result.model.basis.gan_rank,
    }


@measures("train.memory_100k_mb")
def measure_memory(bench: Bench) -> Iterator[Figure]:
    """The peak of the whole process with the images in memory, as the trainer keeps them below 2 GiB."""
    said = cost(bench.output, NUMBERS[-1], USUAL_SIDE)
    mapped = cost(bench.output, NUMBERS[-1], USUAL_SIDE, "mapped")
    peak, bar = said["peak_mb"], f"<= {MOST_MB} MB, 100,000 images of 64 pixels"
    yield Figure("train.memory_100k_mb", peak, "MB", bar, peak <= MOST_MB, {"memory": said, "mapped": mapped})


@measures("train.cost_growth")
def measure_growth(bench: Bench) -> Iterator[Figure]:
    """A step's processor time, and the peak, with a hundred times the images, and with larger ones."""
    by_number = {number: cost(bench.output, number, USUAL_SIDE) for number in NUMBERS}
    by_side = {side: cost(bench.output, USUAL_NUMBER, side) for side in SIDES}
    growth = by_number[NUMBERS[-1]]["step_ms"] / by_number[NUMBERS[0]]["step_ms"]
    bar = f"<= {MOST_GROWTH} times the time of a step, with 100 times the images"
    yield Figure(
        "train.cost_growth", growth, "ratio", bar, growth <= MOST_GROWTH, {"images": by_number, "side": by_side}
    )


if __name__ == "__main__":
    file, side, how, architecture = sys.argv[1:]
    print(json.dumps(train_once(Path(file), int(side), how, architecture)))
