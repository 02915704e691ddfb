"""The feed of a tenant: whoever continues from a place misses nothing and gets nothing twice."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from maskeraid_core.documents.events import FeedLine, JobEvent
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.events import EventLine, EventRepository
from maskeraid_core.repositories.feed import FeedRepository
from maskeraid_core.repositories.repository import now

Found = Sequence[tuple[FeedLine, JobEvent]]


async def record(
    stores: Stores, job_id: str, key: str, at: datetime | None = None, kind: str = "job.status", tenant: str = "ten_1"
) -> None:
    line = EventLine(key, kind, {"status": key})
    await EventRepository(stores.database).append(job_id, tenant, 1, at or now(), line)


def keys(found: Found) -> list[str]:
    return [event.key for _, event in found]


def places(found: Found) -> list[int]:
    return [line.place for line, _ in found]


@pytest.fixture
def feed(stores: Stores) -> FeedRepository:
    return FeedRepository(stores.database, "ten_1")


class TestFeed:
    async def test_what_is_recorded_late_comes_behind_what_was_read(self, stores: Stores, feed: FeedRepository) -> None:
        await record(stores, "rim_1", "early")
        seen = await feed.after(0, 10)
        await record(stores, "rim_2", "late", now() - timedelta(minutes=1))
        new = await feed.after(seen[-1][0].place, 10)
        assert (keys(new), places(new)) == (["late"], [2])
        assert new[0][0].at >= seen[0][0].at
        assert await feed.after(2, 10) == []

    async def test_what_nobody_has_read_yet_comes_in_the_order_of_time(
        self, stores: Stores, feed: FeedRepository
    ) -> None:
        at = now()
        for seconds, kind in ((3, "job.status"), (1, "job.warning"), (2, "job.status")):
            await record(stores, f"rim_{seconds}", str(seconds), at + timedelta(seconds=seconds), kind)
        assert keys(await feed.after(0, 2)) == ["1", "2"]
        assert keys(await feed.after(2, 2)) == ["3"]

    async def test_the_newest_is_the_last_that_has_a_place(self, stores: Stores, feed: FeedRepository) -> None:
        assert await feed.newest() is None
        for place in range(1, 10):
            await record(stores, "rim_1", str(place))
            await feed.after(place - 1, 10)
            await record(stores, "rim_2", str(place), tenant="ten_2")
            newest = await feed.newest()
            assert newest is not None
            assert (newest.tenant, newest.place) == ("ten_1", place)

    async def test_has_only_its_kinds_and_its_tenant(self, stores: Stores, feed: FeedRepository) -> None:
        await record(stores, "rim_1", "mine")
        await record(stores, "rim_1", "progress", kind="job.progress")
        await record(stores, "rim_2", "theirs", tenant="ten_2")
        assert keys(await feed.after(0, 10)) == ["mine"]
        assert keys(await FeedRepository(stores.database, "ten_2").after(0, 10)) == ["theirs"]

    async def test_a_place_is_never_given_again(self, stores: Stores, feed: FeedRepository) -> None:
        for number in (1, 2):
            await record(stores, f"rim_{number}", f"{number}")
        assert places(await feed.after(0, 10)) == [1, 2]
        await EventRepository(stores.database).delete_of("rim_2")
        await record(stores, "rim_3", "3")
        assert (keys(await feed.after(0, 1)), keys(await feed.after(1, 1))) == (["1"], ["3"])
        assert places(await feed.after(2, 1)) == [3]

    async def test_a_reader_who_died_between_place_and_mark_leaves_no_trace(
        self, stores: Stores, feed: FeedRepository
    ) -> None:
        for number in (1, 2):
            await record(stores, f"rim_{number}", f"{number}")
        await feed.after(0, 1)
        await stores.database["job_events"].update_many({}, {"$unset": {"is_placed": ""}})
        assert (keys(await feed.after(0, 10)), places(await feed.after(0, 10))) == (["1", "2"], [1, 2])

    async def test_writers_and_readers_at_the_same_time(self, stores: Stores) -> None:
        """Each reader goes on from its own place, as one that connects again for each page."""
        wanted = {f"{writer}-{number}" for writer in range(3) for number in range(20)}

        async def write(writer: int) -> None:
            for number in range(20):
                at = now() - timedelta(seconds=7 * writer)
                await record(stores, f"rim_{writer}_{number % 4}", f"{writer}-{number}", at)

        async def read() -> Found:
            feed, found = FeedRepository(stores.database, "ten_1"), list[tuple[FeedLine, JobEvent]]()
            async with asyncio.timeout(60):
                while len(found) < len(wanted):
                    found += await feed.after(found[-1][0].place if found else 0, 7)
                    await asyncio.sleep(0)
            return found

        *_, first, second, third = await asyncio.gather(*map(write, range(3)), read(), read(), read())
        assert set(keys(first)) == wanted
        assert places(first) == list(range(1, len(wanted) + 1))
        assert keys(first) == keys(second) == keys(third)

    async def test_a_store_that_cannot_write_is_told(
        self, stores: Stores, feed: FeedRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def full(*_: object, **__: object) -> None:
            raise BulkWriteError({"writeErrors": [{"code": 14031, "errmsg": "no space"}]})

        await record(stores, "rim_1", "1")
        monkeypatch.setattr(AsyncCollection, "insert_many", full)
        with pytest.raises(BulkWriteError):
            await feed.after(0, 10)
