"""Warm re-imagings over HTTP beside the same call in process."""

import io
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict

import cv2
import numpy as np
from PIL import Image
from threadpoolctl import threadpool_limits

from maskeraid import Client
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.reimagings import CoveringChoice, ImageSource, ReimagingSpec
from maskeraid_core.image_sanitiser import ImageSanitiser
from maskeraid_core.repositories.repository import now
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Image as Face
from maskeraid_faces.model_files import load_model
from maskeraid_inference.answer import write_answer
from maskeraid_inference.reimaging import reimage
from maskeraid_inference.workbench import FACE_SIDES
from tests.benchmarks.figures import Bench, Figure, measures, percentile
from tests.benchmarks.watching import Watch

CALLS, CANDIDATES = 60, 8
CLIENTS, MANY_CALLS = 50, 300
UNWATCHED = 3600.0  # seconds: looking at all processes meanwhile would take a part of what is measured
MASK_COLOUR = (20, 150, 140)


def masked_face() -> Face:
    drawn = draw_faces("faces-test")
    at = next(n for n, name in enumerate(drawn.names) if name.startswith("faces-light") and name.endswith("_mask.png"))
    return drawn.images[at]


def version_of(model: FaceModel) -> ModelVersion:
    """A model's document, as far as a re-imaging looks at it."""
    prototypes = [
        {"tone": one.tone.tolist(), "hair": one.hair.tolist(), "eyes": one.eyes.tolist(), "share": one.share}
        for one in model.prototypes
    ]
    return ModelVersion(
        id="mdl_bench:1", tenant="bench", model_id="mdl_bench", name="bench", version=1, digest="sha256:bench",
        architecture=model.architecture, kind=model.kind, resolution=model.size, files=[], prototypes=prototypes,
        lineage={"data": []}, created_at=now(),
    )  # fmt: skip


def trained(client: Client) -> tuple[str, FaceModel]:
    """A model of faces-light: its id, and the model itself as the service stored it."""
    dataset = client.datasets.create(f"bench faces {time.monotonic_ns()}")
    client.imports.generate(dataset.id, "faces-light").wait()
    training = client.trainings.create("bench model", [dataset.id], seed=1).wait()
    model_id = (training.result or {})["model_id"]
    names = [file["name"] for file in client.models.version(model_id).files]
    parts = [name for name in names if name.endswith(".safetensors")] + ["architecture.json"]
    return model_id, load_model({name: client.models.file(model_id, name) for name in parts})


def seconds_of(call: Callable[[int], object], count: int) -> list[float]:
    for seed in range(5):
        call(seed)
    taken = []
    for seed in range(count):
        started = time.perf_counter()
        call(seed)
        taken.append(time.perf_counter() - started)
    return taken


def at_once(call: Callable[[int], object], threads: int) -> tuple[list[object], float, float]:
    """What came of many calls, how many a second were made, and this process's processor time for each, in ms."""
    with ThreadPoolExecutor(threads) as pool:
        used, started = time.process_time(), time.perf_counter()
        results = list(pool.map(call, range(MANY_CALLS)))
        per_second = MANY_CALLS / (time.perf_counter() - started)
        return results, per_second, 1000 * (time.process_time() - used) / MANY_CALLS


