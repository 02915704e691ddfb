"""Whose turn it is: tenants that wait for one queue are served in turn, however many jobs each has.

While one tenant waits alone, which is the rule, this costs a look every now and then.
"""

import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from maskeraid_core.jobs import Job, JobKind, QueueName
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.batches import BatchRepository
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.lanes import Lane, LaneRepository

MARKED_EVERY = 5.0  # seconds: so seldom a lane is marked that is marked already
KEPT_EMPTY = 30.0  # so long an empty lane goes on waiting: longer than a mark is left out
LOOKED_EVERY = 0.2  # so old a view of the lanes may be
FORGOTTEN_EMPTY = 0.5  # so long a lane that was found empty is not looked into again
MOST_CANDIDATES = 50
KEPT_LEFT_OVER = 2.0  # so long candidates are tried without looking again
KEPT_ITEMS = 0.2  # so long those that are items of batches: somebody may wait for what came since
MOST_REMEMBERED = 10_000
NEVER = datetime.min.replace(tzinfo=UTC)


class LaneMarks:
    """Marks the lanes of accepted jobs, each every few seconds at most."""

    def __init__(self) -> None:
        self._marked_at: dict[tuple[QueueName, str], float] = {}

    async def mark(self, database: Database, job: Job) -> None:
        """Say that the tenant waits for the queue."""
        lane, at = (job.queue, job.tenant), time.monotonic()
        if at - self._marked_at.get(lane, -MARKED_EVERY) < MARKED_EVERY:
            return
        if len(self._marked_at) >= MOST_REMEMBERED:
            self._marked_at.clear()
        await LaneRepository(database).mark_waiting(*lane)
        self._marked_at[lane] = at


class Turns:
    """One worker's view of the lanes of its queue."""

    def __init__(self, database: Database, queue: QueueName) -> None:
        self._lanes = LaneRepository(database)
        self._claims = JobClaims(database)
        self._batches = BatchRepository(database)
        self._queue = queue
        self._waiting: list[Lane] = []
        self._running: Counter[str] = Counter()
        self._served_at: dict[str, float] = {}  # by us, since the lanes were read
        self._read_at = -KEPT_EMPTY
        self._left_over: dict[str, tuple[float, deque[str]]] = {}  # by lane: until when, and ids not yet tried
        self._empty: dict[str, float] = {}  # lanes by id: when they were found empty
        self._first_seen: dict[tuple[str, int], float] = {}  # when a mark of a lane was first seen

    async def candidates(self, first_id: str | None) -> AsyncIterator[str]:
        """Ids of jobs to try, the fairest first; `first_id` is heard at once where nobody else waits."""
        await self._read(is_told=first_id is not None)
        is_alone = len(self._waiting) <= 1
        if first_id is not None and is_alone:
            yield first_id
        if not self._waiting:  # what was accepted without a mark, as by a gateway that died over it
            for job_id in await self._claims.oldest_queued(self._queue, MOST_CANDIDATES):
                yield job_id
        for lane in self._in_order():
            async for job_id in self._of(lane):
                yield job_id
        if first_id is not None and not is_alone:  # of a lane that was not marked, or was empty a moment ago
            yield first_id

    async def note_claimed(self, job: Job) -> None:
        """A job was claimed: its tenant's next turn comes after those of the others."""
        if len(self._waiting) <= 1:
            return
        self._running[job.tenant] += 1
        self._served_at[job.tenant] = time.monotonic()
        for lane in self._waiting:
            if lane.tenant == job.tenant:
                await self._lanes.note_served(lane)

    async def _of(self, lane: Lane) -> AsyncIterator[str]:
        """First what a look a moment ago has left over: looking takes as long as the lane is, 70 ms for a thousand.

        Items of batches come when nothing else waits there.
        """
        until, left = self._left_over.get(lane.id, (0.0, deque[str]()))
        while left and time.monotonic() < until:
            yield left.popleft()
        found, kept = deque(await self._lanes.next_in(lane, MOST_CANDIDATES)), KEPT_LEFT_OVER
        if not found and lane.queue is JobKind.BATCH.queue:
            found, kept = deque(await self._batches.next_items(lane.tenant, MOST_CANDIDATES)), KEPT_ITEMS
        self._left_over[lane.id] = time.monotonic() + kept, found
        if not found:
            await self._leave(lane)
        while found:
            yield found.popleft()

    async def _leave(self, lane: Lane) -> None:
        at = time.monotonic()
        self._empty[lane.id] = at
        if at - self._first_seen.setdefault((lane.id, lane.accepted), at) >= KEPT_EMPTY:
            await self._lanes.stop_waiting(lane)

    def _in_order(self) -> list[Lane]:
        """Fewest running first, then who was served longest ago. A lone lane is always looked into."""
        if len(self._waiting) <= 1:
            return self._waiting
        at = time.monotonic()
        lanes = [lane for lane in self._waiting if at - self._empty.get(lane.id, -FORGOTTEN_EMPTY) >= FORGOTTEN_EMPTY]
        return sorted(lanes, key=self._turn)

    def _turn(self, lane: Lane) -> tuple[int, float, datetime]:
        return self._running[lane.tenant], self._served_at.get(lane.tenant, 0.0), lane.served_at or NEVER

    async def _read(self, *, is_told: bool) -> None:
        """Read the lanes, unless that was just now, or a lone lane's bell rings."""
        age = time.monotonic() - self._read_at
        if age < LOOKED_EVERY or (is_told and len(self._waiting) <= 1 and age < KEPT_EMPTY):
            return
        self._waiting = await self._lanes.waiting(self._queue)
        self._running = await self._lanes.running(self._queue) if len(self._waiting) > 1 else Counter()
        self._read_at = time.monotonic()
        self._served_at.clear()
        marks = {(lane.id, lane.accepted) for lane in self._waiting}
        self._first_seen = {mark: self._first_seen.get(mark, self._read_at) for mark in marks}
        waiting = {lane.id for lane in self._waiting}
        self._empty = {lane: at for lane, at in self._empty.items() if lane in waiting}
        self._left_over = {lane: ids for lane, ids in self._left_over.items() if lane in waiting}
