"""Which workers are alive, as they said themselves."""

from datetime import timedelta
from typing import Any

from maskeraid_core.mongo import Database, server_time

ALIVE_FOR = timedelta(seconds=30)


class WorkerRepository:
    """One document a worker process, renewed while it lives."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._collection = database["workers"]

    async def beat(self, worker: str, queue: str, facts: dict[str, Any]) -> None:
        await self._collection.update_one(
            {"_id": worker}, {"$set": {"queue": queue, **facts}, "$currentDate": {"seen_at": True}}, upsert=True
        )

    async def leave(self, worker: str) -> None:
        await self._collection.delete_one({"_id": worker})

    async def alive(self) -> list[dict[str, Any]]:
        """Workers heard of in the last 30 s."""
        since = await server_time(self._database) - ALIVE_FOR
        return [row async for row in self._collection.find({}) if row["seen_at"] >= since]
