"""The sweeper on the real servers: what it finds, what it leaves alone, and how it bears a store that is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect
from tests.factories import make_job

from maskeraid_core.jobs import Job, JobStatus, QueueName
from maskeraid_core.mongo import server_time
from maskeraid_core.news import News, wish_subject
from maskeraid_core.portal import Stores
from maskeraid_core.queue import Doorbell
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.due import MOST, DueJobs
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.moves import JobMoves, notice_entry
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import Change, crashed
from maskeraid_core.sweeper import sweep
from maskeraid_local.ports import free_port


async def accept(stores: Stores, **facts: Any) -> Job:  # noqa: ANN401 any field
    return await JobRepository(stores.database, "ten_1").accept(make_job(**facts))


async def found(stores: Stores, job: Job) -> Job:
    found = await JobMoves(stores.database).get(job.id)
    assert found is not None
    return found


@asynccontextmanager
async def half_open() -> AsyncIterator[tuple[str, list[object]]]:
    """A Redis that lets everyone in and answers nobody: its URL, and who came."""
    callers: list[object] = []
    server = await asyncio.start_server(lambda _, writer: callers.append(writer), "127.0.0.1", 0)
    yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0", callers
    server.close()
    for writer in callers:
        writer.close()  # type: ignore[attr-defined]


class TestOneBrokenJob:
    async def make_broken_and_whole(self, stores: Stores) -> Job:
        """A job whose outbox cannot be carried out, in front of one whose can."""
        broken, whole = await accept(stores), await accept(stores)
        entry = {"key": "x", "kind": "effect", "type": "publish_dataset_version", "data": {"unknown": 1}}
        jobs = stores.database["jobs"]
        await jobs.update_one({"_id": broken.id}, {"$set": {"outbox": [entry]}})
        await jobs.update_many({}, {"$set": {"outbox_at": now() - timedelta(minutes=1)}})
        return whole

    async def test_does_not_keep_the_others_from_being_told(self, stores: Stores) -> None:
        whole = await self.make_broken_and_whole(stores)
        await sweep(stores)
        assert not (await found(stores, whole)).has_outbox
        assert (await found(stores, whole)).rang_at is not None

    async def test_a_database_that_is_away_ends_the_round(
        self, stores: Stores, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def away(*_: object) -> None:
            raise AutoReconnect

        await self.make_broken_and_whole(stores)
        monkeypatch.setattr(JobMoves, "clear_outbox", away)
        with pytest.raises(AutoReconnect):
            await sweep(stores)


class TestOutbox:
    async def test_of_a_job_that_reports_all_the_time_is_carried_out(self, stores: Stores) -> None:
        claim = await JobClaims(stores.database).claim((await accept(stores)).id, "worker", 30)
        assert claim is not None
        entry = notice_entry("reimaging.needs_attention", JobStatus.RUNNING, claim.fence)
        assert await JobClaims(stores.database).add_notice(claim, entry)
        await sweep(stores)
        assert (await found(stores, claim.job)).has_outbox, "its mover may be at it"
        long_ago = now() - timedelta(minutes=1)
        await stores.database["jobs"].update_one({"_id": claim.job.id}, {"$set": {"outbox_at": long_ago}})
        assert await JobClaims(stores.database).note(claim, phase="training")
        await sweep(stores)
        assert not (await found(stores, claim.job)).has_outbox


class TestSilentRedis:
    async def test_is_tried_once_a_round(self, stores: Stores) -> None:
        jobs = [await accept(stores) for _ in range(4)]
        await stores.database["jobs"].update_many({}, {"$set": {"outbox_at": now() - timedelta(minutes=1)}})
        async with half_open() as (url, callers):
            settings = stores.settings.model_copy(update={"redis_url": url})
            bell, news = Doorbell(settings), News(url)
            await sweep(replace(stores, settings=settings, doorbell=bell, news=news))
            assert not await bell.ring(jobs[0].queue, jobs[0].id)
            await news.close()
        assert len(callers) <= 3, "one for the news, and the bell connects twice for its one ring"

    async def test_that_refuses_is_not_waited_for(self, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
        pauses: list[float] = []
        monkeypatch.setattr("kombu.utils.functional.sleep", pauses.append)
        bell = Doorbell(stores.settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{free_port()}/0"}))
        assert not await bell.ring(QueueName.CURATOR, "imp_1")
        assert pauses == []


class TestBell:
    async def due(self, stores: Stores) -> list[Job]:
        at = await server_time(stores.database)
        return await DueJobs(stores.database).to_ring(at, at - timedelta(seconds=30))

    async def add(self, stores: Stores, count: int, **facts: Any) -> list[str]:  # noqa: ANN401 any field
        rows = [{**make_job(**facts).to_mongo(), "_id": f"{facts['phase']}_{n:05d}"} for n in range(count)]
        await stores.database["jobs"].insert_many(rows)
        return [row["_id"] for row in rows]

    async def test_one_that_waits_is_found_behind_any_number_that_need_not_ring(self, stores: Stores) -> None:
        await self.add(stores, MOST + 50, phase="rang", rang_at=now())
        await self.add(stores, MOST + 50, phase="later", not_before=now() + timedelta(hours=1))
        (waits,) = await self.add(stores, 1, phase="waits")
        assert [job.id for job in await self.due(stores)] == [waits]

    async def test_the_longest_silence_comes_first_and_lists_are_cut(self, stores: Stores) -> None:
        await self.add(stores, 600, phase="recent", rang_at=now() - timedelta(minutes=1))
        (never,) = await self.add(stores, 1, phase="never")
        (long,) = await self.add(stores, 1, phase="long", rang_at=now() - timedelta(hours=1))
        due = await self.due(stores)
        assert ([job.id for job in due[:2]], len(due)) == ([never, long], MOST)


class TestDeadline:
    async def test_of_a_running_job_wakes_its_worker(self, stores: Stores) -> None:
        job = await accept(stores, deadline=now() + timedelta(hours=1))
        await JobClaims(stores.database).claim(job.id, "worker", 30)
        await stores.database["jobs"].update_one({"_id": job.id}, {"$set": {"deadline": now() - timedelta(hours=1)}})
        async with stores.news.about(wish_subject(job.id)) as wish:
            await self.wait_until_heard(stores, wish)
            wish.clear()
            await sweep(stores)
            await asyncio.wait_for(wish.wait(), 10)
        assert (await found(stores, job)).cancel_reason == "deadline_exceeded"

    async def wait_until_heard(self, stores: Stores, wish: asyncio.Event) -> None:
        """The channel opens beside us: publish until something arrives."""
        (subject,) = stores.news._waiters
        while not wish.is_set():
            await stores.news.publish(subject)
            await asyncio.sleep(0.02)


class TestCrashes:
    async def test_the_wait_after_the_second_is_longer(self, stores: Stores) -> None:
        job, moves = await accept(stores), JobMoves(stores.database)
        waits = []
        for _ in range(2):
            await stores.database["jobs"].update_one({"_id": job.id}, {"$set": {"not_before": now()}})
            claim = await JobClaims(stores.database).claim(job.id, "worker", 30)
            assert claim is not None
            before = await server_time(stores.database)
            moved = await moves.move(claim.job, crashed(claim.job, 3, 10))
            assert moved is not None
            waits.append((moved.not_before - before).total_seconds())
        assert waits == [pytest.approx(10, abs=2), pytest.approx(60, abs=2)]


class TestAccepting:
    async def test_the_clock_is_the_databases(self, stores: Stores) -> None:
        wrong = now() + timedelta(hours=5)
        job = await accept(
            stores, created_at=wrong, updated_at=wrong, not_before=wrong, rang_at=wrong,
            deadline=wrong + timedelta(seconds=60),
        )  # fmt: skip
        at = await server_time(stores.database)
        assert await found(stores, job) == job.model_copy(update={"has_outbox": True})
        assert at - timedelta(seconds=30) < job.created_at <= at
        assert {job.updated_at, job.not_before, job.rang_at} == {job.created_at}
        assert job.deadline == job.created_at + timedelta(seconds=60)


class TestWaiting:
    async def test_counts_the_tenants_own_up_to_the_limit(self, stores: Stores) -> None:
        for tenant in ("ten_1", "ten_2"):
            for _ in range(3):
                await JobRepository(stores.database, tenant).accept(make_job(tenant=tenant))
        jobs, (one, *_) = JobRepository(stores.database, "ten_1"), [await accept(stores)]
        assert [await jobs.waiting(one.queue, most) for most in (2, 100)] == [2, 4]


class TestNotices:
    @pytest.mark.parametrize(("to", "told"), [(JobStatus.CANCELLED, 0), (JobStatus.FAILED, 1)])
    async def test_only_of_what_is_listed(self, stores: Stores, to: JobStatus, told: int) -> None:
        moved = await JobMoves(stores.database).move(await accept(stores), Change({}, {"status": to}))
        assert moved is not None
        assert len([entry for entry in moved.outbox if entry.kind == "notice"]) == told
