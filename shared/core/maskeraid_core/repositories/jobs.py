"""Jobs as their tenant sees them. Statuses change in moves.py, under a claim in claims.py."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from maskeraid_core import failpoints
from maskeraid_core.documents.ratings import ResultRating
from maskeraid_core.errors import IdempotencyKeyReused
from maskeraid_core.jobs import Job, JobKind, JobStatus, OutboxEntry, QueueName
from maskeraid_core.mongo import IDEMPOTENCY_SECONDS, Database, server_time
from maskeraid_core.repositories.lanes import lone
from maskeraid_core.repositories.repository import TenantRepository, now
from maskeraid_core.status_machine import accepted

KEY_KEPT = timedelta(seconds=IDEMPOTENCY_SECONDS)  # of a request; that of a retry is kept as long as its job


class JobRepository(TenantRepository[Job]):
    """A tenant's own jobs."""

    collection_name = "jobs"
    indexed_filters = frozenset({"kind"})
    kind = Job

    def _is_indexed(self, wanted: Mapping[str, object]) -> bool:
        """That dry runs are left out changes nothing: they are few, and gone after a day."""
        left_out = where_dry_run(is_so=False)
        return super()._is_indexed({name: value for name, value in wanted.items() if left_out.get(name) != value})

    async def accept(self, job: Job) -> Job:
        """Insert a job with its first event; with an idempotency key that is taken, the job that has it.

        Raises: IdempotencyKeyReused, when that one came of another request.
        """
        entry = OutboxEntry(key="queued:0", kind="event", type="job.status", data={"status": job.status})
        job = accepted(job, await server_time(self._collection.database)).model_copy(update={"outbox": [entry]})
        document = {**job.to_mongo(), "tenant": self._tenant, "has_outbox": True}
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            found = await self._collection.find_one(self._live({"idempotency_key": job.idempotency_key}))
            if found is None:
                raise
            known = Job.of(found)
            if job.request_digest is None or known.created_at > job.created_at - KEY_KEPT:
                return _same(known, job)
            await self._collection.update_one({"_id": known.id}, {"$set": {"idempotency_key": None}})
            await self._collection.insert_one(document)
        failpoints.hit("accept.inserted")
        return job

    async def is_taken(self, idempotency_key: str) -> bool:
        """Whether a job has this key, so that whoever asks again gets that one."""
        found = await self._collection.find_one(self._live({"idempotency_key": idempotency_key}), {"created_at": 1})
        return found is not None and found["created_at"] > await server_time(self._collection.database) - KEY_KEPT

    async def delete_ended(self, job_id: str) -> bool:
        """Forget a job that has ended and has nothing more to tell; one delete, or nothing."""
        ended = [status for status in JobStatus if status.is_terminal]
        outcome = await self._collection.delete_one(
            self._live({"_id": job_id, "status": {"$in": ended}, "has_outbox": False})
        )
        return outcome.deleted_count == 1

    async def hide(self, job_ids: Sequence[str]) -> None:
        """Let no answer show these jobs any more, nor a request that is made again find them; workers still do."""
        wanted = {"_id": {"$in": list(job_ids)}}
        hidden = {"deleted_at": now(), "idempotency_key": None}
        await self._collection.update_many(self._live(wanted), {"$set": hidden})

    async def erase(self, job_id: str) -> None:
        """Forget a job that has ended, hidden or not."""
        ended = [status for status in JobStatus if status.is_terminal]
        await self._collection.delete_one({"_id": job_id, "tenant": self._tenant, "status": {"$in": ended}})

    async def rewrite(self, job_id: str, **facts: object) -> None:
        """Put other facts in place of what named a person that is erased; nothing else changes what was asked."""
        await self._collection.update_one({"_id": job_id, "tenant": self._tenant}, {"$set": facts})

    async def rate(self, job: Job, rating: ResultRating, *, is_as_seen: bool = False) -> Job | None:
        """Keep what the owner thinks of what a job has made, in place of what was said before; one update, or nothing.

        None when it has not succeeded or is gone; with `is_as_seen` also when it was rated since `job` was read.
        """
        wanted: dict[str, object] = {"status": JobStatus.SUCCEEDED}
        if is_as_seen:
            wanted["rating.rated_at"] = job.rating.rated_at if job.rating else None
        return await self.change(job.id, {"rating": rating.model_dump()}, where=wanted)

    async def unfinished_with(self, dataset_id: str) -> list[str]:
        """Ids of jobs that have not ended and are about a dataset."""
        live = [status for status in JobStatus if not status.is_terminal]
        cursor = self._collection.find(self._live({"status": {"$in": live}, **_about(dataset_id)}), {"_id": 1})
        return [row["_id"] async for row in cursor]

    async def unfinished_for(self, model_id: str) -> list[str]:
        """Ids of trainings that have not ended and will make a version of a model."""
        live = [status for status in JobStatus if not status.is_terminal]
        trainings = {"kind": JobKind.TRAINING, "status": {"$in": live}, "spec.dry_run": {"$ne": True}}
        cursor = self._collection.find(self._live({**trainings, "spec.model_id": model_id}), {"_id": 1})
        return [row["_id"] async for row in cursor]

    async def since(self, kind: JobKind, about: Mapping[str, object], at: datetime) -> list[Job]:
        """Jobs of a kind, with a specification of such fields, that have not ended or were begun behind a moment."""
        found = self._collection.find(self._live({"kind": kind, **about}))
        jobs = [Job.of(row) async for row in found]
        return [job for job in jobs if not job.status.is_terminal or (job.started_at and job.started_at > at)]

    async def waiting(self, queue: QueueName, most: int) -> int:
        """How many of the tenant's jobs are queued there, without the items of batches, counted up to `most`."""
        return await self._collection.count_documents(lone(queue, self._tenant), limit=most)

    async def training_seconds(self, since: datetime) -> float:
        """How long the tenant's trainings that were ordered since then have run; dry runs count nothing."""
        ordered = self._live({"kind": JobKind.TRAINING, "created_at": {"$gte": since}})
        found = self._collection.find(ordered, {"ran_seconds": 1, "spec.dry_run": 1})
        return sum([float(row.get("ran_seconds", 0)) async for row in found if not row["spec"].get("dry_run")])

    async def dry_runs(self, before: datetime) -> list[str]:
        """Ids of the tenant's dry runs that were ordered before then."""
        kinds = {"$in": [JobKind.TRAINING, JobKind.IMPORT, JobKind.DELETION]}
        ordered = self._live({"kind": kinds, "created_at": {"$lt": before}})
        found = self._collection.find(ordered, {"spec.dry_run": 1})
        return [row["_id"] async for row in found if row["spec"].get("dry_run")]

    async def past_retention(self, at: datetime, kept_days: float | None) -> list[Job]:
        """Re-imagings that ended longer ago than they were to be kept; `kept_days` where nothing else is said."""
        ended = {"kind": JobKind.REIMAGING, "status": {"$in": [status for status in JobStatus if status.is_terminal]}}
        wanted: list[dict[str, Any]] = [{"spec.retention_days": {"$ne": None}}]
        if kept_days is not None:
            wanted.append({"spec.retention_days": None, "finished_at": {"$lt": at - timedelta(days=kept_days)}})
        found = [Job.of(row) for one in wanted async for row in self._collection.find(self._live({**ended, **one}))]
        kept = [timedelta(days=days if (days := job.spec.get("retention_days")) is not None else 0) for job in found]
        return [job for job, time in zip(found, kept, strict=True) if job.finished_at and job.finished_at + time < at]

    async def results_of(self, kind: JobKind, status: JobStatus) -> list[dict[str, Any]]:
        """What the tenant's jobs of a kind that are in a status have made."""
        found = self._collection.find(self._live({"kind": kind, "status": status}))
        return [job.result async for row in found if (job := Job.of(row)).result is not None]

    async def turns(self, queue: QueueName, most: int) -> list[tuple[int, str]]:
        """`turn_of` each of up to `most` of the tenant's jobs that are queued there, next first."""
        cursor = self._collection.find(lone(queue, self._tenant), {"priority": 1}, limit=most)
        return sorted([(-row["priority"], row["_id"]) async for row in cursor])


def where_dry_run(*, is_so: bool) -> dict[str, object]:
    """The filter that shows dry runs alone, or all other jobs."""
    return {"spec.dry_run": True if is_so else {"$ne": True}}


async def is_used_since(database: Database, dataset_id: str, at: datetime, tenants: Collection[str] | None) -> bool:
    """Whether one of these tenants, or (None) anybody, has ordered a job that is about a dataset since then."""
    by = {} if tenants is None else {"tenant": {"$in": list(tenants)}}
    wanted = {**by, "created_at": {"$gte": at}, **_about(dataset_id)}
    return await database[JobRepository.collection_name].find_one(wanted, {"_id": 1}) is not None


def _about(dataset_id: str) -> dict[str, Any]:
    places = ("spec.dataset_id", "spec.data.dataset_id", "spec.covered.dataset_id", "spec.parts.dataset_id")
    return {"$or": [{place: dataset_id} for place in places]}


def turn_of(job: Job) -> tuple[int, str]:
    """What a tenant's jobs of one queue are sorted by: the dearest first, then the oldest."""
    return -job.priority, job.id


def _same(known: Job, asked: Job) -> Job:
    if known.request_digest != asked.request_digest:
        raise IdempotencyKeyReused
    return known
