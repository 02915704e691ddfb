"""How many jobs of a tenant wait for a queue, counted now and then, and reckoned in between."""

import time
from dataclasses import dataclass

from maskeraid_core.jobs import QueueName
from maskeraid_core.repositories.jobs import JobRepository

COUNTED_EVERY = 2.0  # seconds; counting 200 waiting jobs takes the embedded database 3 ms, more than accepting one
MOST_REMEMBERED = 10_000


@dataclass
class _Backlog:
    count: int
    until: float


class Backlogs:
    """Never too small by what this process accepted; what others accept is seen at the next count."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, QueueName], _Backlog] = {}

    async def count(self, jobs: JobRepository, tenant: str, queue: QueueName, most: int) -> int:
        """Waiting jobs, up to `most`, before one more is accepted; a full queue is always counted anew."""
        known = self._known.get((tenant, queue))
        if known is None or known.until < time.monotonic() or known.count >= most:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            counted = await jobs.waiting(queue, most)
            known = self._known[tenant, queue] = _Backlog(counted, time.monotonic() + COUNTED_EVERY)
        known.count += 1
        return known.count - 1
