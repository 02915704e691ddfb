"""Imports of covered faces over HTTP: what is asked for, and what is refused before it begins."""

from typing import Any

import httpx
import pytest

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import COVERING_ATTRIBUTE, FAMILIES, Attribute, Dataset
from maskeraid_core.ids import new_id
from maskeraid_core.manifests import read_manifest, write_manifest
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository

from .conftest import Account, FillDataset, Hand, Open


@pytest.fixture
async def clean(account: Account, fill_dataset: FillDataset) -> Dataset:
    return await fill_dataset(account.tenant)


async def add_dataset(client: httpx.AsyncClient, **facts: Any) -> str:  # noqa: ANN401 any field
    made = await client.post("/v1/datasets", json={"name": new_id("n"), "role": "test", **facts})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def cover(client: httpx.AsyncClient, into: str, of: str, where: list[str] | None = None, **more: object) -> Any:  # noqa: ANN401
    source = {"type": "coverings", "of": {"dataset_id": of, "where": where or []}, **more}
    return await client.post("/v1/imports", json={"dataset_id": into, "source": source})


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    body = answer.json()
    return answer.status_code, body["code"], body["errors"][0].get("pointer") if body["errors"] else None


class TestAccepted:
    async def test_says_what_is_covered_by_which_seed(
        self, client: httpx.AsyncClient, clean: Dataset, hand: Hand
    ) -> None:
        target = await add_dataset(client)
        made = await cover(client, target, clean.id, ["mouth:2"], families=["hat", "bar", "hat"], seed=7)
        assert made.status_code == 202, made.text
        source = {
            "type": "coverings", "of": {"dataset_id": clean.id, "version": 1, "where": ["mouth:2"]},
            "families": ["hat", "bar"], "seed": 7,
        }  # fmt: skip
        assert made.json()["source"] == source
        assert (await client.get(f"/v1/imports/{made.json()['id']}")).json()["source"] == source
        job = await hand.claim(made.json()["id"])
        assert (job.spec["source"], job.spec["covered"]["version"]) == ("coverings", 1)

    async def test_draws_a_seed_and_takes_all_families(self, client: httpx.AsyncClient, clean: Dataset) -> None:
        target = await add_dataset(client)
        sources = [(await cover(client, target, clean.id)).json()["source"] for _ in range(2)]
        assert sources[0]["families"] == list(FAMILIES)
        assert sources[0]["seed"] != sources[1]["seed"]

    async def test_keeps_the_clean_faces_from_being_deleted_meanwhile(
        self, client: httpx.AsyncClient, clean: Dataset
    ) -> None:
        await cover(client, await add_dataset(client), clean.id)
        assert (await client.delete(f"/v1/datasets/{clean.id}")).json()["code"] == "dataset_in_use"

    @pytest.mark.parametrize("covering", [{"type": "text"}, COVERING_ATTRIBUTE.model_dump()])
    async def test_takes_room_for_the_covering_where_there_is_some(
        self, client: httpx.AsyncClient, clean: Dataset, covering: dict[str, object]
    ) -> None:
        target = await add_dataset(client, attributes={"covering": covering})
        assert (await cover(client, target, clean.id)).status_code == 202


