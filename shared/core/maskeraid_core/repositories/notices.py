"""Outboxes of documents that are no jobs, of all tenants: what of them must still be told."""

from collections.abc import Sequence

from maskeraid_core.documents.notices import Notice
from maskeraid_core.mongo import Database

TELLING = ("models", "datasets", "webhook_endpoints")
MOST = 500  # in one list; the next round finds the others


class NoticeOutboxes:
    """Reads and empties outboxes; what goes into them is written by the update that causes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> list[tuple[str, str]]:
        """Collection and id of documents that still have something to tell."""
        return [
            (name, row["_id"])
            for name in TELLING
            async for row in self._database[name].find({"has_outbox": True}, {"_id": 1}).limit(MOST)
        ]

    async def read(self, collection: str, document_id: str) -> tuple[str, Sequence[Notice]]:
        """The owner, and what it must still be told; nothing of a document that is gone."""
        found = await self._database[collection].find_one({"_id": document_id}, {"tenant": 1, "outbox": 1})
        if found is None:
            return "", ()
        return found["tenant"], [Notice.model_validate(row) for row in found["outbox"]]

    async def remove(self, collection: str, document_id: str, notices: Sequence[Notice]) -> None:
        """Drop notices that were told."""
        keys = [notice.key for notice in notices]
        documents = self._database[collection]
        await documents.update_one({"_id": document_id}, {"$pull": {"outbox": {"key": {"$in": keys}}}})
        await documents.update_one({"_id": document_id, "outbox": []}, {"$set": {"has_outbox": False}})
