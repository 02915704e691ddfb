"""The gateway beside a bare FastAPI app that makes the same database call on the same stack."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psutil

from maskeraid.resources.uploads import content_digest
from maskeraid_local.ports import free_port, wait_for_port
from tests.benchmarks.figures import Bench, Figure, measures

CLIENTS, REQUESTS, ROUNDS = 4, 600, 3
UPLOAD_BYTES = 1 << 30
PART_BYTES = 16 << 20


@contextmanager
def bare_app(mongodb_url: str) -> Iterator[str]:
    """tests/benchmarks/bare_app.py under the same server."""
    port = free_port()
    environment = {**os.environ, "BARE_MONGODB_URL": mongodb_url}
    command = [sys.executable, "-m", "uvicorn", "--factory", "tests.benchmarks.bare_app:create_app"]
    options = ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen([*command, *options], env=environment)
    try:
        wait_for_port(port, 30)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def rate(ask: Callable[[httpx.Client], httpx.Response], client: httpx.Client) -> float:
    """Requests a second with a few clients on one connection pool."""

    def one(_: int) -> None:
        ask(client).raise_for_status()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(one, range(CLIENTS * 5)))
        started = time.perf_counter()
        list(pool.map(one, range(REQUESTS)))
        return REQUESTS / (time.perf_counter() - started)


@measures("api.get_ratio", "api.create_ratio")
def measure_requests(bench: Bench) -> Iterator[Figure]:
    """Alternating rounds; the median of their ratios."""
    with bench.client() as ours, bare_app(bench.stack.environment["MASKERAID_MONGODB_URL"]) as bare_url:
        dataset = ours.datasets.create("bench")
        job_id = ours.imports.generate(dataset.id, "faces-light").wait().id
        with httpx.Client(base_url=bare_url) as bare:
            reads = [
                (rate(lambda c: c.get(f"/v1/jobs/{job_id}"), ours.http), rate(lambda c: c.get(f"/jobs/{job_id}"), bare))
                for _ in range(ROUNDS)
            ]
            creates = [
                (
                    rate(lambda c: c.post("/v1/datasets", json={"name": f"d{time.monotonic_ns()}"}), ours.http),
                    rate(lambda c: c.post("/datasets", json={"name": f"d{time.monotonic_ns()}"}), bare),
                )
                for _ in range(ROUNDS)
            ]
    for figure_id, pairs in (("api.get_ratio", reads), ("api.create_ratio", creates)):
        ours_rate, bare_rate = sorted(pairs, key=lambda pair: pair[0] / pair[1])[ROUNDS // 2]
        ratio = ours_rate / bare_rate
        beside = {"requests_per_second": round(ours_rate), "bare_requests_per_second": round(bare_rate)}
        yield Figure(figure_id, ratio, "ratio", ">= 0.6 of a bare FastAPI app", ratio >= 0.6, beside)


@measures("upload.api_growth_mb")
def measure_upload(bench: Bench) -> Iterator[Figure]:
    """Peak growth of the API's memory while 1 GB comes in."""
    process = psutil.Process(bench.stack.services["api"].pid)
    part = os.urandom(PART_BYTES)
    parts = UPLOAD_BYTES // PART_BYTES
    whole = hashlib.sha256()
    for _ in range(parts):
        whole.update(part)
    before, peak, is_over = process.memory_info().rss, [0], threading.Event()

    def look() -> None:
        while not is_over.wait(0.02):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=look)
    watcher.start()
    with bench.client() as client:
        body = {"file_name": "big.zip", "bytes": UPLOAD_BYTES, "sha256": whole.hexdigest(), "part_bytes": PART_BYTES}
        upload = client.post_json("/v1/uploads", body)
        started = time.monotonic()
        headers = {"Content-Digest": content_digest(part)}
        for number in range(1, parts + 1):
            client.request("PUT", f"/v1/uploads/{upload['id']}/parts/{number}", content=part, headers=headers)
        client.request("POST", f"/v1/uploads/{upload['id']}/complete")
        seconds = time.monotonic() - started
        client.request("DELETE", f"/v1/uploads/{upload['id']}")
    is_over.set()
    watcher.join()
    growth = (peak[0] - before) / 2**20
    beside = {"mb_per_second": round(UPLOAD_BYTES / 2**20 / seconds)}
    yield Figure("upload.api_growth_mb", growth, "MB", "<= 64 MB while 1 GB is uploaded", growth <= 64, beside)
