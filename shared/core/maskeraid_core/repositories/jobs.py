"""Jobs: what a tenant asks about its own (JobRepository), and the one door of every status (JobMoves)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from maskeraid_core.jobs import (
    NEXT_STATUSES,
    POISONED,
    Job,
    JobError,
    JobStatus,
    OutboxEntry,
    QueueName,
    notice_of,
    reason_of_cancel,
)
from maskeraid_core.mongo import Database, server_time
from maskeraid_core.repositories.repository import TenantRepository, now
from maskeraid_core.settings import CoreSettings

LATER_CRASHES = 6  # times the wait after the first crash


_TIMES_OF_ACCEPTANCE = ("created_at", "updated_at", "not_before", "rang_at", "deadline")


class JobRepository(TenantRepository[Job]):
    """A tenant's own jobs."""

    collection_name = "jobs"
    kind = Job

    async def accept(self, job: Job) -> Job:
        """Insert a job with its first event; with an idempotency key that is taken, the job that has it.

        The job's times are moved to the database's clock: the caller's own may be wrong by minutes.
        """
        entry = OutboxEntry(key="queued:0", kind="event", type="job.status", data={"status": job.status})
        behind = await server_time(self._collection.database) - job.created_at
        times = {name: at + behind for name in _TIMES_OF_ACCEPTANCE if (at := getattr(job, name)) is not None}
        job = job.model_copy(update={"outbox": [entry], **times})
        try:
            await self._collection.insert_one({**job.to_mongo(), "tenant": self._tenant, "has_outbox": True})
        except DuplicateKeyError:
            found = await self._collection.find_one(self._live({"idempotency_key": job.idempotency_key}))
            if found is None:
                raise
            return Job.of(found)
        return job

    async def wish_cancel(self, job_id: str, reason: str | None = None) -> bool:
        """Note that a running job shall be cancelled; one update, or nothing."""
        outcome = await self._collection.update_one(
            self._live({"_id": job_id, "status": JobStatus.RUNNING}),
            {"$set": {"cancel_requested": True, "cancel_reason": reason}, "$currentDate": {"updated_at": True}},
        )
        return outcome.matched_count == 1

    async def delete_ended(self, job_id: str) -> bool:
        """Forget a job that has ended and has nothing more to tell; one delete, or nothing."""
        ended = [status for status in JobStatus if status.is_terminal]
        outcome = await self._collection.delete_one(
            self._live({"_id": job_id, "status": {"$in": ended}, "has_outbox": False})
        )
        return outcome.deleted_count == 1

    async def unfinished_with(self, dataset_id: str) -> list[str]:
        """Ids of jobs that have not ended and are about a dataset."""
        live = [status for status in JobStatus if not status.is_terminal]
        about = {"$or": [{"spec.dataset_id": dataset_id}, {"spec.data.dataset_id": dataset_id}]}
        cursor = self._collection.find(self._live({"status": {"$in": live}, **about}), {"_id": 1})
        return [row["_id"] async for row in cursor]

    async def waiting(self, queue: QueueName, most: int) -> int:
        """How many of the tenant's jobs are queued there, counted up to `most`."""
        # Exactly the fields of an index: with one more the embedded server would scan every job there ever was.
        wanted = {"tenant": self._tenant, "queue": queue, "status": JobStatus.QUEUED}
        return await self._collection.count_documents(wanted, limit=most)


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


