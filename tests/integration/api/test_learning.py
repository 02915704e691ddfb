"""Which images a model learned from, which models learned from an image, and what happens when the images go."""

import httpx
import polars as pl
import pytest

from maskeraid_core.documents.datasets import Dataset, DatasetVersion
from maskeraid_core.documents.deletions import DeletionSpec, Erasure, VersionImages
from maskeraid_core.documents.models import Model
from maskeraid_core.ids import image_id
from maskeraid_core.manifests import rows_of, write_manifest
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.deliveries import DeliveryRepository
from maskeraid_core.repositories.models import ModelVersionRepository
from maskeraid_core.repositories.repository import PageRequest
from maskeraid_curator.erased_versions import rewrite_versions

from .conftest import Account, FillDataset, Open
from .made_models import add_model


@pytest.fixture
async def datasets(account: Account, fill_dataset: FillDataset) -> list[Dataset]:
    """Two of them: odd rows have mouth 2, even ones mouth 1."""
    return [await fill_dataset(account.tenant, 6), await fill_dataset(account.tenant, 4)]


def part(dataset: Dataset, *where: str, version: int = 1) -> dict[str, object]:
    return {"dataset_id": dataset.id, "version": version, "where": list(where)}


async def learned(stores: Stores, tenant: str, *parts: dict[str, object]) -> Model:
    return await add_model(stores, tenant, facts=[{"lineage": {"training_id": "trn_1", "data": list(parts)}}])


async def next_version(stores: Stores, dataset: Dataset, rows: list[int]) -> None:
    """Version 2 of a dataset, with other rows, all of mouth 1."""
    versions = DatasetVersionRepository(stores.database, dataset.tenant)
    first = await versions.require(f"{dataset.id}:1")
    manifest = [
        {"row": row, "id": image_id(dataset.id, row), "file": f"{row}.png", "sha256": "0" * 64, "bytes": 1,
         "width": 32, "height": 32, "grey": False, "attr:mouth": "1"} for row in rows
    ]  # fmt: skip
    key, digest = await stores.blobs.put_content("t/x/manifests", write_manifest(manifest), ".parquet")
    facts = {"id": f"{dataset.id}:2", "version": 2, "parent_version": 1, "manifest_key": key, "manifest_sha256": digest}
    second: DatasetVersion = first.model_copy(update=facts)
    await versions.put(second)
    assert await DatasetRepository(stores.database, dataset.tenant).publish(second)


async def ids_of(client: httpx.AsyncClient, **query: object) -> list[str]:
    answer = await client.get("/v1/images", params=query)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


class TestModelsOfADataset:
    async def test_are_yours_that_learned_from_it_or_began_with_one_that_did(
        self, account: Account, open_account: Open, stores: Stores, datasets: list[Dataset]
    ) -> None:
        first, second = datasets
        direct = await learned(stores, account.tenant, part(first, "mouth:2"))
        lineage = {"training_id": "trn_1", "data": [part(second)], "ancestors": [part(first)]}
        further = await add_model(stores, account.tenant, facts=[{"lineage": lineage}])
        await learned(stores, (await open_account()).tenant, part(first))
        await learned(stores, account.tenant, part(second))
        query = {"dataset_id": first.id, "order": "asc", "include": "total"}
        found = (await account.client.get("/v1/models", params=query)).json()
        assert [row["id"] for row in found["data"]] == [direct.id, further.id]
        assert found["total"] == 2
        page = (await account.client.get("/v1/models", params={**query, "limit": 1, "after": direct.id})).json()
        assert [row["id"] for row in page["data"]] == [further.id]
        await account.client.delete(f"/v1/models/{direct.id}")
        assert (await account.client.get("/v1/models", params=query)).json()["total"] == 1

    async def test_of_a_dataset_that_nobody_learned_from_there_are_none(
        self, account: Account, stores: Stores, datasets: list[Dataset]
    ) -> None:
        await learned(stores, account.tenant, part(datasets[0]))
        answer = await account.client.get("/v1/models", params={"dataset_id": datasets[1].id})
        assert (answer.status_code, answer.json()["data"]) == (200, [])


