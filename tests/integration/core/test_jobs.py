"""The life of a job on the real servers: accepted, claimed once, kept by heartbeats, ended once, told once."""

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from obstore.exceptions import GenericError
from pymongo.errors import AutoReconnect
from tests.factories import make_job

from maskeraid_core.documents.accounts import Tenant
from maskeraid_core.documents.deliveries import WebhookEndpoint
from maskeraid_core.errors import IdempotencyKeyReused, InputGone
from maskeraid_core.held import Crash, HandBack, Held
from maskeraid_core.jobs import POISONED, CheckpointEntry, Job, JobKind, JobStatus, QueueName
from maskeraid_core.news import wish_subject
from maskeraid_core.outbox import drain
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.claims import Claim, JobClaims
from maskeraid_core.repositories.deliveries import DeliveryQueue, DeliveryRepository, WebhookEndpointRepository
from maskeraid_core.repositories.due import DueJobs
from maskeraid_core.repositories.events import EventLine, EventRepository, Lines
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.repositories.workers import WorkerRepository
from maskeraid_core.status_machine import Change, JobAction, crashed, failed, let_go, succeeded
from maskeraid_core.sweeper import sweep
from maskeraid_core.worker import Worker


async def accept(stores: Stores, kind: JobKind = JobKind.REIMAGING, **facts: Any) -> Job:  # noqa: ANN401 any field
    return await JobRepository(stores.database, "ten_1").accept(make_job(kind, **facts))


def make_checkpoint(step: int) -> CheckpointEntry:
    return CheckpointEntry(key=f"t/c-{step}", sha256="0" * 64, step=step, fence=1, created_at=now())


async def claim(stores: Stores, job: Job, lease_seconds: float = 3) -> Claim:
    found = await JobClaims(stores.database).claim(job.id, "worker", lease_seconds)
    assert found is not None
    return found


async def status(stores: Stores, job: Job) -> JobStatus:
    found = await JobMoves(stores.database).get(job.id)
    assert found is not None
    return found.status


class TestIdempotency:
    async def test_a_key_is_its_jobs_for_a_day(self, stores: Stores) -> None:
        first = await accept(stores, idempotency_key="request:once", request_digest="a")
        again = await accept(stores, idempotency_key="request:once", request_digest="a")
        assert again.id == first.id
        with pytest.raises(IdempotencyKeyReused):
            await accept(stores, idempotency_key="request:once", request_digest="b")

    async def test_after_a_day_it_is_free_again(self, stores: Stores) -> None:
        first = await accept(stores, idempotency_key="request:once", request_digest="a")
        yesterday = now() - timedelta(hours=25)
        await stores.database["jobs"].update_one({"_id": first.id}, {"$set": {"created_at": yesterday}})
        second = await accept(stores, idempotency_key="request:once", request_digest="b")
        assert second.id != first.id


class TestClaim:
    async def test_one_of_many_gets_the_job(self, stores: Stores) -> None:
        job = await accept(stores)
        jobs = JobClaims(stores.database)
        claims = await asyncio.gather(*(jobs.claim(job.id, f"w{n}", 3) for n in range(8)))
        assert [found.fence for found in claims if found] == [1]

    async def test_not_before_is_obeyed(self, stores: Stores) -> None:
        job = await accept(stores, not_before=now() + timedelta(hours=1))
        assert await JobClaims(stores.database).claim(job.id, "worker", 3) is None

    async def test_a_users_text_is_never_an_expression(self, stores: Stores) -> None:
        job = await accept(stores, metadata={"note": "$fence"})
        claimed = await JobClaims(stores.database).claim(job.id, "$tenant", 3)
        assert claimed is not None
        assert (claimed.job.worker, claimed.job.metadata) == ("$tenant", {"note": "$fence"})


