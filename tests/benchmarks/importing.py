"""An import beside a bare Pillow decode-and-encode loop in as many processes."""

import io
import os
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from maskeraid import attest
from maskeraid_faces.drawn import draw_faces
from tests.benchmarks.figures import Bench, Figure, measures

IMAGES, SIDE = 4_000, 64
BAR = 0.6


def jittered_pngs(count: int, side: int) -> list[bytes]:
    """Drawn faces, enlarged and with noise, so that no two are the same."""
    faces = draw_faces("faces-light").images
    noise = np.random.default_rng(1)
    pngs = []
    for number in range(count):
        face = Image.fromarray(faces[number % len(faces)]).resize((side, side), Image.Resampling.BICUBIC)
        pixels = np.asarray(face).astype(np.int16) + noise.integers(-6, 7, (side, side, 3))
        picture = io.BytesIO()
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(picture, "PNG")
        pngs.append(picture.getvalue())
    return pngs


def decode_and_encode(pngs: list[bytes]) -> int:
    """The yardstick: what no import can do without."""
    for png in pngs:
        Image.open(io.BytesIO(png)).convert("RGB").save(io.BytesIO(), "PNG")
    return len(pngs)


@measures("import.ratio")
def measure_import(bench: Bench) -> Iterator[Figure]:
    """Images a second from POST to succeeded, against the loop with as many processes."""
    pngs = jittered_pngs(IMAGES, SIDE)
    archive = bench.output / "faces.zip"
    write_zip(archive, pngs)
    workers = min(2, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(decode_and_encode, [pngs[:10]] * workers))
        started = time.perf_counter()
        list(pool.map(decode_and_encode, [pngs[at::workers] for at in range(workers)]))
        bare = IMAGES / (time.perf_counter() - started)
    with bench.client() as client:
        dataset = client.datasets.create("bench import", attestation=attest("generated"))
        started = time.perf_counter()
        ended = client.imports.upload(dataset.id, archive).wait()
        ours = IMAGES / (time.perf_counter() - started)
    imported = (ended.result or {})["imported"]
    beside = {"images_per_second": round(ours), "bare_images_per_second": round(bare), "imported": imported}
    is_good = ours / bare >= BAR and imported == IMAGES
    yield Figure("import.ratio", ours / bare, "ratio", f">= {BAR} of a bare Pillow loop", is_good, beside)


def write_zip(file: Path, pngs: list[bytes]) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for number, png in enumerate(pngs):
            archive.writestr(f"images/{number:05d}.png", png)
        rows = "".join(f"images/{number:05d}.png,{number % 5}\n" for number in range(len(pngs)))
        archive.writestr("manifest.csv", "file,eyes\n" + rows)
