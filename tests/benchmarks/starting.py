"""From nothing to ready, warm."""

import time
from collections.abc import Iterator

import psutil

from tests.benchmarks.figures import Bench, Figure, another_stack, measures


@measures("up.ready_seconds", "api.memory_mb")
def measure_start(bench: Bench) -> Iterator[Figure]:
    """The second start of a stack, as `make up` does it, and the API's memory then."""
    folder = bench.output / "restarted"
    with another_stack(folder):
        pass
    started = time.monotonic()
    with another_stack(folder) as stack:
        seconds = time.monotonic() - started
        memory = psutil.Process(stack.services["api"].pid).memory_info().rss / 2**20
        stopping = time.monotonic()
    stopped = time.monotonic() - stopping
    yield Figure("up.ready_seconds", seconds, "s", "<= 15 s warm", seconds <= 15, {"stop_seconds": round(stopped, 2)})
    yield Figure("api.memory_mb", memory, "MB", "<= 200 MB", memory <= 200)
