"""What becomes of selectors: the newest three are kept, their files too, and a training's new model wakes another."""

from datetime import timedelta
from typing import Any

from tests.factories import make_job, make_selector

from maskeraid_core.documents.models import ModelFile, ModelVersion
from maskeraid_core.documents.selectors import makes_selector
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import Job, JobKind, JobStatus, Notify, OutboxEntry
from maskeraid_core.litter import sweep_litter
from maskeraid_core.outbox import drain
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.repositories.selectors import SelectorRepository
from maskeraid_core.status_machine import succeeded

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


class TestOrderAnew:
    async def test_a_new_model_lets_the_selector_learn_anew(self, stores: Stores) -> None:
        await SelectorRepository(stores.database, TENANT).add(make_selector(TENANT, seed=5, name="mine"))
        await drain(stores, await end_with_model(stores))
        (job,) = await ordered_selectors(stores)
        assert (job.status, job.spec["seed"], job.spec["name"]) == (JobStatus.QUEUED, 5, "mine")
        assert job.notify == Notify(email=False, webhooks=False)

    async def test_told_twice_it_is_ordered_once(self, stores: Stores) -> None:
        """As after a kill between the effect and its being crossed out; even when the first order already runs."""
        await SelectorRepository(stores.database, TENANT).add(make_selector(TENANT))
        ended = await end_with_model(stores)
        await drain(stores, ended)
        (job,) = await ordered_selectors(stores)
        assert await JobClaims(stores.database).claim(job.id, "w", 60)
        await drain(stores, ended)
        assert [one.id for one in await ordered_selectors(stores)] == [job.id]

    async def test_one_that_waits_will_find_the_new_model(self, stores: Stores) -> None:
        await SelectorRepository(stores.database, TENANT).add(make_selector(TENANT))
        for _ in range(3):
            await drain(stores, await end_with_model(stores))
        assert len(await ordered_selectors(stores)) == 1

    async def test_without_a_selector_none_is_ordered(self, stores: Stores) -> None:
        await SelectorRepository(stores.database, "ten_2").add(make_selector("ten_2"))
        await drain(stores, await end_with_model(stores))
        assert await ordered_selectors(stores) == []


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
