"""The audit log of one account: appended to, read, and checked; nothing here changes an entry or takes one away.

Whoever can write to the database can also write a whole new chain: a hash that was noted elsewhere tells of that.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from maskeraid_core.documents.audit import START, AuditEntry, Deed, entry_id, sealed
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.repository import Order, Page, now

CHECKED_AT_ONCE = 500  # entries


@dataclass(frozen=True)
class Head:
    """The newest entry."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Verification:
    """What checking the chain has found: how many entries hold, from the first on, and the first that does not."""

    entries: int
    head: Head
    first_broken: int | None = None
    reason: Literal["missing", "altered"] | None = None


class AuditRepository:
    """The head of the chain is noted apart, so that the loss of the last entries is seen too."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._tenant = tenant
        self._entries = database["audit"]
        self._heads = database["audit_heads"]

    async def append(self, deed: Deed) -> AuditEntry:
        """Write an entry behind the last one. Its number is unique: of two at once one looks again, and follows."""
        head = await self._noted_head()
        while True:
            stored = self._behind(head, deed)
            try:
                await self._entries.insert_one(stored)
            except DuplicateKeyError:
                head = await self._last()
                continue
            await self._note_head(Head(stored["seq"], stored["hash"]))
            return AuditEntry.of(stored)

    async def page(self, limit: int, after: int | None, order: Order, action: str | None = None) -> Page[AuditEntry]:
        """Entries behind the one of a number, all or those of an action."""
        is_falling = order == "desc"
        wanted: dict[str, Any] = {"tenant": self._tenant} | ({"action": action} if action else {})
        if after is not None:
            wanted["seq"] = {"$lt" if is_falling else "$gt": after}
        found = self._entries.find(wanted).sort("seq", DESCENDING if is_falling else ASCENDING)
        rows = await found.limit(limit + 1).to_list()
        return Page([AuditEntry.of(row) for row in rows[:limit]], len(rows) > limit)

    async def count(self, action: str | None = None) -> int:
        wanted = {"tenant": self._tenant} | ({"action": action} if action else {})
        return await self._entries.count_documents(wanted)

    async def verify(self) -> Verification:
        """Walk the whole chain."""
        noted, last = await self._noted_head(), await self._last()
        head = max(noted, last, key=lambda one: one.seq)
        holds, previous = 0, START
        async for stored in self._from_the_first(head.seq):
            if stored["seq"] != holds + 1:
                break
            if stored["_id"] != entry_id(self._tenant, holds + 1) or stored.get("hash") != sealed(stored, previous):
                return Verification(holds, head, holds + 1, "altered")
            holds, previous = holds + 1, stored["hash"]
        if holds < head.seq:
            return Verification(holds, head, holds + 1, "missing")
        # The last one's hash is noted twice: who has sealed an edited one anew has to know of both.
        if holds == noted.seq and previous != noted.hash:
            return Verification(holds - 1, head, holds, "altered")
        return Verification(holds, head)

    async def _from_the_first(self, last: int) -> AsyncIterator[dict[str, Any]]:
        for start in range(0, last, CHECKED_AT_ONCE):  # a closed range: the embedded server reads no further
            wanted = {"tenant": self._tenant, "seq": {"$gt": start, "$lte": min(start + CHECKED_AT_ONCE, last)}}
            for stored in await self._entries.find(wanted).sort("seq", ASCENDING).to_list():
                yield stored

    def _behind(self, head: Head, deed: Deed) -> dict[str, Any]:
        seq = head.seq + 1
        stored = {"_id": entry_id(self._tenant, seq), "tenant": self._tenant, "seq": seq, "at": now()}
        stored |= deed.model_dump(mode="json")
        return {**stored, "hash": sealed(stored, head.hash)}

    async def _noted_head(self) -> Head:
        found = await self._heads.find_one({"_id": self._tenant})
        return Head(found["seq"], found["hash"]) if found else Head(0, START)

    async def _last(self) -> Head:
        rows = await self._entries.find({"tenant": self._tenant}).sort("seq", DESCENDING).limit(1).to_list()
        return Head(rows[0]["seq"], rows[0]["hash"]) if rows else Head(0, START)

    async def _note_head(self, head: Head) -> None:
        """Unless a newer one is noted already."""
        older = {"_id": self._tenant, "seq": {"$lt": head.seq}}
        try:
            await self._heads.update_one(older, {"$set": {"seq": head.seq, "hash": head.hash}}, upsert=True)
        except DuplicateKeyError:
            return
