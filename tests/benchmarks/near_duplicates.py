"""How fast near duplicates are found among 100,000 images, and whether planted ones are: in drawn and in real faces.

`FACE_SETS=folder` names where `utkface-64.zip` lies; without it drawn faces alone are looked at.
"""

import io
import os
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.images import Image
from maskeraid_faces.measures import measure
from maskeraid_faces.near_duplicates import find_near_duplicates
from tests.benchmarks.figures import Bench, Figure, measures
from tests.unit.faces.jittered import COPIES

IMAGES, DRAWN, SIDE = 100_000, 3_000, 32
PLANTED = 2_000  # of each kind of copy
CONTRAST = 1.6  # of two faces that are laid over one another, so that they look like one
BAR_SECONDS, BAR_RECALL, BAR_PRECISION = 60, 0.99, 0.99
SET = Path(os.environ.get("FACE_SETS", "")) / "utkface-64.zip"

Looks = tuple[NDArray[np.uint8], NDArray[np.uint64]]


@measures("import.near_duplicates_100k")
def measure_near_duplicates(_: Bench) -> Iterator[Figure]:
    """Seconds for faces of which none resembles another, and copies of some of them behind these."""
    random = np.random.default_rng(1)
    drawn = np.array([draw_lifelike_face(SIDE, random) for _ in range(DRAWN)])
    originals = _originals(lambda count: _blended(drawn, count, random), IMAGES - PLANTED * len(COPIES))
    seconds, found = _plant(originals, PLANTED)
    beside: dict[str, Any] = {"drawn": found}
    if SET.is_file() and "FACE_SETS" in os.environ:
        faces = _photographs()
        kept = [face for face, place in zip(faces, find_near_duplicates(*_compared(faces)), strict=True) if place < 0]
        beside["near_duplicates_in_utkface"] = len(faces) - len(kept)
        beside["utkface"] = _plant(kept, len(kept) // 4)[1]
    is_good = seconds <= BAR_SECONDS and all(
        one["recall"] >= BAR_RECALL and one["precision"] >= BAR_PRECISION
        for one in beside.values() if isinstance(one, dict)
    )  # fmt: skip
    bar = f"<= {BAR_SECONDS} s; recall and precision of planted copies >= {BAR_RECALL}"
    yield Figure("import.near_duplicates_100k", seconds, "s", bar, is_good, beside)


def _originals(draw: Callable[[int], list[Image]], count: int) -> list[Image]:
    """So many images of which none resembles another."""
    images: list[Image] = []
    while len(images) < count:
        more = images + draw(count - len(images) + 1_000)
        images = [face for face, place in zip(more, find_near_duplicates(*_compared(more)), strict=True) if place < 0]
    return images[:count]


def _blended(drawn: NDArray[np.uint8], count: int, random: np.random.Generator) -> list[Image]:
    """Each two drawn faces laid over one another: a hundred thousand drawn ones would take minutes."""
    first, second = random.integers(0, len(drawn), (2, count))
    shares = random.uniform(0.3, 0.7, (count, 1, 1, 1)).astype(np.float32)
    blended = drawn[first] * shares + drawn[second] * (1 - shares)
    return list(np.clip((blended - 128) * CONTRAST + 128, 0, 255).astype(np.uint8))


def _photographs() -> list[Image]:
    with zipfile.ZipFile(SET) as archive:
        names = [name for name in archive.namelist() if name.startswith("images/") and not name.endswith("/")]
        return [np.asarray(Pictures.open(io.BytesIO(archive.read(name))).convert("RGB")) for name in names]


def _compared(images: Sequence[Image]) -> Looks:
    found = [measure(image) for image in images]
    looks = np.array([np.frombuffer(one.look, np.uint8) for one in found])
    return looks, np.array([one.phash or 0 for one in found], np.uint64)


def _plant(originals: Sequence[Image], count: int) -> tuple[float, dict[str, Any]]:
    """Seconds, and the shares of copies that are found, and of what is told that is one and names its original."""
    chosen = [np.random.default_rng(seed).choice(len(originals), count, replace=False) for seed in range(len(COPIES))]
    copies = [copy(originals[place]) for copy, places in zip(COPIES.values(), chosen, strict=True) for place in places]
    looks, hashes = _compared([*originals, *copies])
    started = time.perf_counter()
    found = find_near_duplicates(looks, hashes)
    seconds = time.perf_counter() - started
    of_copies, truth = found[len(originals) :], np.concatenate(chosen)
    recalls = {
        name: float((part >= 0).mean()) for name, part in zip(COPIES, of_copies.reshape(len(COPIES), -1), strict=True)
    }
    # A copy may also be told by another copy of the same original, of which alone it is a near duplicate.
    named = np.where(of_copies < len(originals), of_copies, truth[np.maximum(of_copies - len(originals), 0)])
    right = int(((named == truth) & (of_copies >= 0)).sum())
    return seconds, {
        "images": len(found), "recall": float((of_copies >= 0).mean()), "precision": right / int((found >= 0).sum()),
        "recall_of": {name: round(value, 4) for name, value in recalls.items()},
    }  # fmt: skip
