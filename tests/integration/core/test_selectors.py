"""What becomes of selectors: the newest three are kept, their files too, and a change of the models wakes another."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tests.factories import make_job, make_selector

from maskeraid_core.documents.grants import Grant
from maskeraid_core.documents.models import Model, ModelFile, ModelVersion
from maskeraid_core.documents.selectors import SelectorMember, makes_selector
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import Job, JobError, JobKind, JobStatus, Notify, OutboxEntry
from maskeraid_core.litter import sweep_litter
from maskeraid_core.mongo import server_time
from maskeraid_core.outbox import drain
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.pools import PoolRepository
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.repositories.selectors import SelectorRepository
from maskeraid_core.repositories.shares import AdoptionRepository
from maskeraid_core.selectors import QUIET, order_if_outdated
from maskeraid_core.status_machine import failed, succeeded
from maskeraid_core.sweeper import sweep

TENANT = "ten_1"


async def succeed(stores: Stores, effect: str, data: dict[str, Any], **facts: Any) -> Job:  # noqa: ANN401 any field
    """A training that ends well, and whose end has not been told yet."""
    job = await JobRepository(stores.database, TENANT).accept(make_job(JobKind.TRAINING, TENANT, **facts))
    claim = await JobClaims(stores.database).claim(job.id, "w", 60)
    assert claim is not None
    entry = OutboxEntry(key=f"{effect}:1", kind="effect", type=effect, data=data)
    moved = await JobMoves(stores.database).move(claim.job, succeeded(claim.job, {}, [entry]))
    assert moved is not None
    return moved


async def end_with_model(stores: Stores) -> Job:
    training_id = new_id("trn")
    version = ModelVersion(
        id="mdl_1:1", tenant=TENANT, model_id=twin_id("mdl", training_id), name="m", version=1, digest="sha256:0",
        architecture="eigen", kind="drawn", resolution=32, files=[], prototypes=[], created_at=now(),
        lineage={"training_id": training_id},
    )  # fmt: skip
    return await succeed(stores, "publish_model", version.model_dump(by_alias=True), id=training_id)


async def ordered_selectors(stores: Stores) -> list[Job]:
    found = await JobRepository(stores.database, TENANT).page(PageRequest(limit=50), kind=JobKind.TRAINING)
    return [job for job in found.items if makes_selector(job.spec)]


async def look(stores: Stores) -> None:
    """What the sweeper does when nothing has changed for a while."""
    for pool in await PoolRepository(stores.database).due(now() + timedelta(days=1)):
        await order_if_outdated(stores, pool)


async def add_model(stores: Stores, tenant: str = TENANT) -> Model:
    """A model as a training leaves it."""
    model_id, at = new_id("mdl"), now()
    version = ModelVersion(
        id=f"{model_id}:1", tenant=tenant, model_id=model_id, name="m", version=1, digest="sha256:0",
        architecture="eigen", kind="drawn", resolution=32, files=[], prototypes=[], created_at=at,
    )  # fmt: skip
    await ModelVersionRepository(stores.database, tenant).add(version)
    model = Model(id=model_id, tenant=tenant, name="m", latest_version=1, created_at=at, updated_at=at)
    return await ModelRepository(stores.database, tenant).add(model)


async def learn(stores: Stores, **facts: Any) -> list[Model]:  # noqa: ANN401 any field
    """Three models, one of them another tenant's, and a selector that knows them; nothing is due."""
    theirs = await add_model(stores, "ten_2")
    grant = Grant(reader=TENANT, given_at=now()).model_dump()
    await ModelRepository(stores.database, "ten_2").change(theirs.id, {"grants": [grant]})
    await AdoptionRepository(stores.database, TENANT).adopt(theirs.id)
    models = [await add_model(stores), await add_model(stores), theirs]
    known = [SelectorMember(model_id=one.id, version=1, name="m", digest="", images=9) for one in models]
    await SelectorRepository(stores.database, TENANT).add(make_selector(TENANT, models=known, **facts))
    await look(stores)
    assert await ordered_selectors(stores) == []
    return models


