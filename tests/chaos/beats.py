"""Whether a worker's event loop keeps time: the heartbeats of a job, and the loop's own complaints."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from maskeraid.objects import Job
from maskeraid_core.repositories.moves import JobMoves
from tests.chaos.environment import Environment

LOOK_SECONDS = 0.05
STALL = re.compile(r"Executing .+ took (\d+\.\d+) seconds")  # asyncio's words when it is debugged: more than 100 ms


@contextmanager
def watched_beats(environment: Environment, job: Job) -> Iterator[list[float]]:
    """Seconds between one heartbeat of a job and the next, while the block runs."""
    gaps: list[float] = []
    is_over = threading.Event()

    def watch() -> None:
        last = None
        with environment.stores() as port:
            while not is_over.wait(LOOK_SECONDS):
                found = port.call(JobMoves(port.stores.database).get, job.id)
                if found and found.heartbeat_at and found.heartbeat_at != last:
                    gaps.extend([(found.heartbeat_at - last).total_seconds()] if last else [])
                    last = found.heartbeat_at

    watcher = threading.Thread(target=watch, name="watcher of beats")
    watcher.start()
    yield gaps
    is_over.set()
    watcher.join()


def stalls_of(environment: Environment, queue: str, since: int) -> list[float]:
    """Seconds that the loops of a queue's workers stood still for, each above 0.1, behind so many bytes of the log.

    Nobody says so unless the environment `watches_loops`.
    """
    names = [name for name in environment.services if name.partition("-")[0] == queue]
    lines = [line for name in names for line in environment.lines_of(name, since)]
    return [float(found[1]) for found in map(STALL.search, lines) if found]