class TestImagesOfAModel:
    async def test_are_those_that_its_filters_left_of_each_dataset(
        self, account: Account, stores: Stores, datasets: list[Dataset]
    ) -> None:
        first, second = datasets
        model = await learned(stores, account.tenant, part(first, "mouth:2"), part(second))
        expected = [image_id(first.id, row) for row in (1, 3, 5)] + [image_id(second.id, row) for row in (1, 2, 3, 4)]
        client = account.client
        assert await ids_of(client, model_id=model.id, version="champion") == expected
        assert await ids_of(client, model_id=model.id, where="mouth:1") == [expected[4], expected[6]]
        url, seen = f"/v1/images?model_id={model.id}&limit=2&include=total", []
        while url:
            answer = await client.get(url)
            assert answer.json()["total"] == 7
            seen += [row["id"] for row in answer.json()["data"]]
            url = answer.links.get("next", {}).get("url")
        assert seen == expected
        assert (await client.get("/v1/facets", params={"model_id": model.id})).json()["total"] == 7

    async def test_come_once_though_learned_twice_and_as_they_were_then(
        self, account: Account, stores: Stores, datasets: list[Dataset]
    ) -> None:
        first, _ = datasets
        await next_version(stores, first, [2, 7])
        twice = await learned(stores, account.tenant, part(first, "mouth:1"), part(first), part(first, version=2))
        rows = (2, 4, 6, 1, 3, 5, 7)
        assert await ids_of(account.client, model_id=twice.id) == [image_id(first.id, row) for row in rows]

    async def test_of_a_dataset_that_is_gone_are_gone(
        self, account: Account, stores: Stores, datasets: list[Dataset]
    ) -> None:
        first, second = datasets
        model = await learned(stores, account.tenant, part(first), part(second, "mouth:2"))
        assert (await account.client.delete(f"/v1/datasets/{first.id}", params={"force": True})).status_code == 204
        assert await ids_of(account.client, model_id=model.id) == [image_id(second.id, row) for row in (1, 3)]
        assert (await account.client.delete(f"/v1/datasets/{second.id}", params={"force": True})).status_code == 204
        assert await ids_of(account.client, model_id=model.id) == []

    @pytest.mark.parametrize("query", [{}, {"model_id": f"mdl_{'0' * 26}", "dataset_id": f"ds_{'0' * 26}"}])
    async def test_are_of_one_model_or_one_dataset(self, client: httpx.AsyncClient, query: dict[str, str]) -> None:
        assert (await client.get("/v1/images", params=query)).status_code == 422

    async def test_behind_an_image_that_is_not_among_them(
        self, account: Account, stores: Stores, datasets: list[Dataset]
    ) -> None:
        first, second = datasets
        model = await learned(stores, account.tenant, part(first, "mouth:2"), part(second))
        for after in (image_id(first.id, 2), f"img_{'0' * 26}_000001", "x"):
            answer = await account.client.get("/v1/images", params={"model_id": model.id, "after": after})
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


class TestModelsOfAnImage:
    async def test_are_those_that_saw_it(self, account: Account, stores: Stores, datasets: list[Dataset]) -> None:
        first, second = datasets
        await next_version(stores, first, [1, 2, 7])
        odd = await learned(stores, account.tenant, part(first, "mouth:2"))
        both = await learned(stores, account.tenant, part(second), part(first))
        later = await learned(stores, account.tenant, part(first, version=2))
        expected = {1: [odd, both, later], 2: [both, later], 7: [later]}
        client = account.client
        for row, models in expected.items():
            image = (await client.get(f"/v1/images/{image_id(first.id, row)}")).json()
            assert image["models"] == [{"model_id": model.id, "version": 1} for model in models]
        page = (await client.get("/v1/images", params={"dataset_id": first.id})).json()["data"]
        assert {image["row"]: len(image["models"]) for image in page} == {1: 3, 2: 2, 7: 1}
        assert (await client.delete(f"/v1/models/{both.id}")).status_code == 204
        image = (await client.get(f"/v1/images/{image_id(second.id, 1)}")).json()
        assert image["models"] == []

    async def test_are_told_as_they_are_now(self, account: Account, stores: Stores, datasets: list[Dataset]) -> None:
        first, _ = datasets

        async def told() -> list[dict[str, object]]:
            models: list[dict[str, object]] = (await account.client.get(url)).json()["models"]
            return models

        url = f"/v1/images/{image_id(first.id, 2)}"
        assert await told() == []
        lineage = {"lineage": {"training_id": "trn_1", "data": [part(first)]}}
        model = await add_model(stores, account.tenant, versions=2, facts=[{}, lineage])
        assert await told() == [{"model_id": model.id, "version": 2}]
        versions = ModelVersionRepository(stores.database, account.tenant)
        await versions.change(f"{model.id}:2", {"lineage": {"training_id": "trn_1", "data": [part(first, "mouth:2")]}})
        assert await told() == []
        await versions.change(f"{model.id}:1", lineage)
        assert await told() == [{"model_id": model.id, "version": 1}]
        assert await versions.delete(f"{model.id}:1")
        assert await told() == []


