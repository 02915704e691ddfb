"""What happened to all jobs of a tenant, in one order that only ever grows at its end.

Events are recorded late (a running job's after a second, a dead worker's at the next sweep), by many at once, and
their times come from several clocks. So no writer numbers them here: whoever reads the feed first gives a place to each
event that has none yet, behind all that have one. Places have no holes when they are given, and outlive their events:
one that is deleted is passed over, and its place is never given again.
"""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import BulkWriteError

from maskeraid_core.documents.events import FeedLine, JobEvent
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.spans import Span, spans_behind

FEED_TYPES = ("job.status", "job.warning")
DUPLICATE = 11000  # MongoDB's code of a key that is taken


class FeedRepository:
    """The feed of one tenant."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._tenant = tenant
        self._lines = database["feed"]
        self._events = database["job_events"]

    async def newest(self) -> FeedLine | None:
        """The last line; events that nobody has read yet come behind it.

        Found by halving, as there are no holes: of 60,000 lines the embedded server sorts for seconds.
        """
        found, step = None, 1
        while line := await self._at(step):
            found, step = line, 2 * step
        while step > 1:
            step //= 2
            found = await self._at((found.place if found else 0) + step) or found
        return found

    async def after(self, place: int, limit: int) -> Sequence[tuple[FeedLine, JobEvent]]:
        """What a reader who has seen `place` has not seen yet, in order; up to `limit` events that are still there."""
        found: list[tuple[FeedLine, JobEvent]] = []
        while (missing := limit - len(found)) > 0:
            if lines := await self._behind(place, missing):
                place = lines[-1].place
                found += await self._with_events(lines)
            elif not await self._take_in(place, missing):
                break
        return found

    async def _behind(self, place: int, limit: int) -> Sequence[FeedLine]:
        # Without holes, so the end of the range is known: the embedded server would read all that is behind `place`.
        wanted = {"tenant": self._tenant, "place": {"$gt": place, "$lte": place + limit}}
        return [FeedLine.of(row) async for row in self._lines.find(wanted).sort("place", ASCENDING)]

    async def _with_events(self, lines: Sequence[FeedLine]) -> Sequence[tuple[FeedLine, JobEvent]]:
        wanted = {"_id": {"$in": [line.id for line in lines]}}
        events = {row["_id"]: JobEvent.of(row) async for row in self._events.find(wanted)}
        return [(line, events[line.id]) for line in lines if line.id in events]

    async def _take_in(self, place: int, most: int) -> bool:
        """Give places to events that have none, behind `place` if that is the last; False when there is none.

        Place + 1 by insert, as in a job's history: a duplicate means that another reader was at it, so look again.
        """
        last = await self._last(place)
        new = await self._without_place(last.event_at if last else None, most)
        if not new:
            return False
        ids = [event["_id"] for event in new]
        try:
            await self._lines.insert_many([line.to_mongo() for line in self._lines_behind(last, new)], ordered=True)
        except BulkWriteError as error:
            if any(failure["code"] != DUPLICATE for failure in error.details["writeErrors"]):
                raise
            ids = [row["_id"] async for row in self._lines.find({"_id": {"$in": ids}}, {"_id": 1})]
        await self._events.update_many({"_id": {"$in": ids}}, {"$set": {"is_placed": True}})
        return True

    async def _at(self, place: int) -> FeedLine | None:
        found = await self._lines.find({"tenant": self._tenant, "place": place}).to_list()
        return FeedLine.of(found[0]) if found else None

    async def _last(self, place: int) -> FeedLine | None:
        """The last line, which is the one at `place` unless the reader has invented that."""
        if line := await self._at(place):
            return line
        found = await self._lines.find({"tenant": self._tenant}).sort("place", DESCENDING).limit(1).to_list()
        return FeedLine.of(found[0]) if found else None

    async def _without_place(self, since: datetime | None, most: int) -> Sequence[dict[str, Any]]:
        """Oldest first, but what is older than `since` last: it came late, and that is rare."""
        found: list[dict[str, Any]] = []
        for span in spans_behind(since, now()):
            found += await self._without_place_in(span, most)
            if len(found) >= most:
                break
        found = found or list(await self._without_place_in({}, most))
        return sorted(found, key=itemgetter("at", "job", "seq"))[:most]

    async def _without_place_in(self, span: Span, most: int) -> Sequence[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for one in FEED_TYPES:  # each by itself: exactly the fields of an index
            wanted = {"tenant": self._tenant, "type": one, "is_placed": None} | ({"at": span} if span else {})
            found += await self._events.find(wanted).sort("at", ASCENDING).limit(most).to_list()
        return found

    def _lines_behind(self, last: FeedLine | None, events: Sequence[dict[str, Any]]) -> Sequence[FeedLine]:
        place, at = (last.place, max(last.at, now())) if last else (0, now())
        return [
            FeedLine(id=event["_id"], tenant=self._tenant, place=number, at=at, event_at=event["at"])
            for number, event in enumerate(events, place + 1)
        ]
