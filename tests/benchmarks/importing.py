"""An import beside a bare Pillow decode-and-encode loop in as many processes."""

import hashlib
import io
import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from maskeraid import Client, attest
from maskeraid_faces.drawn import draw_faces
from tests.benchmarks.figures import Bench, Figure, another_stack, measures
from tests.benchmarks.watching import Watch

IMAGES, SIDE = 20_000, 64
BAR = 0.7
LARGE_ARCHIVE, LARGE_SIDE = 2 * 10**9, 256  # bytes; 10,000 images of the largest size
MEMORY_BAR = 300


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


def decode_and_encode(pngs: list[bytes]) -> float:
    """The yardstick, what no import can do without: decode, encode, digest. Seconds of processor time."""
    started = time.process_time()
    for png in pngs:
        packed = io.BytesIO()
        Image.open(io.BytesIO(png)).convert("RGB").save(packed, "PNG")
        hashlib.sha256(packed.getvalue()).hexdigest()
    return time.process_time() - started


def decode_bare(pngs: list[bytes]) -> tuple[float, float]:
    """Seconds that two processes take for them all, by the clock and of processor time together."""
    workers = min(2, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(decode_and_encode, [pngs[:10]] * workers))
        started = time.perf_counter()
        spent = sum(pool.map(decode_and_encode, [pngs[at::workers] for at in range(workers)]))
        return time.perf_counter() - started, spent


@measures("import.20k_ratio")
def measure_import(bench: Bench) -> Iterator[Figure]:
    """Images a second from POST to succeeded, against the loop with as many processes."""
    pngs = jittered_pngs(IMAGES, SIDE)
    archive = bench.output / "faces.zip"
    write_zip(archive, pngs)
    bare, bare_spent = decode_bare(pngs)
    with bench.client() as client, Watch(bench.stack) as watch:
        dataset = client.datasets.create("bench import", attestation=attest("generated"))
        started = time.perf_counter()
        ended = client.imports.upload(dataset.id, archive).wait()
        ours = time.perf_counter() - started
    imported = (ended.result or {})["imported"]
    beside = {
        "images_per_second": round(IMAGES / ours), "bare_images_per_second": round(IMAGES / bare), "imported": imported,
        "processor_seconds": watch.processor_seconds, "bare_processor_seconds": round(bare_spent, 1),
        "peak_mb": watch.peak_megabytes,
    }  # fmt: skip
    is_good = bare / ours >= BAR and imported == IMAGES
    yield Figure("import.20k_ratio", bare / ours, "ratio", f">= {BAR} of a bare Pillow loop", is_good, beside)


@measures("import.memory_mb")
def measure_memory(bench: Bench) -> Iterator[Figure]:
    """The most that any process of the import had, its children included, while it took in a large archive."""
    archive = bench.output / "large.zip"
    write_noise(archive, LARGE_ARCHIVE, LARGE_SIDE)
    with another_stack(bench.output / "large") as stack, Client(stack.first_key, stack.url) as client:
        dataset = client.datasets.create("bench memory", attestation=attest("generated"))
        with Watch(stack) as watch:
            ended = client.imports.upload(dataset.id, archive).wait()
    peaks = {name: watch.peak_megabytes[name] for name in ("api", "curator", "curator's children")}
    beside = {"archive_mb": archive.stat().st_size >> 20, "images": (ended.result or {})["imported"], "peak_mb": peaks}
    shutil.rmtree(bench.output / "large")
    archive.unlink()
    most = max(peaks.values())
    yield Figure("import.memory_mb", most, "MB", f"<= {MEMORY_BAR} in each process", most <= MEMORY_BAR, beside)


def write_noise(file: Path, size: int, side: int) -> None:
    """An archive of about so many bytes: pictures that cannot be packed, stored; a manifest row for each."""
    noise = np.random.default_rng(2)
    count = size // (3 * side * side)
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            picture = io.BytesIO()
            pixels = noise.integers(0, 256, (side, side, 3), np.uint8)
            Image.fromarray(pixels).save(picture, "PNG", compress_level=0)
            archive.writestr(f"images/{number:05d}.png", picture.getvalue())
        archive.writestr("manifest.csv", manifest_of(count))


def write_zip(file: Path, pngs: list[bytes]) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for number, png in enumerate(pngs):
            archive.writestr(f"images/{number:05d}.png", png)
        archive.writestr("manifest.csv", manifest_of(len(pngs)))


def manifest_of(count: int) -> str:
    """A manifest with one attribute."""
    return "file,eyes\n" + "".join(f"images/{number:05d}.png,{number % 5}\n" for number in range(count))
