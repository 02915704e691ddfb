"""When a waiting job will have its turn, and when it will be done: estimates, from what was seen some seconds ago."""

import time
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from maskeraid_core.jobs import Job, JobKind, JobStatus, QueueName
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.jobs import JobRepository, turn_of
from maskeraid_core.repositories.lanes import LaneRepository
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.repositories.workers import WorkerRepository

COUNTED_EVERY = 2.0  # seconds; each lane costs a millisecond
SOON = 0.25  # seconds until jobs that came since are counted too
MEASURED_EVERY = 30.0
LOOKED_AT, MEASURED = 60, 20  # jobs of the kind, and those among them that succeeded
MOST_COUNTED = 1000  # jobs in one lane
ROUNDED_TO = 10  # seconds: so that who polls with an ETag is not told of each second that passes
MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class _Line:
    """A tenant's jobs in a queue, as they were then: `turn_of` each, next first."""

    turns: list[tuple[int, str]]
    at: float


@dataclass(frozen=True)
class Wait:
    """1 is next; `finish` is None while nothing of the kind has succeeded."""

    position: int
    finish: datetime | None


class Estimates:
    """What this process reckons with."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lengths: dict[QueueName, dict[str, int]] = {}  # by tenant
        self._counted_at: dict[QueueName, float] = {}
        self._lines: dict[tuple[str, QueueName], _Line] = {}
        self._seconds: dict[tuple[str, JobKind], tuple[float, float | None]] = {}

    async def wait_of(self, job: Job) -> Wait | None:
        """None for a job that does not wait, and for a batch's item: its batch tells how far all are."""
        if job.status is not JobStatus.QUEUED or job.batch is not None:
            return None
        place = await self._place(job)
        if self.is_count_old(job.queue):
            await self.count(job.queue)
        lengths = self._lengths.get(job.queue, {})
        position = place + sum(min(length, place) for tenant, length in lengths.items() if tenant != job.tenant)
        return Wait(position, await self._finish(job, position))

    def is_count_old(self, queue: QueueName) -> bool:
        return time.monotonic() - self._counted_at.get(queue, -COUNTED_EVERY) >= COUNTED_EVERY

    def waiting_in(self, queue: QueueName) -> int:
        """How many jobs of all tenants waited there at the last count."""
        return sum(self._lengths.get(queue, {}).values())

    async def count(self, queue: QueueName) -> None:
        """Count what waits there."""
        self._counted_at[queue] = time.monotonic()  # first: nobody else need begin
        lanes = LaneRepository(self._database)
        counted = {lane.tenant: await lanes.length(lane, MOST_COUNTED) for lane in await lanes.waiting(queue)}
        self._lengths[queue] = counted

    async def _place(self, job: Job) -> int:
        """Among the tenant's own; one that every poll counted anew would keep the database busy with a long queue."""
        key, turn = (job.tenant, job.queue), turn_of(job)
        line = self._lines.get(key)
        if line is None or time.monotonic() - line.at >= (COUNTED_EVERY if _holds(line, turn) else SOON):
            if len(self._lines) >= MOST_REMEMBERED:
                self._lines.clear()
            turns = await JobRepository(self._database, job.tenant).turns(job.queue, MOST_COUNTED)
            line = self._lines[key] = _Line(turns, time.monotonic())
        return bisect_left(line.turns, turn) + 1

    async def _finish(self, job: Job, position: int) -> datetime | None:
        seconds = await self._seconds_of(job)
        if seconds is None:
            return None
        at = (now() + timedelta(seconds=position * seconds)).timestamp()
        return datetime.fromtimestamp(-(-at // ROUNDED_TO) * ROUNDED_TO, job.created_at.tzinfo)

    async def _seconds_of(self, job: Job) -> float | None:
        """From one turn to the next: the median of the tenant's last jobs of the kind, shared by the workers."""
        key = job.tenant, job.kind
        at, seconds = self._seconds.get(key, (-MEASURED_EVERY, None))
        if time.monotonic() - at < MEASURED_EVERY:
            return seconds
        if len(self._seconds) >= MOST_REMEMBERED:
            self._seconds.clear()
        page = await JobRepository(self._database, job.tenant).page(PageRequest(LOOKED_AT), kind=job.kind)
        measured = [seconds for one in page.items if (seconds := _seconds_run(one)) is not None][:MEASURED]
        workers = [one for one in await WorkerRepository(self._database).alive() if one.queue is job.queue]
        seconds = median(measured) / max(1, len(workers)) if measured else None
        self._seconds[key] = time.monotonic(), seconds
        return seconds


def _holds(line: _Line, turn: tuple[int, str]) -> bool:
    at = bisect_left(line.turns, turn)
    return at < len(line.turns) and line.turns[at] == turn


def _seconds_run(job: Job) -> float | None:
    if job.spec.get("dry_run"):
        return None
    if job.status is not JobStatus.SUCCEEDED or job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()
