"""From the order of a re-imaging to its worker's first look, beside a bare Celery round trip."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from PIL import Image

from maskeraid import Client
from tests.benchmarks.bare_celery import ECHO, create_app
from tests.benchmarks.figures import Bench, Figure, measures, percentile
from tests.benchmarks.reimaging import MASK_COLOUR, masked_face, trained

ROUNDS, CALLS = 3, 40
PAUSE = 0.1  # seconds; an idle stack has nothing left to do of the call before


@contextmanager
def bare_worker(redis_url: str) -> Iterator[Callable[[], object]]:
    """A worker of its own process; what comes is one round trip: sent, run, and its result read."""
    command = [sys.executable, "-m", "celery", "--app", "tests.benchmarks.bare_celery", "worker", "--pool", "solo"]
    process = subprocess.Popen(
        [*command, "--loglevel", "error", "--without-gossip", "--without-mingle"],
        env={**os.environ, "BARE_REDIS_URL": redis_url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    app = create_app(redis_url)
    try:
        app.send_task(ECHO, ["ready?"]).get(timeout=60)
        yield lambda: app.send_task(ECHO, ["x"]).get(timeout=10)
    finally:
        process.terminate()
        process.wait()


def until_running(client: Client, picture: bytes) -> float:
    """Seconds from before the request was sent to `started_at`; one machine has one clock."""
    sent = time.time()
    job = client.reimagings.create(picture, candidates=1, covering={"method": "colour", "colours": [MASK_COLOUR]})
    ended = job.wait()
    assert ended.status == "succeeded", ended
    return datetime.fromisoformat(str(ended.started_at)).timestamp() - sent


def seconds_of(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


@measures("jobs.start_p50_ms", "jobs.start_over_celery")
def measure_queueing(bench: Bench) -> Iterator[Figure]:
    """Alternating rounds, one call at a time."""
    image = io.BytesIO()
    Image.fromarray(masked_face()).save(image, "PNG")
    ours: list[float] = []
    bare: list[float] = []
    with bench.client() as client, bare_worker(bench.stack.environment["MASKERAID_REDIS_URL"]) as round_trip:
        trained(client)
        for _ in range(5):
            until_running(client, image.getvalue())
        for _ in range(ROUNDS):
            for _ in range(CALLS):
                ours.append(until_running(client, image.getvalue()))
                time.sleep(PAUSE)
            for _ in range(CALLS):
                bare.append(seconds_of(round_trip))
                time.sleep(PAUSE)
    p50, p95 = (1000 * percentile(ours, share) for share in (50, 95))
    bare_p50, bare_p95 = (1000 * percentile(bare, share) for share in (50, 95))
    beside = {"p95_ms": round(p95, 1), "celery_p50_ms": round(bare_p50, 1), "celery_p95_ms": round(bare_p95, 1)}
    yield Figure("jobs.start_p50_ms", p50, "ms", "p50 <= 25, p95 <= 60, idle", p50 <= 25 and p95 <= 60, beside)
    yield Figure("jobs.start_over_celery", p50 / bare_p50, "ratio", "stated", True, beside)
