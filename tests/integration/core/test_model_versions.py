"""The versions of a model: their numbers when trainings end together, and what is pruned of them."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories import make_job

from maskeraid_core.documents.models import Model, ModelFile, ModelVersion
from maskeraid_core.ids import twin_id
from maskeraid_core.jobs import Job, JobKind, JobStatus, OutboxEntry
from maskeraid_core.litter import sweep_litter
from maskeraid_core.outbox import drain
from maskeraid_core.portal import Stores
from maskeraid_core.pruning import prune_versions
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import Change

TENANT = "ten_1"
A_DAY, TWO_HOURS = timedelta(days=1), timedelta(hours=2)


async def ended_training(stores: Stores, model_id: str | None = None) -> Job:
    """A training that has succeeded and still has its model to publish; of a model that exists, or of a new one."""
    job = await JobRepository(stores.database, TENANT).accept(make_job(JobKind.TRAINING))
    claim = await JobClaims(stores.database).claim(job.id, "w", 60)
    assert claim is not None
    await drain(stores, claim.job)
    number = 0 if model_id else 1
    model_id, prefix = model_id or twin_id("mdl", job.id), claim.job.attempt_prefix
    names = {"generator.safetensors": "application/octet-stream", "card.json": "application/json"}
    await stores.blobs.put_all((prefix + name, b"x") for name in names)
    files = [
        ModelFile(name=name, key=prefix + name, bytes=1, sha256="0", media_type=kind) for name, kind in names.items()
    ]
    version = ModelVersion(
        id=ModelVersionRepository.key(model_id, number), tenant=TENANT, model_id=model_id, name="m", version=number,
        digest="sha256:0", architecture="eigen", kind="drawn", resolution=32, files=files, prototypes=[],
        lineage={"training_id": job.id}, created_at=now(),
    )  # fmt: skip
    effect = OutboxEntry(key="publish", kind="effect", type="publish_model", data=version.to_mongo())
    result = {"model_id": model_id, **({"version": 1} if number else {})}
    moved = await JobMoves(stores.database).move(
        claim.job, Change({}, {"status": JobStatus.SUCCEEDED, "result": result}, [effect])
    )
    assert moved is not None
    return moved


async def published(stores: Stores, count: int) -> Model:
    """A model with so many versions."""
    first = await ended_training(stores)
    await drain(stores, first)
    model_id = twin_id("mdl", first.id)
    for _ in range(count - 1):
        await drain(stores, await ended_training(stores, model_id))
    return await ModelRepository(stores.database, TENANT).require(model_id)


async def whole(stores: Stores, model: Model, numbers: Iterable[int]) -> list[int]:
    """Which of these versions have their weights."""
    versions = ModelVersionRepository(stores.database, TENANT)
    found = [await versions.require(f"{model.id}:{number}") for number in numbers]
    return [one.version for one in found if await stores.blobs.exists(one.files[0].key)]


class TestNumbers:
    async def test_of_trainings_that_end_together_are_each_their_own(self, stores: Stores) -> None:
        model = await published(stores, 1)
        ended = [await ended_training(stores, model.id) for _ in range(4)]
        await asyncio.gather(*(drain(stores, job) for job in [*ended, *ended]))  # the sweeper is at it too
        found = await ModelRepository(stores.database, TENANT).require(model.id)
        assert (found.latest_version, found.aliases) == (5, {"champion": 1})
        versions = ModelVersionRepository(stores.database, TENANT)
        trained = {n: (await versions.require(f"{model.id}:{n}")).training_id for n in range(2, 6)}
        assert sorted(str(training) for training in trained.values()) == sorted(job.id for job in ended)
        assert await versions.of_model(model.id, 6) is None
        for job in ended:
            known = await JobMoves(stores.database).get(job.id)
            assert known is not None
            assert known.result is not None
            assert trained[known.result["version"]] == job.id

    async def test_a_model_that_was_deleted_stays_deleted(self, stores: Stores) -> None:
        model = await published(stores, 1)
        late = await ended_training(stores, model.id)
        assert await ModelRepository(stores.database, TENANT).delete(model.id)
        await drain(stores, late)
        assert await ModelRepository(stores.database, TENANT).get(model.id) is None
        known = await JobMoves(stores.database).get(late.id)
        assert known is not None
        assert known.result == {"model_id": model.id, "is_model_deleted": True}


class TestPruning:
    async def test_takes_the_weights_of_what_is_old_and_not_named(self, stores: Stores) -> None:
        model = await published(stores, 4)
        await ModelRepository(stores.database, TENANT).point(model.id, "best", 3, where={})
        await prune_versions(stores, now() - A_DAY, now())
        assert [await ModelVersionRepository(stores.database, TENANT).bytes_of([model])] == [8]
        await prune_versions(stores, now(), now())
        versions = ModelVersionRepository(stores.database, TENANT)
        pruned = [n for n in range(1, 5) if (await versions.require(f"{model.id}:{n}")).pruned_at]
        assert pruned == [2]  # 1 is the champion, 3 the best, 4 the latest
        assert await versions.bytes_of([model]) == 7
        await sweep_litter(stores, now() + timedelta(minutes=30))
        assert await whole(stores, model, range(1, 5)) == [1, 2, 3, 4]  # what runs now can end
        await sweep_litter(stores, now() + TWO_HOURS)
        assert await whole(stores, model, range(1, 5)) == [1, 3, 4]
        second = await versions.require(f"{model.id}:2")
        assert await stores.blobs.exists(second.files[1].key)  # its card

    @pytest.mark.parametrize("days", [None, 30.0])
    async def test_happens_only_when_it_is_set(self, stores: Stores, days: float | None) -> None:
        model = await published(stores, 3)
        stores = replace(stores, settings=stores.settings.model_copy(update={"versions_kept_days": days}))
        await sweep_litter(stores, now() + timedelta(days=31))
        await sweep_litter(stores, now() + timedelta(days=31, hours=2))
        assert await whole(stores, model, range(1, 4)) == ([1, 2, 3] if days is None else [1, 3])

    async def test_an_alias_set_meanwhile_is_seen(self, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
        model = await published(stores, 3)
        mark = ModelVersionRepository.prune

        async def marked_late(self: ModelVersionRepository, version_id: str, at: object) -> None:
            await ModelRepository(stores.database, TENANT).point(model.id, "best", 2, where={})
            await mark(self, version_id, at)  # type: ignore[arg-type]

        monkeypatch.setattr(ModelVersionRepository, "prune", marked_late)
        await prune_versions(stores, now(), now())
        version = await ModelVersionRepository(stores.database, TENANT).require(f"{model.id}:2")
        assert version.pruned_at is None
