"""From the move of a job to deliveries: at least one for each sink, and never two ids for one thing told."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from tests.factories import make_job

from maskeraid_core.documents.accounts import Tenant
from maskeraid_core.documents.deliveries import Delivery, WebhookEndpoint
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.held import Held
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobError, JobKind, JobStatus, Notify, OutboxEntry
from maskeraid_core.outbox import drain
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.claims import Claim, JobClaims
from maskeraid_core.repositories.deliveries import DeliveryRepository, WebhookEndpointRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.status_machine import Change, FromNow
from maskeraid_core.sweeper import sweep

TENANT = "ten_1"
BOTH = Notify(email=True, webhooks=True)
FAILED = JobError(code="out_of_memory", message="Too little memory.")
ENDS = [
    (JobKind.TRAINING, JobStatus.SUCCEEDED, "training.succeeded"),
    (JobKind.TRAINING, JobStatus.FAILED, "training.failed"),
    (JobKind.TRAINING, JobStatus.CANCELLED, "training.cancelled"),
    (JobKind.IMPORT, JobStatus.SUCCEEDED, "import.succeeded"),
    (JobKind.IMPORT, JobStatus.FAILED, "import.failed"),
    (JobKind.REIMAGING, JobStatus.SUCCEEDED, "reimaging.succeeded"),
    (JobKind.REIMAGING, JobStatus.FAILED, "reimaging.failed"),
    (JobKind.EXPORT, JobStatus.FAILED, "export.completed"),
    (JobKind.BATCH, JobStatus.SUCCEEDED, "batch.completed"),
]


async def open_account(stores: Stores, **facts: Any) -> None:  # noqa: ANN401 any field
    """An account with a verified address and an endpoint that hears everything."""
    at = now()
    account = {"name": "one", "email": "a@x.example", "is_email_verified": True, "created_at": at}
    await AccountRepository(stores.database).add_tenant(Tenant(id=TENANT, **{**account, **facts}))
    endpoint = WebhookEndpoint(
        id=new_id("whe"), tenant=TENANT, url="https://x.example", secret="whsec_x", created_at=at, updated_at=at
    )
    await WebhookEndpointRepository(stores.database, TENANT).add(endpoint)


async def run(stores: Stores, **facts: Any) -> Job:  # noqa: ANN401 any field
    """A job that a worker has claimed; its beginning is told."""
    job = await JobRepository(stores.database, TENANT).accept(make_job(notify=BOTH, **facts))
    claim = await JobClaims(stores.database).claim(job.id, "w", 60)
    assert claim is not None
    await drain(stores, claim.job)
    return claim.job


async def move(stores: Stores, job: Job, to: JobStatus, *, outbox: Sequence[OutboxEntry] = (), **facts: object) -> Job:
    stamps = {"finished_at": FromNow()} if to.is_terminal else {}
    moved = await JobMoves(stores.database).move(job, Change({}, {"status": to, **stamps, **facts}, outbox))
    assert moved is not None
    return moved


async def told(stores: Stores, event: str | None = None) -> list[Delivery]:
    page = await DeliveryRepository(stores.database, TENANT).page(PageRequest(limit=100), event=event)
    return list(page.items)


class TestEnd:
    @pytest.mark.parametrize(("kind", "to", "event"), ENDS)
    async def test_is_told_once_by_each_way_however_often_it_is_told(
        self, stores: Stores, kind: JobKind, to: JobStatus, event: str
    ) -> None:
        await open_account(stores)
        ended = await move(stores, await run(stores, kind=kind), to)
        for _ in range(2):  # its mover, and a sweeper that came between
            await drain(stores, ended)
        assert sorted(delivery.sink.kind for delivery in await told(stores)) == ["email", "webhook"]
        for delivery in await told(stores):
            assert (delivery.event, delivery.data["status"], delivery.subject) == (event, to, ended.id)
            assert delivery.data["url"] == f"/v1/{kind.collection}/{ended.id}"
            assert delivery.created_at == ended.finished_at

    async def test_is_told_by_the_sweeper_when_its_mover_died(self, stores: Stores) -> None:
        await open_account(stores)
        await move(stores, await run(stores, kind=JobKind.TRAINING), JobStatus.SUCCEEDED)
        await stores.database["jobs"].update_many({}, {"$set": {"outbox_at": now() - timedelta(minutes=1)}})
        await sweep(stores)
        assert len(await told(stores, "training.succeeded")) == 2

    async def test_says_more_to_its_owner_than_to_a_webhook(self, stores: Stores) -> None:
        await open_account(stores)
        job = await run(stores, kind=JobKind.TRAINING, spec={"name": "my daughter", "model_id": "mdl_1"})
        await drain(stores, await move(stores, job, JobStatus.FAILED, error=FAILED))
        mail, hook = sorted(await told(stores), key=lambda delivery: delivery.sink.kind)
        assert hook.data.keys() == {"id", "object", "status", "url"}
        assert (mail.data["name"], mail.data["reason"]["code"]) == ("my daughter", "out_of_memory")
        assert mail.data["seconds"] >= 0
        assert "model_id" not in mail.data

    async def test_of_a_training_says_what_needs_attention_of_its_model(self, stores: Stores) -> None:
        await open_account(stores)
        result = {"flags": [{"code": "collapse", "message": "It repeats itself."}], "memorisation": "cannot_tell"}
        job = await run(stores, kind=JobKind.TRAINING)
        await drain(stores, await move(stores, job, JobStatus.SUCCEEDED, result=json.dumps(result)))
        mail, hook = sorted(await told(stores), key=lambda delivery: delivery.sink.kind)
        assert (hook.data["flags"], hook.data["memorisation"]) == (["collapse"], "cannot_tell")
        assert "attention" not in hook.data
        assert mail.data["attention"] == ["It repeats itself."]

    @pytest.mark.parametrize("facts", [{"is_email_verified": False}, {"email": None}])
    async def test_is_not_mailed_without_a_verified_address(self, stores: Stores, facts: dict[str, Any]) -> None:
        await open_account(stores, **facts)
        await drain(stores, await move(stores, await run(stores), JobStatus.FAILED, error=FAILED))
        assert [delivery.sink.kind for delivery in await told(stores)] == ["webhook"]


class TestPause:
    async def test_told_after_the_job_went_on_is_still_that_pause(self, stores: Stores) -> None:
        """Else one pause would come under two ids, and a receiver could not drop the repeat."""
        await open_account(stores)
        paused = await move(stores, await run(stores, kind=JobKind.TRAINING), JobStatus.PAUSED)
        await drain(stores, paused)
        resumed = await move(stores, paused, JobStatus.QUEUED)
        ended = await move(stores, resumed, JobStatus.CANCELLED)
        for later in (resumed, ended):  # as if the first telling had died before it emptied the outbox
            await drain(stores, later.model_copy(update={"outbox": paused.outbox}))
        assert len(await told(stores, "training.paused")) == 2
        assert {delivery.data["status"] for delivery in await told(stores)} == {JobStatus.PAUSED}


class TestAttention:
    def test_is_asked_for_once_an_attempt_and_warned_of_each_time(self, port: PortalStores) -> None:
        port.call(open_account, port.stores)
        job = port.call(run, port.stores, kind=JobKind.TRAINING)
        held = Held(Claim(job), port)
        for code in ("collapse", "no_progress"):
            held.ask_attention(code, "Its faces look alike.")
        mail, _ = sorted(port.call(told, port.stores), key=lambda delivery: delivery.sink.kind)
        assert (mail.event, mail.data["reason"]["code"]) == ("training.needs_attention", "collapse")
        assert len(port.call(told, port.stores)) == 2
        found = port.call(JobMoves(port.stores.database).get, job.id)
        assert found is not None
        assert ([row["code"] for row in found.warnings], found.outbox) == (["collapse", "no_progress"], [])


class TestModel:
    async def publish(self, stores: Stores) -> Job:
        job = await run(stores, kind=JobKind.TRAINING)
        version = ModelVersion(
            id="mdl_1:1", tenant=TENANT, model_id="mdl_1", name="faces", version=1, digest="sha256:0",
            architecture="eigen", kind="drawn", resolution=32, files=[], prototypes=[], created_at=now(),
        )  # fmt: skip
        effect = OutboxEntry(key="publish", kind="effect", type="publish_model", data=version.to_mongo())
        return await move(stores, job, JobStatus.SUCCEEDED, outbox=[effect])

    @pytest.mark.parametrize(("wanted", "ways"), [([], ["webhook"]), (["model.created"], ["email", "webhook"])])
    async def test_is_told_of_once_and_mailed_to_who_asked(
        self, stores: Stores, wanted: list[str], ways: list[str]
    ) -> None:
        await open_account(stores, email_events=wanted)
        ended = await self.publish(stores)
        for _ in range(2):
            await drain(stores, ended)
        assert sorted(delivery.sink.kind for delivery in await told(stores, "model.created")) == ways

    async def test_is_told_of_by_the_sweeper_when_its_maker_died(self, stores: Stores) -> None:
        await open_account(stores)
        await drain(stores, await self.publish(stores))
        model = await ModelRepository(stores.database, TENANT).get("mdl_1")
        assert model is not None
        assert model.has_outbox is False
        notice = {"event": "model.created", "subject": "mdl_2", "key": "k", "at": now(), "data": {"id": "mdl_2"}}
        untold = {**model.to_mongo(), "_id": "mdl_2", "outbox": [notice], "has_outbox": True}
        await stores.database["models"].insert_one(untold)
        await sweep(stores)
        assert sorted(delivery.subject for delivery in await told(stores, "model.created")) == ["mdl_1", "mdl_2"]
        assert not await stores.database["models"].count_documents({"has_outbox": True})
