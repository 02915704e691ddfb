"""Merges over HTTP: which versions are meant, and what is refused with the part that it is about."""

from typing import Any

import httpx
import pytest

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import Attribute, Dataset
from maskeraid_core.ids import new_id
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetVersionRepository

from .conftest import Account, FillDataset, Hand, Open
from .test_edits import refusals

ATTESTED = {"basis": "own_faces", "purpose": "tests", "minors_excluded": True}


@pytest.fixture
async def faces(account: Account, fill_dataset: FillDataset) -> Dataset:
    return await fill_dataset(account.tenant, name="faces")


async def add_dataset(client: httpx.AsyncClient, **facts: Any) -> str:  # noqa: ANN401 any field
    made = await client.post("/v1/datasets", json={"name": new_id("n"), **facts})
    return str(made.json()["id"])


async def merge(client: httpx.AsyncClient, into: str, *parts: dict[str, Any]) -> httpx.Response:
    return await client.post("/v1/imports", json={"dataset_id": into, "source": {"type": "merge", "parts": parts}})


async def test_of_another_s_images_needs_leave_to_download_them(
    client: httpx.AsyncClient, faces: Dataset, hand: Hand, open_account: Open
) -> None:
    """A copy outlives the share; who may only look is told what helps."""
    other = await open_account()
    target = await add_dataset(other.client)
    grant = {"visibility": "shared", "shared_with": [other.tenant]}
    shared = await client.patch(
        f"/v1/datasets/{faces.id}", json={**grant, "attestation": ATTESTED, "licence": "CC-BY-4.0"}
    )
    assert shared.status_code == 200, shared.text
    refused = await merge(other.client, target, {"dataset_id": faces.id})
    assert refusals(refused) == (404, [("/source/parts/0/dataset_id", "not_found")])
    assert "ask its owner to allow downloads" in refused.json()["detail"]
    assert (await client.patch(f"/v1/datasets/{faces.id}", json={**grant, "download": True})).status_code == 200
    made = await merge(other.client, target, {"dataset_id": faces.id})
    assert made.status_code == 202, made.text


async def test_names_the_versions_that_are_meant_now(
    client: httpx.AsyncClient, faces: Dataset, hand: Hand, account: Account
) -> None:
    target = await add_dataset(client)
    made = await merge(client, target, {"dataset_id": faces.id, "where": ["mouth:2"]}, {"dataset_id": faces.id})
    assert made.status_code == 202, made.text
    parts = [{"dataset_id": faces.id, "version": 1, "where": where} for where in (["mouth:2"], [])]
    assert made.json()["source"] == {"type": "merge", "parts": parts}
    job = await hand.claim(made.json()["id"])
    assert job.spec["parts"] == [{**part, "owner": account.tenant} for part in parts]


async def test_keeps_its_parts_from_being_deleted_meanwhile(client: httpx.AsyncClient, faces: Dataset) -> None:
    await merge(client, await add_dataset(client), {"dataset_id": faces.id})
    assert (await client.delete(f"/v1/datasets/{faces.id}")).json()["code"] == "dataset_in_use"


class TestRefused:
    async def test_what_is_not_there(self, client: httpx.AsyncClient, faces: Dataset) -> None:
        target, own = await add_dataset(client), {"dataset_id": faces.id}
        unknown = await merge(client, target, own, {"dataset_id": new_id("ds")})
        assert refusals(unknown) == (404, [("/source/parts/1/dataset_id", "not_found")])
        version = await merge(client, target, own, {**own, "version": 2})
        assert refusals(version) == (404, [("/source/parts/1/version", "not_found")])
        empty = await merge(client, target, {"dataset_id": target})
        assert refusals(empty) == (409, [("/source/parts/0/version", "dataset_empty")])

    async def test_another_tenants_as_if_it_were_not_there(self, faces: Dataset, open_account: Open) -> None:
        stranger = (await open_account()).client
        target = await add_dataset(stranger)
        answers = [await merge(stranger, target, {"dataset_id": one}) for one in (faces.id, new_id("ds"))]
        assert refusals(answers[0]) == refusals(answers[1]) == (404, [("/source/parts/0/dataset_id", "not_found")])
        assert answers[0].json()["detail"] == answers[1].json()["detail"]

    @pytest.mark.parametrize("where", ["mouth:9", "nose:1", "mouth"])
    async def test_a_filter_that_fits_no_image(self, client: httpx.AsyncClient, faces: Dataset, where: str) -> None:
        parts = [{"dataset_id": faces.id}, {"dataset_id": faces.id, "where": [where]}]
        answer = await merge(client, await add_dataset(client), *parts)
        assert refusals(answer) == (422, [("/source/parts/1/where/0", "validation_failed")])

    async def test_attributes_as_texts_that_no_dataset_has(self, client: httpx.AsyncClient, faces: Dataset) -> None:
        source = {"type": "merge", "parts": [{"dataset_id": faces.id}], "as_text": ["age"]}
        refused = await client.post("/v1/imports", json={"dataset_id": await add_dataset(client), "source": source})
        assert refusals(refused) == (422, [("/source/as_text", "validation_failed")])

    async def test_attributes_that_disagree_with_both_names(
        self, client: httpx.AsyncClient, account: Account, faces: Dataset, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        other = await fill_dataset(account.tenant, name="others")
        numbers = {"mouth": Attribute(type="number").model_dump()}
        versions = DatasetVersionRepository(stores.database, account.tenant)
        assert await versions.change(f"{other.id}:1", {"attributes": numbers})
        parts = [{"dataset_id": faces.id}, {"dataset_id": other.id}]
        answer = await merge(client, await add_dataset(client), *parts)
        assert refusals(answer) == (422, [("/source/parts/1", "validation_failed")])
        assert "type enum in faces, and of type number in others" in answer.json()["detail"]
        assert (await merge(client, await add_dataset(client, attributes={"mouth": {}}), *parts)).status_code == 202
        texts = {"type": "merge", "parts": parts, "as_text": ["mouth"]}
        made = await client.post("/v1/imports", json={"dataset_id": await add_dataset(client), "source": texts})
        assert (made.status_code, made.json()["source"]["as_text"]) == (202, ["mouth"])

    async def test_no_part_and_unknown_fields(self, client: httpx.AsyncClient, faces: Dataset) -> None:
        assert refusals(await merge(client, faces.id)) == (422, [("/source/parts", "too_short")])
        answer = await merge(client, faces.id, {"dataset_id": faces.id, "owner": "ten_1"})
        assert refusals(answer) == (422, [("/source/parts/0/owner", "unknown_field")])

    async def test_a_key_that_may_not_read_datasets(
        self, client: httpx.AsyncClient, account: Account, faces: Dataset, open_account: Open
    ) -> None:
        writer = (await open_account(Scope.DATASETS_WRITE, tenant=account.tenant)).client
        answer = await merge(writer, await add_dataset(client), {"dataset_id": faces.id})
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