class TestLearnsAnew:
    async def test_after_a_training(self, stores: Stores) -> None:
        await learn(stores, seed=5, name="mine")
        await drain(stores, await end_with_model(stores))
        await look(stores)
        (job,) = await ordered_selectors(stores)
        assert (job.status, job.spec["seed"], job.spec["name"]) == (JobStatus.QUEUED, 5, "mine")
        assert job.notify == Notify(email=False, webhooks=False)

    async def test_after_a_training_that_is_told_again_when_its_teller_died(self, stores: Stores) -> None:
        await learn(stores)
        ended = await end_with_model(stores)
        await drain(stores, ended)
        await stores.database["pools"].update_many({}, {"$set": {"is_due": False}})  # as if it had never been noted
        await drain(stores, ended)
        await look(stores)
        assert len(await ordered_selectors(stores)) == 1

    async def test_after_a_deletion_and_the_end_of_a_share_once(self, stores: Stores) -> None:
        first, _, theirs = await learn(stores)
        await add_model(stores)
        await ModelRepository(stores.database, TENANT).delete(first.id)
        await ModelRepository(stores.database, "ten_2").change(theirs.id, {"grants": []})
        for _ in range(3):
            await look(stores)
        assert len(await ordered_selectors(stores)) == 1

    @pytest.mark.parametrize("what", ["deletion", "share", "adoption", "version"])
    async def test_after_each_kind_of_change(self, stores: Stores, what: str) -> None:
        first, _, theirs = await learn(stores)
        models, theirs_owner = ModelRepository(stores.database, TENANT), ModelRepository(stores.database, "ten_2")
        if what == "deletion":
            await models.delete(first.id)
        elif what == "share":
            await theirs_owner.change(theirs.id, {"grants": []})
        elif what == "adoption":
            await AdoptionRepository(stores.database, TENANT).forgo(theirs.id)
        else:
            versions = ModelVersionRepository(stores.database, TENANT)
            (version,) = await versions.latest_of([first])
            second = version.model_copy(update={"id": f"{first.id}:2", "version": 2})
            await versions.add(second)
            await models.publish(second)
        await look(stores)
        assert len(await ordered_selectors(stores)) == 1

    async def test_not_when_the_models_are_what_they_were(self, stores: Stores) -> None:
        first, *_ = await learn(stores)
        await ModelRepository(stores.database, TENANT).point(first.id, "best", 1, where={})
        await ModelRepository(stores.database, TENANT).change(first.id, {"grants": []})
        await look(stores)
        assert await ordered_selectors(stores) == []

    async def test_not_without_a_selector(self, stores: Stores) -> None:
        await SelectorRepository(stores.database, "ten_2").add(make_selector("ten_2"))
        await drain(stores, await end_with_model(stores))
        await look(stores)
        assert await ordered_selectors(stores) == []
        assert await PoolRepository(stores.database).due(now() + timedelta(days=1)) == []

    async def test_not_of_one_model(self, stores: Stores) -> None:
        first, _, theirs = await learn(stores)
        await ModelRepository(stores.database, TENANT).delete(first.id)
        await AdoptionRepository(stores.database, TENANT).forgo(theirs.id)
        await look(stores)
        assert await ordered_selectors(stores) == []


