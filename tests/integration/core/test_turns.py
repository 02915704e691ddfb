"""Whose turn it is, on the real database: no tenant waits behind all jobs of another."""

from typing import Any

import pytest
from tests.factories import make_job

from maskeraid_core.jobs import Job, JobKind, QueueName
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.lanes import LaneRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.status_machine import succeeded
from maskeraid_core.sweeper import sweep
from maskeraid_core.turns import LaneMarks, Turns

QUEUE = QueueName.INFERENCE


class Desk:
    """A worker's look for the next job, without the work."""

    def __init__(self, stores: Stores) -> None:
        self._claims = JobClaims(stores.database)
        self._turns = Turns(stores.database, QUEUE)

    async def take(self, first_id: str | None = None) -> Job | None:
        async for job_id in self._turns.candidates(first_id):
            if claim := await self._claims.claim(job_id, "worker", 60, QUEUE):
                await self._turns.note_claimed(claim.job)
                return claim.job
        return None


@pytest.fixture
def desk(stores: Stores) -> Desk:
    return Desk(stores)


async def accept(stores: Stores, tenant: str, count: int, **facts: Any) -> list[Job]:  # noqa: ANN401 any field
    jobs, marks = JobRepository(stores.database, tenant), LaneMarks()
    accepted = [await jobs.accept(make_job(tenant=tenant, **facts)) for _ in range(count)]
    await marks.mark(stores.database, accepted[0])
    return accepted


async def tenants_taken(desk: Desk, count: int, first_id: str | None = None) -> list[str]:
    taken = [await desk.take(first_id) for _ in range(count)]
    return [job.tenant for job in taken if job]


class TestTurns:
    @pytest.mark.row("R22", "served within the first 3 claims")
    async def test_one_job_does_not_wait_behind_a_hundred(self, stores: Stores, desk: Desk) -> None:
        """Three tenants with 100, 10, and 1 jobs, whatever the bell says."""
        many, some, one = [await accept(stores, f"ten_{n}", n) for n in (100, 10, 1)]
        assert sorted(await tenants_taken(desk, 3, many[0].id)) == ["ten_1", "ten_10", "ten_100"]
        assert len(some) + len(one) == 11

    async def test_two_share_evenly(self, stores: Stores, desk: Desk) -> None:
        await accept(stores, "ten_a", 10)
        await accept(stores, "ten_b", 10)
        taken = await tenants_taken(desk, 8)
        assert taken.count("ten_a") == taken.count("ten_b") == 4

    async def test_who_was_served_longest_ago_comes_first_when_nothing_runs(self, stores: Stores, desk: Desk) -> None:
        for tenant in ("ten_a", "ten_b"):
            await accept(stores, tenant, 4)
        served = []
        for _ in range(6):
            job = await desk.take()
            assert job is not None
            served.append(job.tenant)
            await JobMoves(stores.database).move(job, succeeded(job, None))
        assert served in (["ten_a", "ten_b"] * 3, ["ten_b", "ten_a"] * 3)

    async def test_within_a_lane_priority_comes_before_age(self, stores: Stores, desk: Desk) -> None:
        await accept(stores, "ten_b", 2)
        (low,) = await accept(stores, "ten_a", 1, priority=-1)
        (high,) = await accept(stores, "ten_a", 1, priority=1)
        taken = [job.id for _ in range(4) if (job := await desk.take())]
        assert taken.index(high.id) < taken.index(low.id)


class TestOneTenant:
    async def test_is_served_by_its_bell(self, stores: Stores, desk: Desk) -> None:
        older, rang = await accept(stores, "ten_a", 2)
        taken = [job.id for job in (await desk.take(rang.id), await desk.take()) if job]
        assert taken == [rang.id, older.id]

    async def test_costs_no_look_at_others_when_the_bell_rings(
        self, stores: Stores, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = await accept(stores, "ten_a", 2)
        assert await desk.take(first.id) is not None

        async def look(*_: object) -> None:
            raise AssertionError("a call of the database that is one too many")

        for name in ("waiting", "running", "next_in", "note_served"):
            monkeypatch.setattr(LaneRepository, name, look)
        assert await desk.take(second.id) is not None


class TestForgottenLanes:
    async def test_a_job_without_a_mark_is_found(self, stores: Stores, desk: Desk) -> None:
        job = await JobRepository(stores.database, "ten_a").accept(make_job(tenant="ten_a"))
        taken = await desk.take()
        assert taken is not None
        assert taken.id == job.id

    async def test_its_bell_is_heard_although_others_wait(self, stores: Stores, desk: Desk) -> None:
        for tenant in ("ten_a", "ten_b"):
            for job in await accept(stores, tenant, 1):
                claim = await JobClaims(stores.database).claim(job.id, "other", 60)
                assert claim is not None
        job = await JobRepository(stores.database, "ten_c").accept(make_job(tenant="ten_c"))
        taken = await desk.take(job.id)
        assert taken is not None
        assert taken.id == job.id

    async def test_the_sweeper_marks_the_lanes_of_jobs_that_wait(self, stores: Stores) -> None:
        await JobRepository(stores.database, "ten_a").accept(make_job(tenant="ten_a"))
        await JobRepository(stores.database, "ten_b").accept(make_job(JobKind.TRAINING, tenant="ten_b"))
        await sweep(stores)
        lanes = LaneRepository(stores.database)
        found = [lane.id for queue in QueueName for lane in await lanes.waiting(queue)]
        assert sorted(found) == ["inference:ten_a", "trainer:ten_b"]

    async def test_a_lane_that_was_marked_meanwhile_goes_on_waiting(self, stores: Stores) -> None:
        lanes = LaneRepository(stores.database)
        await lanes.mark_waiting(QUEUE, "ten_a")
        (seen,) = await lanes.waiting(QUEUE)
        await lanes.mark_waiting(QUEUE, "ten_a")
        await lanes.stop_waiting(seen)
        (now,) = await lanes.waiting(QUEUE)
        await lanes.stop_waiting(now)
        assert await lanes.waiting(QUEUE) == []