@contextmanager
def threads_as_in_the_worker() -> Iterator[None]:
    """One thread of OpenBLAS and of OpenCV below each of ours."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        cv2.setNumThreads(before)


@measures("reimage.http_p95_ms", "reimage.throughput_ratio")
def measure_reimaging(bench: Bench) -> Iterator[Figure]:
    """32 px, 8 candidates, the model chosen by Selection: over HTTP, and the same work in process."""
    image = masked_face()
    picture = io.BytesIO()
    Image.fromarray(image).save(picture, "PNG")
    with bench.client() as client, threads_as_in_the_worker(), ImageSanitiser() as sanitiser:
        _, model = trained(client)
        version = version_of(model)
        spec = ReimagingSpec(
            image=ImageSource(), covering=CoveringChoice(colours=[MASK_COLOUR]), candidates=CANDIDATES, software="bench"
        )
        options = {"candidates": CANDIDATES, "covering": {"method": "colour", "colours": [MASK_COLOUR]}}

        def over_http(seed: int) -> object:
            made = client.reimagings.create(picture.getvalue(), seed=seed, wait_seconds=20, **options)
            assert made.status == "succeeded", made
            return made

        def in_process(seed: int) -> object:
            """The same work without the service: sanitise the PNG, find the covering, choose, fill, make every file."""
            clean = sanitiser.sanitise(picture.getvalue(), asdict(FACE_SIDES))
            pixels = np.frombuffer(clean.pixels, np.uint8).reshape(clean.height, clean.width, 3)
            asked = spec.model_copy(update={"seed": seed})
            return write_answer(reimage(pixels, asked, [version], lambda _: model), asked, "rim_bench")

        alone = seconds_of(in_process, CALLS)
        http = seconds_of(over_http, CALLS)
        with Watch(bench.stack, look_seconds=UNWATCHED) as watch:
            made, throughput, client_ms = at_once(over_http, CLIENTS)
        _, throughput_alone, alone_ms = at_once(in_process, 2)
    p50, p95 = percentile(http, 50) * 1000, percentile(http, 95) * 1000
    allowed = 1.5 * percentile(alone, 50) * 1000 + 30
    beside = {
        "p50_ms": round(p50, 1),
        "allowed_p50_ms": round(allowed, 1),
        "in_process_p50_ms": round(percentile(alone, 50) * 1000, 1),
    }
    is_good = p95 <= 300 and p50 <= allowed
    yield Figure("reimage.http_p95_ms", p95, "ms", "p95 <= 300, p50 <= 1.5 x in-process + 30", is_good, beside)
    ratio = throughput / throughput_alone
    milliseconds = {name: 1000 * spent / MANY_CALLS for name, spent in watch.processor_seconds.items()}
    counts = {
        "per_second": round(throughput, 1),
        "in_process_per_second": round(throughput_alone, 1),
        "succeeded": [one.status for one in made].count("succeeded"),  # type: ignore[attr-defined]
        "processor_ms": {name: round(spent, 1) for name, spent in milliseconds.items() if spent >= 0.1},
        "client_processor_ms": round(client_ms, 1),
        "in_process_processor_ms": round(alone_ms, 1),
        "ratio_by_processor_time": round(alone_ms / sum(milliseconds.values()), 2),
    }
    bar = f">= 0.8 of in-process, {CLIENTS} clients"
    yield Figure("reimage.throughput_ratio", ratio, "ratio", bar, ratio >= 0.8, counts)


@measures("reimage.reuse_p95_ms")
def measure_reuse(bench: Bench) -> Iterator[Figure]:
    """The slider of K-means: 8 faces of 32 px smoothed and blended anew over HTTP, each time in other colours."""
    picture = io.BytesIO()
    Image.fromarray(masked_face()).save(picture, "PNG")
    with bench.client() as client:
        trained(client)
        covering = {"method": "colour", "colours": [MASK_COLOUR]}
        earlier = client.reimagings.create(picture.getvalue(), candidates=CANDIDATES, covering=covering, seed=1)

        def again(seed: int) -> object:
            made = client.reimagings.create(reuse=earlier, smoothing={"k": 2 + seed % 16}, wait_seconds=20)
            assert made.status == "succeeded", made
            return made

        taken = seconds_of(again, CALLS)
    p50, p95 = (percentile(taken, percent) * 1000 for percent in (50, 95))
    yield Figure("reimage.reuse_p95_ms", p95, "ms", "p95 <= 80, 8 candidates", p95 <= 80, {"p50_ms": round(p50, 1)})
