"""What ships with the service comes into the stores once, and whatever was begun before is finished."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.demo_models import SHIPPED, TAG, VERSION_FILE, install_demo_models
from maskeraid_core.documents.accounts import SYSTEM_TENANT, Tenant
from maskeraid_core.documents.models import Model
from maskeraid_core.litter import sweep_litter
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.repositories.selectors import usable_versions
from maskeraid_core.repositories.shares import SharedModelRepository

READER = "ten_reader"


async def seen_by_others(stores: Stores) -> list[Model]:
    return list((await SharedModelRepository(stores.database, READER).page(PageRequest(), tags=TAG)).items)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of one model that ships, to be changed."""
    name = min(SHIPPED.iterdir()).name
    shutil.copytree(SHIPPED / name, tmp_path / "shipped" / name)
    return tmp_path / "shipped"


def make_newer(shipped: Path) -> None:
    (path,) = shipped.glob(f"*/{VERSION_FILE}")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"digest": "sha256:newer"}))


class TestInstall:
    async def test_everyone_may_use_them_and_their_files_are_there(self, stores: Stores) -> None:
        assert await install_demo_models(stores) == 3
        found = await seen_by_others(stores)
        assert sorted(model.name for model in found) == ["demo-faces-dark", "demo-faces-light", "demo-faces-medium"]
        shared = SharedModelRepository(stores.database, READER)
        for model in found:
            version = await shared.version(model, 1)
            assert version is not None
            for file in version.files:
                assert sha256_hex(await stores.blobs.get(file.key)) == file.sha256

    async def test_selection_of_others_takes_none_of_them(self, stores: Stores) -> None:
        await install_demo_models(stores)
        assert await usable_versions(stores.database, READER) == []

    async def test_twice_is_once(self, stores: Stores) -> None:
        await install_demo_models(stores)
        assert await install_demo_models(stores) == 0
        assert {model.latest_version for model in await seen_by_others(stores)} == {1}

    async def test_their_account_is_not_that_of_who_runs_the_server(self, stores: Stores) -> None:
        await install_demo_models(stores)
        accounts = AccountRepository(stores.database)
        await accounts.add_tenant(Tenant(id=READER, name="us", created_at=now()))
        assert await accounts.is_first(READER)
        assert not await accounts.is_first(SYSTEM_TENANT)

    async def test_nothing_of_them_is_litter(self, stores: Stores) -> None:
        await install_demo_models(stores)
        before = await stores.blobs.keys(f"t/{SYSTEM_TENANT}")
        await sweep_litter(stores, now() + timedelta(days=30))
        assert sorted(await stores.blobs.keys(f"t/{SYSTEM_TENANT}")) == sorted(before)


class TestNewerOne:
    async def test_is_a_further_version_for_everyone(self, stores: Stores, shipped: Path) -> None:
        await install_demo_models(stores, shipped)
        make_newer(shipped)
        assert await install_demo_models(stores, shipped) == 1
        (model,) = await seen_by_others(stores)
        assert model.latest_version == 2
        version = await SharedModelRepository(stores.database, READER).version(model, 2)
        assert version is not None
        assert version.digest == "sha256:newer"

    async def test_stays_when_an_older_release_starts(self, stores: Stores, shipped: Path, tmp_path: Path) -> None:
        older = shutil.copytree(shipped, tmp_path / "older")
        await install_demo_models(stores, shipped)
        make_newer(shipped)
        await install_demo_models(stores, shipped)
        assert await install_demo_models(stores, older) == 0
        (model,) = await seen_by_others(stores)
        assert model.latest_version == 2

    async def test_is_finished_when_the_first_try_ended_in_the_middle(self, stores: Stores, shipped: Path) -> None:
        await install_demo_models(stores, shipped)
        (model,) = await seen_by_others(stores)
        await stores.database[ModelRepository.collection_name].delete_one({"_id": model.id})
        assert await install_demo_models(stores, shipped) == 1
        assert [found.latest_version for found in await seen_by_others(stores)] == [1]
        versions = stores.database[ModelVersionRepository.collection_name]
        assert await versions.count_documents({"tenant": SYSTEM_TENANT}) == 1
