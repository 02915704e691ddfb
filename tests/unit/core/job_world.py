"""A world of jobs without servers: documents changed by compare-and-set, a clock of its own, and what was seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.factories import make_job

from maskeraid_core.jobs import NEXT_STATUSES, CheckpointEntry, Job, JobKind, JobStatus
from maskeraid_core.status_machine import Change, FromNow, accepted

LEASE_SECONDS = 60.0
CRASH_LIMIT = 3


@dataclass
class Seen:
    """What became visible of one job, from its acceptance on."""

    deadline: datetime | None
    moves: list[tuple[JobStatus, JobStatus]] = field(default_factory=list)
    claimed_fences: list[int] = field(default_factory=list)
    is_cancel_answered: bool = False
    paused_for: timedelta = timedelta()
    crashes: int = 0  # since the last checkpoint
    faults: list[str] = field(default_factory=list)  # moves that should not have been possible


@dataclass
class Holder:
    """A worker with a claim, alive, frozen, or long given up; it knows the job as it was at the claim."""

    job: Job


@dataclass
class Late:
    """A change on its way: it arrives whenever, and perhaps twice."""

    job_id: str
    change: Change
    holder: Holder | None = None
    arrived: Callable[[], None] = lambda: None


class World:
    """`is_fenced` False leaves the fence out of every comparison: to see that it is what keeps the rules."""

    def __init__(self, *, is_fenced: bool = True) -> None:
        self.now = datetime(2026, 11, 23, tzinfo=UTC)
        self.jobs: dict[str, Job] = {}
        self.seen: dict[str, Seen] = {}
        self.holders: list[Holder] = []
        self.late: list[Late] = []
        self._is_fenced = is_fenced

    def accept(self, kind: JobKind, deadline_seconds: float | None, skew: timedelta) -> None:
        """As an API accepts whose own clock is wrong."""
        at = self.now + skew
        deadline = at + timedelta(seconds=deadline_seconds) if deadline_seconds else None
        job = make_job(kind, deadline=deadline, not_before=at, created_at=at, updated_at=at)
        job = self.jobs[job.id] = accepted(job, self.now)
        self.seen[job.id] = Seen(job.deadline)

    def apply(self, job_id: str, change: Change, holder: Holder | None = None) -> bool:
        """One compare-and-set by id; whether it matched."""
        job, seen = self.jobs[job_id], self.seen[job_id]
        if not self._matches(job, change.where):
            return False
        if holder and holder.job.fence != job.fence:
            seen.faults.append(f"attempt {holder.job.fence} wrote into attempt {job.fence}")
        if change.to:
            self._note_move(job, change, holder)
        facts = {name: self._value(value) for name, value in change.facts.items()}
        self.jobs[job_id] = job.model_copy(update={**facts, "updated_at": self.now})
        return True

    def note(self, holder: Holder, **facts: Any) -> bool:  # noqa: ANN401 any field
        """What an owner writes while it works."""
        where = {"status": JobStatus.RUNNING, "fence": holder.job.fence}
        is_noted = self.apply(holder.job.id, Change(where, facts), holder)
        if is_noted and "checkpoints" in facts:
            self.seen[holder.job.id].crashes = 0
        return is_noted

    def checkpoint(self, job: Job) -> CheckpointEntry:
        return CheckpointEntry(key="c", sha256="0" * 64, step=1, fence=job.fence, created_at=self.now)

    def _matches(self, job: Job, where: Mapping[str, object]) -> bool:
        for name, wanted in where.items():
            if name == "fence" and not self._is_fenced:
                continue
            value = getattr(job, name)
            if not (value <= wanted["$lte"] if isinstance(wanted, dict) else value == wanted):
                return False
        return True

    def _note_move(self, job: Job, change: Change, holder: Holder | None) -> None:
        seen = self.seen[job.id]
        assert change.to is not None
        seen.moves.append((job.status, change.to))
        if change.to not in NEXT_STATUSES[job.status]:
            seen.faults.append(f"{job.status} → {change.to} is not in the table")
        if change.to is JobStatus.RUNNING:
            seen.claimed_fences.append(int(str(change.facts["fence"])))
            if job.not_before > self.now:
                seen.faults.append("claimed before its time")
        elif job.status is JobStatus.RUNNING and holder is None and job.lease_until and job.lease_until > self.now:
            seen.faults.append("taken from a worker whose lease was good")
        if "crashes" in change.facts:
            seen.crashes += 1
            if change.facts["crashes"] != seen.crashes:
                seen.faults.append("crashes are miscounted")
        if job.status is JobStatus.PAUSED and change.to is JobStatus.QUEUED and job.paused_at:
            seen.paused_for += self.now - job.paused_at

    def _value(self, value: object) -> object:
        return self.now + timedelta(seconds=value.seconds) if isinstance(value, FromNow) else value