class TestRefused:
    @pytest.mark.parametrize(
        ("more", "pointer"),
        [({"families": ["mask"]}, "/source/families/0"), ({"families": []}, "/source/families"),
         ({"seed": -1}, "/source/seed"), ({"set": "faces-light"}, "/source/set")],
    )  # fmt: skip
    async def test_by_field(
        self, client: httpx.AsyncClient, clean: Dataset, more: dict[str, object], pointer: str
    ) -> None:
        answer = await cover(client, await add_dataset(client), clean.id, **more)
        assert (answer.status_code, refusal(answer)[2]) == (422, pointer)

    async def test_a_family_that_is_unknown_names_those_there_are(
        self, client: httpx.AsyncClient, clean: Dataset
    ) -> None:
        answer = await cover(client, await add_dataset(client), clean.id, families=["mask"])
        assert "surgical" in answer.text

    async def test_a_dataset_of_itself(self, client: httpx.AsyncClient, clean: Dataset) -> None:
        answer = await cover(client, clean.id, clean.id)
        assert refusal(answer) == (422, "validation_failed", "/source/of/dataset_id")
        assert "name another one" in answer.json()["detail"]

    async def test_a_dataset_without_images(self, client: httpx.AsyncClient) -> None:
        answer = await cover(client, await add_dataset(client), await add_dataset(client))
        assert refusal(answer)[:2] == (409, "dataset_empty")

    async def test_what_is_not_there(self, client: httpx.AsyncClient, clean: Dataset) -> None:
        target = await add_dataset(client)
        unknown = await cover(client, target, new_id("ds"))
        assert refusal(unknown) == (404, "not_found", "/source/of/dataset_id")
        assert (await cover(client, new_id("ds"), clean.id)).status_code == 404
        source = {"type": "coverings", "of": {"dataset_id": clean.id, "version": 2}}
        answer = await client.post("/v1/imports", json={"dataset_id": target, "source": source})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_another_tenants(self, clean: Dataset, open_account: Open) -> None:
        stranger = (await open_account()).client
        target = await add_dataset(stranger)
        foreign, unknown = await cover(stranger, target, clean.id), await cover(stranger, target, new_id("ds"))
        assert refusal(foreign) == refusal(unknown) == (404, "not_found", "/source/of/dataset_id")
        assert foreign.json()["detail"] == unknown.json()["detail"]

    async def test_a_key_that_may_not_read_datasets(
        self, client: httpx.AsyncClient, account: Account, clean: Dataset, open_account: Open
    ) -> None:
        target = await add_dataset(client)
        writer = (await open_account(Scope.DATASETS_WRITE, tenant=account.tenant)).client
        assert refusal(await cover(writer, target, clean.id))[:2] == (403, "scope_missing")

    @pytest.mark.parametrize(
        ("where", "pointer"),
        [(["mouth:9"], "/source/of/where/0"), (["nose:1"], "/source/of/where/0"), (["mouth"], "/source/of/where/0")],
    )
    async def test_a_filter_that_fits_no_image(
        self, client: httpx.AsyncClient, clean: Dataset, where: list[str], pointer: str
    ) -> None:
        answer = await cover(client, await add_dataset(client), clean.id, where)
        assert refusal(answer) == (422, "validation_failed", pointer)

    async def test_conditions_that_no_image_meets_together(
        self, client: httpx.AsyncClient, clean: Dataset, stores: Stores
    ) -> None:
        versions = DatasetVersionRepository(stores.database, clean.tenant)
        version = await versions.require(f"{clean.id}:1")
        manifest = read_manifest(await stores.blobs.get(version.manifest_key))
        rows = [row | {"attr:nose": row["attr:mouth"]} for row in manifest.to_dicts()]
        key, digest = await stores.blobs.put_content("m", write_manifest(rows), ".parquet")
        assert await versions.change(version.id, {"manifest_key": key, "manifest_sha256": digest})
        answer = await cover(client, await add_dataset(client), clean.id, ["mouth:1", "nose:2"])
        assert refusal(answer) == (422, "validation_failed", "/source/of/where")


class TestSchemas:
    async def test_a_covering_that_is_a_number(self, client: httpx.AsyncClient, clean: Dataset) -> None:
        target = await add_dataset(client, attributes={"covering": {"type": "number"}})
        answer = await cover(client, target, clean.id)
        assert refusal(answer) == (422, "validation_failed", "/dataset_id")

    async def test_a_covering_that_allows_too_few(self, client: httpx.AsyncClient, clean: Dataset) -> None:
        target = await add_dataset(client, attributes={"covering": {"type": "enum", "values": ["hat", "bar"]}})
        answer = await cover(client, target, clean.id, families=["hat", "cloth"])
        assert refusal(answer) == (422, "validation_failed", "/source/families")
        assert "does not allow cloth; it allows hat, bar" in answer.json()["detail"]
        assert (await cover(client, target, clean.id, families=["hat"])).status_code == 202

    async def test_a_required_attribute_that_the_faces_have_not(
        self, client: httpx.AsyncClient, clean: Dataset
    ) -> None:
        target = await add_dataset(client, attributes={"age": {"type": "number", "required": True}})
        answer = await cover(client, target, clean.id)
        assert refusal(answer) == (422, "validation_failed", "/dataset_id")
        assert "needs age of every image" in answer.json()["detail"]

    async def test_faces_with_an_attribute_of_that_name(
        self, client: httpx.AsyncClient, clean: Dataset, stores: Stores
    ) -> None:
        own = {"covering": Attribute().model_dump()}
        versions = DatasetVersionRepository(stores.database, clean.tenant)
        assert await versions.change(f"{clean.id}:1", {"attributes": own})
        assert await DatasetRepository(stores.database, clean.tenant).change(clean.id, {"attributes": own})
        answer = await cover(client, await add_dataset(client), clean.id)
        assert refusal(answer) == (422, "validation_failed", "/source/of/dataset_id")
        assert "would be overwritten" in answer.json()["detail"]
