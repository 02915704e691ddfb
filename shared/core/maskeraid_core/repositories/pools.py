"""When a tenant's pool of models has changed: noted by what changes it, asked by those who keep what they read of it.

The note follows the change, so that nobody who has seen the note reads what was before. A process that dies between
both leaves no note: whoever relies on it looks again after a while by itself.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from maskeraid_core.documents.pools import Pool
from maskeraid_core.mongo import Database

CHANGED: dict[str, Any] = {"$inc": {"changes": 1}, "$set": {"is_due": True}, "$currentDate": {"changed_at": True}}
UNCHANGED: dict[str, Any] = {"$inc": {"changes": 0}, "$set": {"is_due": True}, "$currentDate": {"changed_at": True}}


class PoolRepository:
    """One document a tenant; each write is one update by `_id`."""

    def __init__(self, database: Database) -> None:
        self._pools = database["pools"]
        self._adoptions = database["adoptions"]

    async def changes(self, tenant: str) -> int:
        """How often it has changed. From the first question on there is a document, which its notes then find."""
        found = await self._pools.find_one({"_id": tenant})
        if found is None:
            await self._pools.update_one({"_id": tenant}, UNCHANGED, upsert=True)
            found = await self._pools.find_one({"_id": tenant})
        return Pool.of(found).changes if found else 0

    async def noted(self, tenant: str) -> int | None:
        """The same without a document being made: None as long as nothing was noted."""
        found = await self._pools.find_one({"_id": tenant})
        return Pool.of(found).changes if found else None

    async def note_changed(self, tenant: str, model_ids: Iterable[str] = ()) -> None:
        """A tenant's pool has changed, and with it those of all who have adopted these models of its."""
        await self._pools.update_one({"_id": tenant}, CHANGED, upsert=True)
        for model_id in model_ids:
            adopted = self._adoptions.find({"model_id": model_id}, {"tenant": 1})
            if readers := [row["tenant"] async for row in adopted]:
                await self._pools.update_many({"_id": {"$in": readers}}, CHANGED)

    async def due(self, before: datetime) -> list[Pool]:
        """Those that have changed, and not since then."""
        found = self._pools.find({"is_due": True})
        return [pool async for row in found if (pool := Pool.of(row)).changed_at < before]

    async def settle(self, pool: Pool) -> None:
        """It was compared: unless it has changed meanwhile, nothing is due."""
        await self._pools.update_one({"_id": pool.id, "changes": pool.changes}, {"$set": {"is_due": False}})