class TestFence:
    async def test_a_zombie_changes_nothing(self, stores: Stores) -> None:
        job = await accept(stores)
        zombie = await claim(stores, job, lease_seconds=0.001)
        await asyncio.sleep(0.01)
        await sweep(stores)
        await asyncio.sleep(0.25)
        owner = await claim(stores, job)
        claims, moves = JobClaims(stores.database), JobMoves(stores.database)
        assert await claims.renew(zombie, 3) is None
        assert not await claims.note(zombie, phase="late")
        assert await moves.move(zombie.job, succeeded(zombie.job, None)) is None
        assert await moves.move(owner.job, succeeded(owner.job, None)) is not None

    async def test_who_stands_still_amid_its_claim_does_not_get_the_fence_of_the_next(
        self, stores: Stores, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job, read = await accept(stores), JobMoves.get

        async def read_late(moves: JobMoves, job_id: str) -> Job | None:
            found = await read(moves, job_id)
            if found is None or found.status is not JobStatus.RUNNING:
                return found
            monkeypatch.setattr(JobMoves, "get", read)
            await sweep(stores)
            await asyncio.sleep(0.25)
            assert (await claim(stores, job)).fence == 2
            return await read(moves, job_id)

        monkeypatch.setattr(JobMoves, "get", read_late)
        assert await JobClaims(stores.database).claim(job.id, "frozen", 0.001) is None

    async def test_a_heartbeat_defeats_the_take_over(self, stores: Stores) -> None:
        job = await accept(stores)
        owner = await claim(stores, job, lease_seconds=0.001)
        await asyncio.sleep(0.01)
        stale = owner.job
        assert await JobClaims(stores.database).renew(owner, 30) is not None
        await sweep(stores)
        assert await status(stores, stale) is JobStatus.RUNNING

    async def test_terminal_never_changes(self, stores: Stores) -> None:
        job = await accept(stores)
        owner = await claim(stores, job)
        moves = JobMoves(stores.database)
        ended = await moves.move(owner.job, succeeded(owner.job, None))
        assert ended is not None
        for change in (let_go(owner.job), failed(owner.job, POISONED), crashed(owner.job, 3, 0)):
            assert await moves.move(ended, change) is None


class TestSweeper:
    async def test_a_dead_workers_job_comes_back_and_is_poisoned_in_the_end(self, stores: Stores) -> None:
        job = await accept(stores)
        for crash in range(stores.settings.crash_limit):
            await claim(stores, job, lease_seconds=0.001)
            await asyncio.sleep(0.01)
            await sweep(stores)
            wanted = JobStatus.FAILED if crash + 1 == stores.settings.crash_limit else JobStatus.QUEUED
            assert await status(stores, job) is wanted
            await stores.database["jobs"].update_one({"_id": job.id}, {"$set": {"not_before": now()}})
        ended = await JobMoves(stores.database).get(job.id)
        assert ended is not None
        assert ended.error is not None
        assert ended.error.code == "poisoned"

    async def test_a_queued_job_past_its_deadline_is_cancelled(self, stores: Stores) -> None:
        job = await accept(stores, deadline=now() - timedelta(seconds=1))
        await sweep(stores)
        ended = await JobMoves(stores.database).get(job.id)
        assert ended is not None
        assert ended.error is not None
        assert (ended.status, ended.error.code) == (JobStatus.CANCELLED, "deadline_exceeded")

    async def test_a_silent_bell_is_rung_again(self, stores: Stores) -> None:
        job = await accept(stores)
        await sweep(stores)
        rung = await JobMoves(stores.database).get(job.id)
        assert rung is not None
        assert rung.rang_at is not None


class TestEvents:
    async def test_numbers_have_no_holes_and_keys_no_twins(self, stores: Stores) -> None:
        events = EventRepository(stores.database)
        lines = [EventLine(f"k{n % 20}", "job.log", {"n": n}) for n in range(60)]
        await asyncio.gather(*(events.append("trn_x", "ten_1", 1, now(), line) for line in lines))
        found = await events.after("trn_x", 0)
        assert [event.seq for event in found] == list(range(1, 21))
        assert [event.seq for event in await events.after("trn_x", 17)] == [18, 19, 20]

    async def test_what_was_told_of_some_types_comes_whole_and_in_order(self, stores: Stores) -> None:
        told = [(f"job.{what}", step) for step in range(1, 201) for what in ("metric", "sample", "checkpoint")]
        lines = [EventLine.of_attempt(1, n, kind, {"step": step}) for n, (kind, step) in enumerate(told, 1)]
        events = EventRepository(stores.database)
        await events.append_all(Lines("trn_x", "ten_1", 1, now(), lines))
        await events.append("trn_y", "ten_1", 1, now(), EventLine.of_attempt(1, 1, "job.sample", {"step": 1}))
        found = [
            (event.type, event.data["step"]) for event in await events.told("trn_x", "job.checkpoint", "job.sample")
        ]
        assert found == [(kind, step) for kind, step in told if kind != "job.metric"]

    async def test_nothing_follows_the_end(self, stores: Stores) -> None:
        job = await accept(stores)
        owner = await claim(stores, job)
        ended = await JobMoves(stores.database).move(owner.job, succeeded(owner.job, None))
        assert ended is not None
        late = EventLine("late", "job.metric", {})
        events = EventRepository(stores.database)
        await asyncio.gather(drain(stores, ended), events.append(job.id, "ten_1", 1, now(), late))
        await events.append(job.id, "ten_1", 1, now(), EventLine("later", "job.metric", {}))
        assert [event.type for event in await events.after(job.id, 0)][-1] == "end"
        assert "later" not in [event.key for event in await events.after(job.id, 0)]


class TestOutbox:
    async def test_a_move_is_told_once_to_each_sink_however_often_it_is_drained(self, stores: Stores) -> None:
        at = now()
        await AccountRepository(stores.database).add_tenant(
            Tenant(id="ten_1", name="t", email="a@example.org", is_email_verified=True, created_at=at)
        )
        endpoint = WebhookEndpoint(
            id="whe_1", tenant="ten_1", url="https://x", secret="s", created_at=at, updated_at=at
        )
        await WebhookEndpointRepository(stores.database, "ten_1").add(endpoint)
        job = await accept(stores, notify={"email": True, "webhooks": True})
        owner = await claim(stores, job)
        moves = JobMoves(stores.database)
        ended = await moves.move(owner.job, succeeded(owner.job, None))
        assert ended is not None
        for _ in range(3):
            await drain(stores, ended)
        await sweep(stores)
        told = await DeliveryRepository(stores.database, "ten_1").page(PageRequest())
        assert sorted(delivery.sink.kind for delivery in told.items) == ["email", "webhook"]
        assert {delivery.event for delivery in told.items} == {"reimaging.succeeded"}
        events = await EventRepository(stores.database).after(job.id, 0)
        assert [event.data["status"] for event in events] == ["queued", "running", "succeeded", "succeeded"]
        assert events[-1].type == "end"
        assert not await DueJobs(stores.database).with_outbox()

    async def test_a_delivery_is_claimed_by_one(self, stores: Stores) -> None:
        await self.test_a_move_is_told_once_to_each_sink_however_often_it_is_drained(stores)
        queue = DeliveryQueue(stores.database)
        due = await queue.due()
        claims = await asyncio.gather(*(queue.claim(due[0], 3) for _ in range(5)))
        assert len([found for found in claims if found]) == 1
        assert due[0] not in await queue.due()


class TestHolding:
    @pytest.fixture
    def worker(self, port: PortalStores) -> Iterator[Worker]:
        worker = Worker(port, QueueName.INFERENCE)
        yield worker
        worker.close()

    def accepted(self, port: PortalStores) -> Job:
        return port.call(accept, port.stores)

    def found(self, port: PortalStores, job: Job) -> Job:
        found = port.call(JobMoves(port.stores.database).get, job.id)
        assert found is not None
        return found

    def hold(self, worker: Worker, job: Job, work: object = None) -> None:
        claimed = worker.claim(job.id)
        assert claimed is not None
        with worker.holding(claimed) as held:
            if isinstance(work, BaseException):
                raise work
            held.result = {"answer": 42}

    def test_success_keeps_the_result(self, worker: Worker, port: PortalStores) -> None:
        job = self.accepted(port)
        self.hold(worker, job)
        ended = self.found(port, job)
        assert (ended.status, ended.result, ended.phase) == (JobStatus.SUCCEEDED, {"answer": 42}, "done")

    def test_a_domain_error_is_a_failure_with_its_code(self, worker: Worker, port: PortalStores) -> None:
        job = self.accepted(port)
        self.hold(worker, job, InputGone(key="x"))
        ended = self.found(port, job)
        assert ended.error is not None
        assert (ended.status, ended.error.code, ended.error.facts) == (JobStatus.FAILED, "input_gone", {"key": "x"})

    def test_any_other_exception_is_a_crash(self, worker: Worker, port: PortalStores) -> None:
        job = self.accepted(port)
        self.hold(worker, job, ZeroDivisionError())
        ended = self.found(port, job)
        assert (ended.status, ended.crashes) == (JobStatus.QUEUED, 1)

    def test_the_last_crash_tells_its_last_lines(self, worker: Worker, port: PortalStores) -> None:
        job = port.call(accept, port.stores, crashes=port.stores.settings.crash_limit - 1)
        self.hold(worker, job, ZeroDivisionError("of mk_live_abcdsecret"))
        ended = self.found(port, job)
        assert ended.error is not None
        assert (ended.status, ended.error.code) == (JobStatus.FAILED, "poisoned")
        assert ended.error.facts["log"][-1] == "ZeroDivisionError: of mk_live_abcd…"

    def test_a_worker_that_dies_last_leaves_the_words_of_the_crash_before(
        self, worker: Worker, port: PortalStores
    ) -> None:
        job = port.call(accept, port.stores, crashes=port.stores.settings.crash_limit - 2)
        self.hold(worker, job, Crash("exit 1", log=["no more", "room"]))
        port.call(port.stores.database["jobs"].update_one, {"_id": job.id}, {"$set": {"not_before": now()}})
        port.call(claim, port.stores, job, 0.001)
        port.call(asyncio.sleep, 0.01)
        port.call(sweep, port.stores)
        ended = self.found(port, job)
        assert ended.error is not None
        assert (ended.error.code, ended.error.facts["log"]) == ("poisoned", ["no more", "room"])
        assert "the log is of the crash before" in ended.error.message

    def test_a_crash_after_a_checkpoint_is_the_first(self, worker: Worker, port: PortalStores) -> None:
        job = port.call(accept, port.stores, crashes=2)
        claimed = worker.claim(job.id)
        assert claimed is not None
        with worker.holding(claimed) as held:
            held.checkpoint(make_checkpoint(5))
            raise ZeroDivisionError
        ended = self.found(port, job)
        assert (ended.status, ended.crashes) == (JobStatus.QUEUED, 1)

    def test_a_checkpoint_said_twice_leaves_the_fallback(self, worker: Worker, port: PortalStores) -> None:
        job = self.accepted(port)
        claimed = worker.claim(job.id)
        assert claimed is not None
        with worker.holding(claimed) as held:
            fallen_out = [held.checkpoint(make_checkpoint(step)) for step in (1, 2, 2, 3)]
        assert [entry.step for entry in self.found(port, job).checkpoints] == [3, 2]
        assert [[entry.step for entry in entries] for entries in fallen_out] == [[], [], [], [1]]

    def test_handing_back_is_no_crash(self, worker: Worker, port: PortalStores) -> None:
        job = self.accepted(port)
        self.hold(worker, job, HandBack())
        ended = self.found(port, job)
        assert (ended.status, ended.crashes) == (JobStatus.QUEUED, 0)

    def test_a_cancel_before_the_end_is_never_followed_by_success(self, worker: Worker, port: PortalStores) -> None:
        job = self.accepted(port)
        claimed = worker.claim(job.id)
        assert claimed is not None
        with worker.holding(claimed) as held:
            assert port.call(JobMoves(port.stores.database).ask, claimed.job, JobAction.CANCEL)
            assert held.changed.wait(5)
            assert held.wishes.cancel
            held.result = {"answer": 42}
        ended = self.found(port, job)
        assert (ended.status, ended.result) == (JobStatus.CANCELLED, None)

    @pytest.mark.parametrize("error", [ZeroDivisionError(), HandBack()], ids=["crash", "handed back"])
    def test_a_job_that_falls_after_its_cancel_is_cancelled_and_not_queued(
        self, worker: Worker, port: PortalStores, error: Exception
    ) -> None:
        job = self.accepted(port)
        claimed = worker.claim(job.id)
        assert claimed is not None
        with worker.holding(claimed):
            assert port.call(JobMoves(port.stores.database).ask, claimed.job, JobAction.CANCEL)
            raise error
        assert self.found(port, job).status is JobStatus.CANCELLED

    def test_a_drained_worker_ends_its_job_takes_no_other_and_leaves(self, port: PortalStores) -> None:
        left: list[bool] = []
        worker = Worker(port, QueueName.INFERENCE, leave=lambda: left.append(True))
        claimed, waiting = worker.claim(self.accepted(port).id), self.accepted(port)
        assert claimed is not None
        with worker.holding(claimed):
            port.call(WorkerRepository(port.stores.database).drain, worker.name)
            until = time.monotonic() + 10
            while not worker.is_draining:
                port.call(port.stores.news.publish, wish_subject(worker.name))
                assert time.monotonic() < until
            assert not left
        assert left == [True]
        assert worker.claim(waiting.id) is None
        assert self.found(port, claimed.job).status is JobStatus.SUCCEEDED
        worker.close()

    def test_the_beat_outlives_the_lease(self, worker: Worker, port: PortalStores) -> None:
        job = self.accepted(port)
        claimed = worker.claim(job.id)
        assert claimed is not None
        with worker.holding(claimed) as held:
            held.changed.wait(port.stores.settings.lease_seconds + 0.5)
            port.call(sweep, port.stores)
            assert not held.is_lost
        assert self.found(port, job).status is JobStatus.SUCCEEDED


class TestSayingAgain:
    def test_what_landed_without_an_answer_is_there_once(
        self, port: PortalStores, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = port.call(accept, port.stores, JobKind.TRAINING)
        claimed = port.call(claim, port.stores, job, 60)
        held = Held(claimed, port)
        for owner, method in ((JobClaims, "add_notice"), (JobClaims, "note"), (EventRepository, "append")):
            self.lose_an_answer(owner, method, monkeypatch)
            with pytest.raises(AutoReconnect):
                held.ask_attention("collapse", "all the same")
        held.ask_attention("collapse", "all the same")
        held.tell("job.sample", {"step": 1})
        events = port.call(EventRepository(port.stores.database).after, job.id, 0)
        assert [event.type for event in events[2:]] == ["job.warning", "job.sample"]
        found = port.call(JobMoves(port.stores.database).get, job.id)
        assert found is not None
        assert found.warnings == [{"code": "collapse", "detail": "all the same"}]

    def test_the_owner_is_told_once(self, port: PortalStores, monkeypatch: pytest.MonkeyPatch) -> None:
        endpoint = WebhookEndpoint(
            id="whe_1", tenant="ten_1", url="https://x", secret="s", created_at=now(), updated_at=now()
        )
        port.call(WebhookEndpointRepository(port.stores.database, "ten_1").add, endpoint)
        job = port.call(accept, port.stores, JobKind.TRAINING)
        held = Held(port.call(claim, port.stores, job, 60), port)
        self.lose_an_answer(JobClaims, "add_notice", monkeypatch)
        with pytest.raises(AutoReconnect):
            held.ask_attention("collapse", "all the same")
        port.call(asyncio.sleep, 0.01)  # a later time, of which no second notice may be made
        held.ask_attention("collapse", "all the same")
        page = port.call(DeliveryRepository(port.stores.database, "ten_1").page, PageRequest())
        assert [delivery.event for delivery in page.items] == ["training.needs_attention"]

    def lose_an_answer(self, owner: type, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The next call does its work, and its caller does not hear of it."""
        whole, answers = getattr(owner, method), [AutoReconnect("once")]

        async def without_answer(*arguments: object, **facts: object) -> object:
            done = await whole(*arguments, **facts)
            if answers:
                raise answers.pop()
            return done

        monkeypatch.setattr(owner, method, without_answer)


class TestLastWrite:
    """A database that goes away once at the end of a job: what was done is not done again, and told."""

    @pytest.fixture
    def worker(self, port: PortalStores) -> Iterator[Worker]:
        worker = Worker(port, QueueName.INFERENCE)
        yield worker
        worker.close()

    def end(self, worker: Worker, port: PortalStores) -> Job:
        job = port.call(accept, port.stores)
        claimed = worker.claim(job.id)
        assert claimed is not None
        with worker.holding(claimed) as held:
            held.result = {"answer": 42}
        found = port.call(JobMoves(port.stores.database).get, job.id)
        assert found is not None
        return found

    @pytest.mark.parametrize("lands", [False, True], ids=["lost", "landed without an answer"])
    def test_is_read_back_and_tried_again(
        self, worker: Worker, port: PortalStores, monkeypatch: pytest.MonkeyPatch, lands: bool
    ) -> None:
        move, failures = JobMoves.move, [AutoReconnect("once")]

        async def move_once_in_vain(moves: JobMoves, job: Job, change: Change) -> Job | None:
            if change.to is not JobStatus.SUCCEEDED or not failures:
                return await move(moves, job, change)
            if lands:
                await move(moves, job, change)
            raise failures.pop()

        monkeypatch.setattr(JobMoves, "move", move_once_in_vain)
        job = self.end(worker, port)
        assert not failures
        assert (job.status, job.result, job.crashes, job.fence) == (JobStatus.SUCCEEDED, {"answer": 42}, 0, 1)
        assert not job.has_outbox
        events = port.call(EventRepository(port.stores.database).after, job.id, 0)
        assert [event.type for event in events] == ["job.status", "job.status", "job.status", "end"]

    def test_is_left_to_the_sweeper_when_the_lease_is_over(
        self, worker: Worker, port: PortalStores, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def away(*_: object) -> None:
            raise AutoReconnect("for long")

        claimed = worker.claim(port.call(accept, port.stores).id)
        assert claimed is not None
        with worker.holding(claimed) as held:
            monkeypatch.setattr(JobMoves, "settle", away)
            monkeypatch.setattr(JobClaims, "renew", away)
            held.good_until = time.monotonic() + 0.1
        assert port.call(status, port.stores, claimed.job) is JobStatus.RUNNING

    def test_a_telling_that_fails_is_left_to_the_sweeper(
        self, worker: Worker, port: PortalStores, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def full(*_: object) -> None:
            raise GenericError("the store is away")

        monkeypatch.setattr("maskeraid_core.outbox.forget_inputs", full)
        job = self.end(worker, port)
        assert (job.status, job.has_outbox) == (JobStatus.SUCCEEDED, True)
