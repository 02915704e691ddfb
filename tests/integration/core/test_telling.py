"""Jobs that ended at about the same time are told of together: whole histories, and each notice once."""

from collections.abc import Sequence

import pytest
from obstore.exceptions import GenericError
from pymongo.errors import AutoReconnect
from tests.factories import make_job

from maskeraid_core.documents.deliveries import WebhookEndpoint
from maskeraid_core.jobs import Job
from maskeraid_core.outbox import drain, drain_ended
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.deliveries import DeliveryRepository, WebhookEndpointRepository
from maskeraid_core.repositories.due import DueJobs
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.status_machine import succeeded
from maskeraid_core.telling import Telling

HISTORY = [
    (1, "job.status", "queued"), (2, "job.status", "running"), (3, "job.status", "succeeded"), (4, "end", "succeeded"),
]  # fmt: skip


async def ended_jobs(stores: Stores, count: int, *, is_begun: bool = False) -> Sequence[Job]:
    """Jobs with all they have to tell in their outboxes; with `is_begun`, but for what the gateway told."""
    ended = []
    for _ in range(count):
        job = await JobRepository(stores.database, "ten_1").accept(make_job())
        if is_begun:
            await drain(stores, job)
        claim = await JobClaims(stores.database).claim(job.id, "worker", 3)
        assert claim is not None
        moved = await JobMoves(stores.database).move(claim.job, succeeded(claim.job, {"a": 1}))
        assert moved is not None
        ended.append(moved)
    return ended


async def history(stores: Stores, job: Job) -> list[tuple[int, str, str]]:
    events = await EventRepository(stores.database).after(job.id, 0)
    return [(event.seq, event.type, event.data["status"]) for event in events]


class TestTelling:
    async def test_each_history_is_whole_and_each_notice_is_told_once(self, stores: Stores) -> None:
        endpoint = WebhookEndpoint(
            id="whe_1", tenant="ten_1", url="https://x", secret="s", created_at=now(), updated_at=now()
        )
        await WebhookEndpointRepository(stores.database, "ten_1").add(endpoint)
        jobs = [*await ended_jobs(stores, 2), *await ended_jobs(stores, 1, is_begun=True)]
        telling = Telling(stores)
        for job in jobs:
            await telling.add(job)
        await telling.finish()
        assert [await history(stores, job) for job in jobs] == [HISTORY] * 3
        told = await DeliveryRepository(stores.database, "ten_1").page(PageRequest())
        assert sorted(delivery.subject for delivery in told.items) == sorted(job.id for job in jobs)
        assert not await DueJobs(stores.database).with_outbox()

    @pytest.mark.parametrize("error", [GenericError("the store is away"), KeyError("a programmer's mistake")])
    async def test_one_job_that_cannot_be_told_of_keeps_back_no_other(
        self, stores: Stores, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        broken, *whole = await ended_jobs(stores, 3)
        later = await ended_jobs(stores, 1)

        async def forget(_: Stores, job: Job) -> None:
            if job.id == broken.id:
                raise error

        monkeypatch.setattr("maskeraid_core.outbox.forget_inputs", forget)
        telling = Telling(stores)
        for job in (broken, *whole):
            await telling.add(job)
        await telling.finish()
        await telling.add(later[0])
        await telling.finish()
        assert [job.id for job in await DueJobs(stores.database).with_outbox()] == [broken.id]
        assert [await history(stores, job) for job in (*whole, *later)] == [HISTORY] * 3

    async def test_a_database_that_is_away_is_not_asked_for_each(
        self, stores: Stores, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        jobs, asked = await ended_jobs(stores, 3), list[int]()

        async def away(_: Stores, jobs: Sequence[Job]) -> None:
            asked.append(len(jobs))
            raise AutoReconnect

        monkeypatch.setattr("maskeraid_core.telling.drain_ended", away)
        telling = Telling(stores)
        for job in jobs:
            await telling.add(job)
        await telling.finish()
        assert sum(asked) == 3, "once for each"

    async def test_what_another_told_already_stays_as_it_is(self, stores: Stores) -> None:
        jobs = await ended_jobs(stores, 3)
        await drain(stores, jobs[1])
        await drain_ended(stores, jobs)
        assert [await history(stores, job) for job in jobs] == [HISTORY] * 3

    async def test_of_a_job_that_was_deleted_meanwhile_nothing_is_left(self, stores: Stores) -> None:
        kept, deleted = await ended_jobs(stores, 2)
        await stores.database["jobs"].delete_one({"_id": deleted.id})
        await drain_ended(stores, [kept, deleted])
        assert await history(stores, kept) == HISTORY
        assert await history(stores, deleted) == []