class TestOneAfterTheOther:
    async def test_one_that_waits_will_find_the_change(self, stores: Stores) -> None:
        first, second, _ = await learn(stores)
        for model in (first, second):
            await ModelRepository(stores.database, TENANT).delete(model.id)
            await add_model(stores)
            await look(stores)
        assert len(await ordered_selectors(stores)) == 1

    async def test_one_that_runs_is_waited_for(self, stores: Stores) -> None:
        first, second, _ = await learn(stores)
        models = ModelRepository(stores.database, TENANT)
        await models.delete(first.id)
        await look(stores)
        (job,) = await ordered_selectors(stores)
        claim = await JobClaims(stores.database).claim(job.id, "w", 60)
        assert claim is not None
        await asyncio.sleep(0.01)  # the database's clock has milliseconds
        await models.delete(second.id)
        await add_model(stores)
        await look(stores)
        assert len(await ordered_selectors(stores)) == 1
        await JobMoves(stores.database).move(claim.job, succeeded(claim.job, {}, []))
        for _ in range(2):
            await look(stores)
        assert len(await ordered_selectors(stores)) == 2

    async def test_one_that_failed_is_not_ordered_again(self, stores: Stores) -> None:
        first, *_ = await learn(stores)
        await ModelRepository(stores.database, TENANT).delete(first.id)
        await look(stores)
        (job,) = await ordered_selectors(stores)
        claim = await JobClaims(stores.database).claim(job.id, "w", 60)
        assert claim is not None
        await JobMoves(stores.database).move(claim.job, failed(claim.job, JobError(code="too_few_models", message="")))
        for _ in range(2):
            await look(stores)
        assert len(await ordered_selectors(stores)) == 1

    async def test_one_that_was_ordered_by_hand_has_seen_the_change_whatever_came_of_it(self, stores: Stores) -> None:
        first, *_ = await learn(stores)
        await ModelRepository(stores.database, TENANT).delete(first.id)
        await asyncio.sleep(0.01)
        ordered = make_job(JobKind.TRAINING, TENANT, spec={"kind": "selector"})
        job = await JobRepository(stores.database, TENANT).accept(ordered)
        claim = await JobClaims(stores.database).claim(job.id, "w", 60)
        assert claim is not None
        await JobMoves(stores.database).move(claim.job, failed(claim.job, JobError(code="too_few_models", message="")))
        await look(stores)
        assert [one.id for one in await ordered_selectors(stores)] == [job.id]
        assert await PoolRepository(stores.database).due(now() + timedelta(days=1)) == []

    async def test_the_sweeper_lets_changes_rest_first(self, stores: Stores) -> None:
        first, *_ = await learn(stores)
        await ModelRepository(stores.database, TENANT).delete(first.id)
        await sweep(stores)
        assert await ordered_selectors(stores) == []
        ago = (await server_time(stores.database)) - QUIET - timedelta(seconds=1)
        await stores.database["pools"].update_one({"_id": TENANT}, {"$set": {"changed_at": ago}})
        await sweep(stores)
        assert len(await ordered_selectors(stores)) == 1


class TestPublish:
    async def test_appears_when_its_training_has_succeeded_and_the_newest_three_are_kept(self, stores: Stores) -> None:
        selectors = [make_selector(TENANT) for _ in range(4)]
        for selector in selectors:
            ended = await succeed(stores, "publish_selector", selector.model_dump(by_alias=True))
            await drain(stores, ended)
            await drain(stores, ended)
        repository = SelectorRepository(stores.database, TENANT)
        current = await repository.current()
        assert current is not None
        assert current.id == selectors[-1].id
        kept = [one.id for one in selectors if await repository.get(one.id)]
        assert kept == [one.id for one in selectors[1:]]

    async def test_files_stay_while_it_is_there(self, stores: Stores) -> None:
        repository, blobs = SelectorRepository(stores.database, TENANT), stores.blobs
        training_id = new_id("trn")
        key = f"t/{TENANT}/jobs/{training_id}/attempt-1/weights.safetensors"
        await blobs.put(key, b"weights")
        file = ModelFile(name="weights.safetensors", key=key, bytes=7, sha256="0" * 64, media_type="a/b")
        selector = make_selector(TENANT, id=twin_id("sel", training_id), training_id=training_id, files=[file])
        await repository.add(selector)
        assert await repository.bytes_kept() == 7
        later = now() + timedelta(days=2)
        await sweep_litter(stores, later)
        assert await blobs.exists(key)
        await repository.change(selector.id, {"deleted_at": now()})
        await sweep_litter(stores, later)
        assert not await blobs.exists(key)
