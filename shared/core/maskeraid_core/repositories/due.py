"""Jobs of all tenants for which something is due: what the sweeper looks for."""

from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError
from pymongo import ASCENDING
from pymongo.asynchronous.cursor import AsyncCursor

from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.mongo import Database

log = structlog.get_logger()

MOST = 500  # in one list; the next round finds the others


class DueJobs:
    """Lists of jobs, each cut at `MOST`, and the note that a bell was rung."""

    def __init__(self, database: Database) -> None:
        self._collection = database["jobs"]

    async def past_deadline(self, at: datetime) -> list[Job]:
        live = [JobStatus.QUEUED, JobStatus.RUNNING]
        return await _readable(self._collection.find({"status": {"$in": live}, "deadline": {"$lt": at}}))

    async def lease_expired(self, at: datetime) -> list[Job]:
        return await _readable(self._collection.find({"status": JobStatus.RUNNING, "lease_until": {"$lt": at}}))

    async def parked(self) -> list[Job]:
        """Batches whose items run: nobody holds them, and the end of their last item is theirs."""
        return await _readable(self._collection.find({"status": JobStatus.RUNNING, "lease_until": None}))

    async def with_outbox(self) -> list[Job]:
        """Jobs that still have something to tell."""
        return await _readable(self._collection.find({"has_outbox": True}))

    async def to_ring(self, at: datetime, older_than: datetime) -> list[Job]:
        """Queued jobs that may run at `at` and whose bell has not rung since `older_than`, longest silence first."""
        # "Not since" is one condition, met by null too: with $or the embedded server would scan (240 ms in 20,000).
        wanted = {
            "status": JobStatus.QUEUED, "not_before": {"$lte": at}, "rang_at": {"$not": {"$gte": older_than}},
        }  # fmt: skip
        return await _readable(self._collection.find(wanted).sort("rang_at", ASCENDING))

    async def note_rang(self, job_id: str) -> None:
        await self._collection.update_one({"_id": job_id}, {"$currentDate": {"rang_at": True}})


async def _readable(cursor: AsyncCursor[dict[str, Any]]) -> list[Job]:
    """Jobs that can be read: one document of another version must not keep the sweeper from all the others."""
    jobs = []
    async for row in cursor.limit(MOST):
        try:
            jobs.append(Job.of(row))
        except ValidationError as error:
            log.error("job cannot be read, left alone", job_id=row["_id"], error=str(error))
    return jobs
