"""An export beside a bare zipfile of the same bytes."""

import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from maskeraid import attest
from tests.benchmarks.figures import Bench, Figure, measures
from tests.benchmarks.importing import jittered_pngs, write_zip

IMAGES, SIDE = 20_000, 64
BAR = 3.0  # times what the bare loop takes


def pack_bare(files: list[Path], archive: Path) -> float:
    """The yardstick: seconds that `zipfile` takes to read these files and store them."""
    started = time.perf_counter()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for number, file in enumerate(files, 1):
            packed.writestr(f"images/{number:06d}.png", file.read_bytes())
    return time.perf_counter() - started


@measures("export.20k_seconds")
def measure_export(bench: Bench) -> Iterator[Figure]:
    """Seconds from POST to succeeded, for 20,000 images that were just imported."""
    archive = bench.output / "faces.zip"
    write_zip(archive, jittered_pngs(IMAGES, SIDE))
    with bench.client() as client:
        dataset = client.datasets.create("bench export", attestation=attest("generated"))
        client.imports.upload(dataset.id, archive).wait()
        started = time.perf_counter()
        made = client.exports.create(dataset.id).wait()
        ours = time.perf_counter() - started
    stored = sorted((bench.output / "stack").glob("**/blobs/t/*/images/*.png"))[:IMAGES]
    bare = pack_bare(stored, bench.output / "bare.zip")
    result = made.result or {}
    beside = {"bare_seconds": round(bare, 2), "ratio": round(ours / bare, 2), "bytes": result["bytes"]}
    is_good = ours / bare <= BAR and result["images"] == len(stored) == IMAGES
    yield Figure("export.20k_seconds", ours, "s", f"<= {BAR} times a bare zipfile", is_good, beside)
