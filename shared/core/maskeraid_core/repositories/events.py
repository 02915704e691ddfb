"""A job's history, appended without holes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import DESCENDING
from pymongo.errors import BulkWriteError, DuplicateKeyError

from maskeraid_core.documents.events import JobEvent
from maskeraid_core.mongo import Database

ASKED_AT_ONCE = 1000
END = "end"  # the type of the line that every history ends with
FIRST_KEY = "queued:0"  # of the line that every history begins with


@dataclass(frozen=True)
class EventLine:
    """What is to be appended; `key` makes appending idempotent."""

    key: str
    type: str
    data: dict[str, Any]

    @classmethod
    def of_attempt(cls, fence: int, number: int, event_type: str, data: dict[str, Any]) -> "EventLine":
        """What a worker tells; the key begins with the type, so that lines of one type are found by an index."""
        return cls(f"{event_type}:{fence}:{number}", event_type, data)


@dataclass(frozen=True)
class Lines:
    """Lines of one job, one at least, in their order."""

    job_id: str
    tenant: str
    fence: int
    at: datetime
    lines: Sequence[EventLine]

    @property
    def is_whole(self) -> bool:
        """Whether the history begins with them."""
        return self.lines[0].key == FIRST_KEY

    def numbered(self, first: int) -> list[dict[str, Any]]:
        """As documents, with numbers from `first` on."""
        return [
            _event(self.job_id, self.tenant, self.fence, self.at, seq, line)
            for seq, line in enumerate(self.lines, first)
        ]


class EventRepository:
    """Events of jobs; readers must have looked up the job with its tenant first."""

    def __init__(self, database: Database) -> None:
        self._collection = database["job_events"]

    @staticmethod
    def id_of(job_id: str, seq: int) -> str:
        """The id of a job's event, known before it comes."""
        return f"{job_id}:{seq}"

    async def append(self, job_id: str, tenant: str, fence: int, at: datetime, line: EventLine) -> int:
        """Append one line; its number. Last + 1 by insert; a duplicate number means: read the last again.

        Nothing follows a job's end: of a line that comes later, as from a worker that was frozen, the end's number.
        """
        seq, has_ended = await self._last(job_id)
        while not has_ended:
            seq += 1
            try:
                await self._collection.insert_one(_event(job_id, tenant, fence, at, seq, line))
            except DuplicateKeyError:
                known = await self._collection.find_one({"job": job_id, "key": line.key})
                if known:
                    return int(known["seq"])
                seq, has_ended = await self._last(job_id)
            else:
                return seq
        return seq

    async def append_all(self, new: Lines) -> None:
        """Append lines in their order, at once where nobody else writes; a line that is there already stays."""
        last = 0 if new.is_whole else (await self._last(new.job_id))[0]
        try:
            await self._collection.insert_many(new.numbered(last + 1), ordered=True)
        except BulkWriteError:
            for line in new.lines:
                await self.append(new.job_id, new.tenant, new.fence, new.at, line)

    async def append_together(self, histories: Sequence[Lines]) -> None:
        """Append lines of several jobs: those of whole histories by one write."""
        whole = [document for new in histories if new.is_whole for document in new.numbered(1)]
        rest = [new for new in histories if not new.is_whole]
        try:
            if whole:
                await self._collection.insert_many(whole, ordered=True)
        except BulkWriteError:  # somebody told of one of them before: each by itself
            rest = list(histories)
        for new in rest:
            await self.append_all(new)

    async def after(
        self, job_id: str, seq: int, limit: int = 500, *, types: Sequence[str] | None = None
    ) -> Sequence[JobEvent]:
        """What a reader who has seen `seq` has not seen yet, in order; `types` None means all."""
        cursor = self._collection.find({"job": job_id, "seq": {"$gt": seq}}).sort("seq", 1)
        if types is None:
            return [JobEvent.of(row) async for row in cursor.limit(limit)]
        # Chosen here: asked for types as well, the embedded server would look at the events of all jobs.
        return [JobEvent.of(row) async for row in cursor if row["type"] in types][:limit]

    async def told(self, job_id: str, *types: str) -> Sequence[JobEvent]:
        """All that workers told of some types, in order."""
        found: list[JobEvent] = []
        for event_type in types:
            of_type = {"$gt": f"{event_type}:", "$lt": f"{event_type};"}  # `;` comes next after `:`
            found += [JobEvent.of(row) async for row in self._collection.find({"job": job_id, "key": of_type})]
        return sorted(found, key=lambda event: event.seq)

    async def there(self, event_ids: Sequence[str]) -> set[str]:
        """Those of the events that have come."""
        found: set[str] = set()
        for first in range(0, len(event_ids), ASKED_AT_ONCE):
            asked = {"_id": {"$in": event_ids[first : first + ASKED_AT_ONCE]}}
            found |= {row["_id"] async for row in self._collection.find(asked, {"_id": 1})}
        return found

    async def delete_of(self, job_id: str) -> None:
        """Forget a job's history."""
        await self._collection.delete_many({"job": job_id})

    async def pictures(self, job_id: str, name: str) -> list[str]:
        """Where the pictures of a name lie that a training's history tells of."""
        wanted = {"job": job_id, "type": "job.sample", "data.name": name}
        return [row["data"]["key"] async for row in self._collection.find(wanted, {"data": 1})]

    async def forget_pictures(self, job_id: str, name: str) -> None:
        """Take the pictures of a name out of a training's history."""
        await self._collection.delete_many({"job": job_id, "type": "job.sample", "data.name": name})

    async def _last(self, job_id: str) -> tuple[int, bool]:
        """The number of the last line, 0 before the first, and whether it is the job's end."""
        rows = await self._collection.find({"job": job_id}).sort("seq", DESCENDING).limit(1).to_list()
        return (int(rows[0]["seq"]), rows[0]["type"] == END) if rows else (0, False)


def _event(job_id: str, tenant: str, fence: int, at: datetime, seq: int, line: EventLine) -> dict[str, Any]:
    return JobEvent(
        id=EventRepository.id_of(job_id, seq), job=job_id, tenant=tenant, seq=seq, key=line.key,
        type=line.type, at=at, fence=fence, data=line.data,
    ).to_mongo()  # fmt: skip
