"""Engine B beside ridge and engine C on photographs of people that nothing has seen, by the plan of this device."""

import time
from collections.abc import Iterator

import numpy as np

from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.training.devices import has_gpu
from maskeraid_faces.training.engine_b import with_engine_b
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_faces.training.train import train
from tests.benchmarks.figures import Bench, Figure, measures, percentile
from tests.benchmarks.fills import CANDIDATES, SEED, Table, finished, put_candidates
from tests.benchmarks.photographs import is_there, photographs

FACES, UNSEEN = 160, 200  # filled, and among the training images held back to fit and judge the gate
BARS = {True: 1.0, False: 0.0}  # dB above ridge, on a graphics card and without


@measures("fill.utkface.engine_b")
def measure_engine_b(bench: Bench) -> Iterator[Figure]:
    """The mean of eight beside ridge, gated as it would serve; the time of a fill; what the training says of itself."""
    if not is_there():
        return
    images, _ = photographs()["train"]
    learned, unseen = images[:-UNSEEN], images[-UNSEEN:]
    truths, groups = photographs()["test"]
    truths, groups = truths[:FACES], groups[:FACES]
    model = train(
        learned, settings=TrainSettings(architecture="eigen", detector=False, engine_b=False), seed=SEED
    ).model
    started = time.perf_counter()
    made = with_engine_b(model, learned, unseen, None, seed=SEED, is_mirrored=True)
    assert made is not None
    seconds = time.perf_counter() - started
    table, fills = Table(truths, lower_face(64), groups=groups), []
    for face, truth in enumerate(truths):
        ridge = fill(truth, table.covering, made, k=1, engine="R", stages=False)
        table.put("R: ridge", face, ridge.candidates[0].final)
        for engine in made.engines[1:]:
            before = time.perf_counter()
            put_candidates(table, f"{engine}, spread", face, made, engine, "spread")
            fills += [time.perf_counter() - before] if engine == "B" else []
    rows = finished(table)
    mean = f"B, spread: mean of {CANDIDATES}"
    gain = rows[mean]["psnr_hole"] - rows["R: ridge"]["psnr_hole"] if mean in rows else 0.0
    bar = BARS[has_gpu()]
    beside = {
        "rows": rows, "training": made.facts["engine_b"], "training_seconds": round(seconds),
        "fill_p95_ms": round(1000 * percentile(fills, 95)) if fills else None, "on_gpu": has_gpu(),
    }  # fmt: skip
    yield Figure(
        "fill.utkface.engine_b", round(float(np.float64(gain)), 2), "dB above ridge", f">= {bar}", gain >= bar, beside
    )
