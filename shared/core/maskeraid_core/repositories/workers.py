"""Which workers are alive, as they said themselves, and which of them shall leave."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from pydantic import ConfigDict

from maskeraid_core.documents.document import Document
from maskeraid_core.jobs import JobStatus, QueueName
from maskeraid_core.mongo import Database, server_time

ALIVE_FOR = timedelta(seconds=30)


class LiveWorker(Document):
    """A worker process."""

    model_config = ConfigDict(extra="ignore")  # of a newer release, which says more of itself

    queue: QueueName
    seen_at: datetime
    host: str | None = None
    pid: int | None = None
    device: str | None = None
    memory_bytes: int | None = None  # of the device
    used_bytes: int | None = None  # by the process, at its last beat
    network_isolated: bool | None = None  # whether strangers' bytes are parsed without a network; None: it parses none
    is_draining: bool = False


class WorkerRepository:
    """One document a worker process, renewed while it lives."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._collection = database["workers"]

    async def beat(self, worker: str, queue: str, facts: dict[str, Any]) -> bool:
        """Say that a worker lives; whether it shall take no more jobs."""
        await self._collection.update_one(
            {"_id": worker}, {"$set": {"queue": queue, **facts}, "$currentDate": {"seen_at": True}}, upsert=True
        )
        found = await self._collection.find_one({"_id": worker})
        return bool(found and found.get("is_draining"))

    async def drain(self, worker: str) -> None:
        """Wish that a worker takes no more jobs, and leaves."""
        await self._collection.update_one({"_id": worker}, {"$set": {"is_draining": True}})

    async def leave(self, worker: str) -> None:
        await self._collection.delete_one({"_id": worker})

    async def alive(self) -> list[LiveWorker]:
        """Workers heard of in the last 30 s."""
        since = await server_time(self._database) - ALIVE_FOR
        return [LiveWorker.of(row) async for row in self._collection.find({}) if row["seen_at"] >= since]

    async def jobs_of_workers(self) -> dict[str, list[tuple[str, str]]]:
        """The running jobs of each worker: tenant and id."""
        jobs = defaultdict(list)
        for queue in QueueName:
            wanted = {"queue": queue, "status": JobStatus.RUNNING}
            async for row in self._database["jobs"].find(wanted, {"tenant": 1, "worker": 1}):
                jobs[row["worker"]].append((row["tenant"], row["_id"]))
        return jobs