class JobMoves:
    """Every change of a job's status, for all tenants: for workers, the sweeper, and the API's cancel.

    Each method is one compare-and-set by `_id`: it happens whole, or not at all. The embedded server scans on
    find-and-modify and on expression filters, so neither is used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._collection = database["jobs"]

    async def get(self, job_id: str) -> Job | None:
        found = await self._collection.find_one({"_id": job_id})
        return Job.of(found) if found else None

    async def server_time(self) -> datetime:
        return await server_time(self._database)

    async def claim(
        self, job_id: str, worker: str, lease_seconds: float, queue: QueueName | None = None
    ) -> Claim | None:
        """queued → running under a new fence; None when another was faster or the job may not run now, or not here."""
        job = await self.get(job_id)
        if job is None or job.status is not JobStatus.QUEUED or queue not in (None, job.queue):
            return None
        wanted = {"_id": job_id, "status": JobStatus.QUEUED, "fence": job.fence, "cancel_requested": False}
        is_due = job.not_before <= job.updated_at  # both by the database's clock, which has moved on since
        wanted["not_before"] = {"$lte": job.updated_at if is_due else await self.server_time()}
        entry = _status_entry(JobStatus.RUNNING, job.fence + 1)
        outcome = await self._collection.update_one(
            wanted,
            [
                {
                    "$set": {
                        "status": "running", "fence": job.fence + 1, "worker": {"$literal": worker},
                        "lease_until": {"$add": ["$$NOW", int(lease_seconds * 1000)]}, "heartbeat_at": "$$NOW",
                        "started_at": {"$ifNull": ["$started_at", "$$NOW"]}, "updated_at": "$$NOW",
                        "outbox": {"$concatArrays": ["$outbox", {"$literal": [entry.model_dump()]}]},
                        "has_outbox": True,
                    }
                }
            ],
        )  # fmt: skip
        claimed = await self.get(job_id) if outcome.modified_count else None
        return Claim(claimed) if claimed else None

    async def oldest_queued(self, queue: QueueName, limit: int = 20) -> Sequence[str]:
        """Ids of the jobs that should run next."""
        cursor = self._collection.find({"queue": queue, "status": JobStatus.QUEUED}, {"_id": 1})
        cursor = cursor.sort([("priority", DESCENDING), ("_id", ASCENDING)]).limit(limit)
        return [row["_id"] async for row in cursor]

    async def queued_before(self, job: Job) -> int:
        """How many queued jobs of its queue are older: an estimate of its place."""
        wanted = {"queue": job.queue, "status": JobStatus.QUEUED, "priority": job.priority, "_id": {"$lt": job.id}}
        return await self._collection.count_documents(wanted)

    async def renew(self, claim: Claim, lease_seconds: float) -> Wishes | None:
        """Prolong the lease and read the wishes; None when the job is no longer ours."""
        outcome = await self._collection.update_one(
            {"_id": claim.job.id, "status": JobStatus.RUNNING, "fence": claim.fence},
            [{"$set": {"lease_until": {"$add": ["$$NOW", int(lease_seconds * 1000)]}, "heartbeat_at": "$$NOW"}}],
        )
        job = await self.get(claim.job.id) if outcome.matched_count else None
        if job is None or job.fence != claim.fence or job.status is not JobStatus.RUNNING:
            return None
        return Wishes(job.cancel_requested, job.pause_requested, job.stop_requested)

    async def note(self, claim: Claim, **facts: object) -> bool:
        """Set facts (progress, phase, checkpoints) of a job that is ours; False when it no longer is."""
        outcome = await self._collection.update_one(
            {"_id": claim.job.id, "status": JobStatus.RUNNING, "fence": claim.fence},
            {"$set": _plain(facts), "$currentDate": {"updated_at": True}},
        )
        return outcome.matched_count == 1

    async def add_notice(self, claim: Claim, event: str, **facts: object) -> Job | None:
        """Put a notice into the outbox of a running job that is ours; one update, or nothing. None when it is not."""
        entry = _notice_entry(event, JobStatus.RUNNING, claim.fence, **facts)
        outcome = await self._collection.update_one(
            {"_id": claim.job.id, "status": JobStatus.RUNNING, "fence": claim.fence},
            {
                "$push": {"outbox": entry.model_dump()},
                "$set": {"has_outbox": True},
                "$currentDate": {"updated_at": True},
            },
        )
        return await self.get(claim.job.id) if outcome.modified_count else None

    async def move(
        self,
        job: Job,
        to: JobStatus,
        *,
        where: dict[str, object],
        facts: dict[str, object] | None = None,
        error: JobError | None = None,
        outbox: Iterable[OutboxEntry] = (),
    ) -> Job | None:
        """Move a job to `to` if its status and `where` (fence, lease as read …) still allow it; None when not.

        The event line, the end of the history, and the notice to the owner are written by the same update.
        """
        sources = [status for status in JobStatus if to in NEXT_STATUSES[status]]
        entries = [*outbox, *_entries_of_move(job, to, error)]
        changes: dict[str, object] = {"status": to, "error": error, "has_outbox": True, **(facts or {})}
        stamps = {"updated_at": True, **({"finished_at": True} if to.is_terminal else {})}
        outcome = await self._collection.update_one(
            {"status": {"$in": sources}, **where, "_id": job.id},
            {
                "$set": _plain(changes),
                "$push": {"outbox": {"$each": [entry.model_dump() for entry in entries]}},
                "$currentDate": stamps,
            },
        )
        return await self.get(job.id) if outcome.modified_count else None

    async def move_after_crash(
        self, job: Job, settings: CoreSettings, *, where: dict[str, object], error: JobError = POISONED
    ) -> Job | None:
        """Back to the queue after a crash or a lost lease; to the end when that happened too often, or is wished.

        A cancel between the look and the move makes this None: the lease runs out, and the next look sees it.
        """
        job = await self.get(job.id) or job  # read again: a checkpoint has perhaps set the count of crashes to 0
        if job.cancel_requested:
            return await self.move(job, JobStatus.CANCELLED, where=where, error=reason_of_cancel(job))
        where = {**where, "cancel_requested": False}
        crashes = job.crashes + 1
        if crashes >= settings.crash_limit:
            return await self.move(job, JobStatus.FAILED, where=where, facts={"crashes": crashes}, error=error)
        delay = settings.crash_delay_seconds * (1 if crashes == 1 else LATER_CRASHES)
        not_before = await self.server_time() + timedelta(seconds=delay)
        facts = {"crashes": crashes, "not_before": not_before, "lease_until": None}
        return await self.move(job, JobStatus.QUEUED, where=where, facts=facts)

    async def clear_outbox(self, job: Job) -> None:
        """Drop the entries that `job` had when it was read; they were carried out.

        Only moves add entries, and each stamps the job: while the stamp is as read, all of them go in one update.
        """
        as_read = {"_id": job.id, "status": job.status, "fence": job.fence, "updated_at": job.updated_at}
        outcome = await self._collection.update_one(as_read, {"$set": {"outbox": [], "has_outbox": False}})
        if not outcome.matched_count:
            keys = [entry.key for entry in job.outbox]
            await self._collection.update_one({"_id": job.id}, {"$pull": {"outbox": {"key": {"$in": keys}}}})
            await self._collection.update_one({"_id": job.id, "outbox": []}, {"$set": {"has_outbox": False}})


def _entries_of_move(job: Job, to: JobStatus, error: JobError | None) -> list[OutboxEntry]:
    event = notice_of(job.kind, to)
    notices = [_notice_entry(event, to, job.fence)] if event else []
    if not to.is_terminal:
        return [_status_entry(to, job.fence), *notices]
    data: dict[str, Any] = {"status": to} | ({"error": error.model_dump()} if error else {})
    return [
        OutboxEntry(key=f"{to}:{job.fence}", kind="event", type="job.status", data=data),
        OutboxEntry(key=f"end:{job.fence}", kind="event", type="end", data={"status": to}),
        *notices,
    ]


def _status_entry(to: JobStatus, fence: int) -> OutboxEntry:
    return OutboxEntry(key=f"{to}:{fence}", kind="event", type="job.status", data={"status": to, "attempt": fence})


def _notice_entry(event: str, status: str, fence: int, **facts: object) -> OutboxEntry:
    """A notice says what was so at the move: the job may have moved on before it is told."""
    data = {"status": status, "at": now(), **facts}
    return OutboxEntry(key=f"notice:{event}:{fence}", kind="notice", type=event, data=data)


def _plain(facts: dict[str, object]) -> dict[str, Any]:
    """Pydantic parts as MongoDB stores them."""
    return {name: _plain_value(value) for name, value in facts.items()}


def _plain_value(value: object) -> object:
    if isinstance(value, list):
        return [_plain_value(item) for item in value]
    return value.model_dump() if hasattr(value, "model_dump") else value
