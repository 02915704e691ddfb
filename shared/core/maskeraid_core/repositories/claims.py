"""What a worker does with jobs: claims one, renews its lease, and writes to it, each under the claim's fence."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from pymongo import ASCENDING, DESCENDING

from maskeraid_core import failpoints
from maskeraid_core.jobs import Job, JobStatus, OutboxEntry, QueueName
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.moves import JobMoves, as_expression
from maskeraid_core.status_machine import FromNow, claimed


@dataclass(frozen=True)
class Claim:
    """A job that is ours until `job.lease_until`, and the fence that proves it."""

    job: Job

    @property
    def fence(self) -> int:
        return self.job.fence


@dataclass(frozen=True)
class Wishes:
    """What the owner has asked of a running job."""

    cancel: bool
    pause: bool
    stop: bool


class JobClaims:
    """Each method but `oldest_queued` is one compare-and-set by `_id`."""

    def __init__(self, database: Database) -> None:
        self._moves = JobMoves(database)
        self._collection = database["jobs"]

    async def claim(
        self, job_id: str, worker: str, lease_seconds: float, queue: QueueName | None = None
    ) -> Claim | None:
        """queued → running under a new fence; None when another was faster or the job may not run now, or not here."""
        job = await self._moves.get(job_id)
        if job is None or job.status is not JobStatus.QUEUED or queue not in (None, job.queue):
            return None
        is_due = job.not_before <= job.updated_at  # both by the database's clock, which has moved on since
        change = claimed(job, worker, lease_seconds, job.updated_at if is_due else await self._moves.server_time())
        moved = await self._moves.move(job, change) if change else None
        failpoints.hit("claim.updated")
        # It is read back behind the update: who stood still in between finds another's claim there, and its fence.
        return Claim(moved) if moved and moved.fence == job.fence + 1 else None

    async def oldest_queued(self, queue: QueueName, limit: int = 20) -> Sequence[str]:
        """Ids of the jobs that should run next."""
        cursor = self._collection.find({"queue": queue, "status": JobStatus.QUEUED}, {"_id": 1})
        cursor = cursor.sort([("priority", DESCENDING), ("_id", ASCENDING)]).limit(limit)
        return [row["_id"] async for row in cursor]

    async def renew(self, claim: Claim, lease_seconds: float, ran_seconds: float = 0.0) -> Wishes | None:
        """Prolong the lease and read the wishes; None when the job is no longer ours.

        `ran_seconds` have gone by since the last heartbeat that was answered.
        """
        beat = {
            "lease_until": as_expression(FromNow(lease_seconds)), "heartbeat_at": "$$NOW",
            "ran_seconds": {"$add": [{"$ifNull": ["$ran_seconds", 0]}, ran_seconds]},
        }  # fmt: skip
        # Of a job that was parked meanwhile the worker is nobody: a beat that comes late must not lease it anew.
        ours = {**_ours(claim), "worker": claim.job.worker}
        outcome = await self._collection.update_one(ours, [{"$set": beat}])
        job = await self._moves.get(claim.job.id) if outcome.matched_count else None
        if job is None or not is_ours(job, claim):
            return None
        return Wishes(job.cancel_requested, job.pause_requested, job.stop_requested)

    async def note(self, claim: Claim, **facts: object) -> bool:
        """Set facts (progress, phase, checkpoints) of a job that is ours; False when it no longer is."""
        plain = {name: _plain(value) for name, value in facts.items()}
        outcome = await self._collection.update_one(_ours(claim), {"$set": plain, "$currentDate": {"updated_at": True}})
        return outcome.matched_count == 1

    async def park(self, claim: Claim) -> bool:
        """Leave a job running that is ours, without a lease: others end it. False when it is no longer ours."""
        return await self.note(claim, lease_until=None, worker=None)

    async def add_notice(self, claim: Claim, entry: OutboxEntry) -> Job | None:
        """Put a notice into the outbox of a running job that is ours; one update, or nothing. None when it is not."""
        outcome = await self._collection.update_one(
            _ours(claim),
            {
                "$push": {"outbox": entry.model_dump()},
                "$set": {"has_outbox": True},
                "$currentDate": {"updated_at": True, "outbox_at": True},
            },
        )
        return await self._moves.get(claim.job.id) if outcome.modified_count else None


def is_ours(job: Job, claim: Claim) -> bool:
    return job.status is JobStatus.RUNNING and job.fence == claim.fence


def _ours(claim: Claim) -> dict[str, object]:
    return {"_id": claim.job.id, "status": JobStatus.RUNNING, "fence": claim.fence}


def _plain(value: object) -> object:
    """Pydantic parts as MongoDB stores them."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.model_dump() if isinstance(value, BaseModel) else value
