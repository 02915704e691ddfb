"""Lanes: which tenants have jobs waiting in a queue, so that each has its turn."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING

from maskeraid_core.documents.document import Document
from maskeraid_core.jobs import PRIORITIES, JobStatus, QueueName
from maskeraid_core.mongo import Database


class Lane(Document):
    """A tenant's jobs in one queue. One that is empty may go on waiting for a while; that costs looks, and no more."""

    queue: QueueName
    tenant: str
    waiting: bool
    accepted: int  # +1 whenever it was marked waiting
    served_at: datetime | None = None  # when a job was last claimed while other lanes waited too


class LaneRepository:
    """One document per queue and tenant; each write is one update by `_id`."""

    def __init__(self, database: Database) -> None:
        self._lanes = database["lanes"]
        self._jobs = database["jobs"]

    async def mark_waiting(self, queue: QueueName, tenant: str) -> None:
        await self._lanes.update_one(
            {"_id": _key(queue, tenant)},
            {"$set": {"queue": queue, "tenant": tenant, "waiting": True}, "$inc": {"accepted": 1}},
            upsert=True,
        )

    async def waiting(self, queue: QueueName) -> list[Lane]:
        return [Lane.of(row) async for row in self._lanes.find({"queue": queue, "waiting": True})]

    async def note_served(self, lane: Lane) -> None:
        await self._lanes.update_one({"_id": lane.id}, {"$currentDate": {"served_at": True}})

    async def stop_waiting(self, lane: Lane) -> None:
        """It is empty: unless it was marked again meanwhile, nobody looks there any more."""
        await self._lanes.update_one({"_id": lane.id, "accepted": lane.accepted}, {"$set": {"waiting": False}})

    async def next_in(self, lane: Lane, limit: int) -> Sequence[str]:
        """Ids of the jobs that should run next there, without the items of batches."""
        cursor = self._jobs.find(lone(lane.queue, lane.tenant), {"_id": 1})
        cursor = cursor.sort([("priority", DESCENDING), ("_id", ASCENDING)]).limit(limit)
        return [row["_id"] async for row in cursor]

    async def length(self, lane: Lane, most: int) -> int:
        """How many jobs wait there, without the items of batches, counted up to `most`."""
        return await self._jobs.count_documents(lone(lane.queue, lane.tenant), limit=most)

    async def running(self, queue: QueueName) -> Counter[str]:
        """How many jobs of each tenant run."""
        cursor = self._jobs.find({"queue": queue, "status": JobStatus.RUNNING}, {"tenant": 1})
        return Counter([row["tenant"] async for row in cursor])


def lone(queue: QueueName, tenant: str) -> dict[str, Any]:
    """A tenant's waiting jobs, without the items of batches.

    Exactly the fields of an index: with one more the embedded server would look at every job there ever was. A range of
    priorities would do there neither: it looks at everything that waits (250 ms beside a thousand items; this takes 3).
    """
    return {"tenant": tenant, "queue": queue, "status": JobStatus.QUEUED, "priority": {"$in": PRIORITIES}}


def _key(queue: QueueName, tenant: str) -> str:
    return f"{queue}:{tenant}"
