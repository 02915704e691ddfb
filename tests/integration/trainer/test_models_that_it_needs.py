"""What a training needs of models is asked again when it runs: they may be gone, or not shared any more."""

from typing import Any

import pytest
from tests.factories import make_job

from maskeraid_core.documents.grants import Grant
from maskeraid_core.documents.models import Model, ModelVersion
from maskeraid_core.documents.trainings import StartFrom, TrainingSpec
from maskeraid_core.errors import InputGone
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now
from maskeraid_faces.errors import BadModelFile
from maskeraid_trainer.beginnings import read_beginning
from maskeraid_trainer.model_version import check_model_is_there

OWNER, READER = "ten_1", "ten_2"


async def add_model(stores: Stores, **facts: Any) -> Model:  # noqa: ANN401 any field
    """A model of one version, which has no files."""
    model = Model(
        id=new_id("mdl"), tenant=OWNER, name="m", latest_version=1, created_at=now(), updated_at=now(), **facts
    )
    await ModelVersionRepository(stores.database, OWNER).add(
        ModelVersion(
            id=f"{model.id}:1",
            tenant=OWNER,
            model_id=model.id,
            name="m",
            version=1,
            digest="sha256:0",
            architecture="eigen",
            kind="drawn",
            resolution=32,
            files=[],
            prototypes=[],
            created_at=now(),
        )
    )
    return await ModelRepository(stores.database, OWNER).add(model)


def start_of(model: Model) -> StartFrom:
    return StartFrom(model_id=model.id, version=1, owner=OWNER)


class TestBeginning:
    async def test_is_read_while_it_is_shared(self, stores: Stores) -> None:
        model = await add_model(stores, grants=[Grant(reader=READER, given_at=now())])
        for tenant in (OWNER, READER):
            with pytest.raises(BadModelFile):  # it was found, without its files
                await read_beginning(stores, tenant, start_of(model))

    async def test_is_gone_when_its_share_has_ended(self, stores: Stores) -> None:
        model = await add_model(stores)
        with pytest.raises(InputGone, match=model.id):
            await read_beginning(stores, READER, start_of(model))

    async def test_is_gone_when_its_version_is_closed(self, stores: Stores) -> None:
        model = await add_model(stores, grants=[Grant(reader=READER, up_to=1, given_at=now())])
        await ModelRepository(stores.database, OWNER).change(model.id, {"latest_version": 2})
        with pytest.raises(InputGone):
            await read_beginning(stores, READER, start_of(model).model_copy(update={"version": 2}))


class TestModelThatGetsAFurtherVersion:
    async def test_was_deleted(self, stores: Stores) -> None:
        model = await add_model(stores)
        await check_model_is_there(stores, *ordered(model.id))
        assert await ModelRepository(stores.database, OWNER).delete(model.id)
        with pytest.raises(InputGone, match=model.id):
            await check_model_is_there(stores, *ordered(model.id))

    async def test_is_none_for_a_new_model(self, stores: Stores) -> None:
        await check_model_is_there(stores, *ordered(None))


def ordered(model_id: str | None) -> tuple[Job, TrainingSpec]:
    job = make_job(JobKind.TRAINING, OWNER)
    return job, TrainingSpec(name="m", data=[], model_id=model_id or twin_id("mdl", job.id), software="1")