class TestImagesThatAreErased:
    async def test_are_gone_at_once_from_a_version_that_was_read_before(
        self, account: Account, stores: Stores, datasets: list[Dataset]
    ) -> None:
        first, client = datasets[0], account.client
        everything = [image_id(first.id, row) for row in range(1, 7)]
        assert await ids_of(client, dataset_id=first.id) == everything
        versions = DatasetVersionRepository(stores.database, account.tenant)
        await versions.mark_erased(f"{first.id}:1", [2, 3])
        assert await ids_of(client, dataset_id=first.id) == [everything[at] for at in (0, 3, 4, 5)]
        version = await versions.require(f"{first.id}:1")
        assert await versions.rewrite(version, {"image_count": 4})
        assert (await client.get(f"/v1/datasets/{first.id}/versions/1")).json()["image_count"] == 4
        assert "rewritten" not in (await client.get(f"/v1/datasets/{first.id}")).json()

    async def test_are_gone_though_who_took_them_out_died_before_saying_so(
        self, account: Account, stores: Stores, datasets: list[Dataset]
    ) -> None:
        first, client = datasets[0], account.client
        assert len(await ids_of(client, dataset_id=first.id)) == 6
        version = await DatasetVersionRepository(stores.database, account.tenant).require(f"{first.id}:1")
        rows = (await rows_of(stores.blobs, version)).filter(pl.col("row") > 2)
        key, digest = await stores.blobs.put_content("t/x/manifests", write_manifest(rows), ".parquet")
        facts = {"$set": {"manifest_key": key, "manifest_sha256": digest}}
        await stores.database["dataset_versions"].update_one({"_id": version.id}, facts)
        hit = VersionImages(dataset_id=first.id, version=1, images=2)
        erasure = Erasure(
            id="dlt_1", tenant=account.tenant, rows={first.id: [1, 2]}, versions=[hit], created_at=version.created_at
        )
        await rewrite_versions(stores, account.tenant, DeletionSpec(images=erasure.rows), erasure)
        assert len(await ids_of(client, dataset_id=first.id)) == 4


class TestDeletingADataset:
    async def test_flags_also_what_began_with_a_model_that_used_it(
        self, account: Account, stores: Stores, datasets: list[Dataset]
    ) -> None:
        client, (first, second) = account.client, datasets
        lineage = {"training_id": "trn_1", "data": [part(second)], "ancestors": [part(first)]}
        model = await add_model(stores, account.tenant, facts=[{"lineage": lineage}])
        refused = await client.delete(f"/v1/datasets/{first.id}")
        assert (refused.json()["code"], refused.json()["users"]) == ("dataset_in_use", [model.id])
        assert (await client.delete(f"/v1/datasets/{first.id}?force=true")).status_code == 204
        assert (await client.get(f"/v1/models/{model.id}")).json()["flags"][0]["dataset_id"] == first.id

    async def test_that_models_use_is_refused_or_flags_them_once(
        self, account: Account, stores: Stores, datasets: list[Dataset]
    ) -> None:
        client, (first, _) = account.client, datasets
        await client.post("/v1/webhook-endpoints", json={"url": "https://example.org/", "event_types": ["*"]})
        model = await learned(stores, account.tenant, part(first))
        refused = await client.delete(f"/v1/datasets/{first.id}")
        assert (refused.status_code, refused.json()["code"]) == (409, "dataset_in_use")
        assert refused.json()["users"] == [model.id]
        assert (await client.delete(f"/v1/datasets/{first.id}?force=true")).status_code == 204
        found = (await client.get(f"/v1/models/{model.id}")).json()
        assert [(flag["code"], flag["dataset_id"]) for flag in found["flags"]] == [("dataset_deleted", first.id)]
        told = await DeliveryRepository(stores.database, account.tenant).page(PageRequest(), event="model.flagged")
        assert [(row.subject, row.data["status"]) for row in told.items] == [(model.id, "flagged")]
        shared = await client.patch(f"/v1/models/{model.id}", json={"visibility": "public", "licence": "MIT"})
        assert (shared.status_code, shared.json()["code"]) == (403, "sharing_blocked")

    async def test_that_a_job_uses_is_refused_in_any_case(self, account: Account, datasets: list[Dataset]) -> None:
        client, (_, second) = account.client, datasets
        source = {"type": "generator", "set": "faces-light"}
        await client.post("/v1/imports", json={"dataset_id": second.id, "source": source})
        assert (await client.delete(f"/v1/datasets/{second.id}?force=true")).status_code == 409
