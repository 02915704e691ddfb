"""Finding datasets by what their images show: those of others, with how many images meet the filter."""

from typing import Any

import httpx
import pytest

from maskeraid_api import dataset_browsing
from maskeraid_core.documents.datasets import Dataset

from .conftest import Account, FillDataset, Open


@pytest.fixture
async def reader(open_account: Open) -> Account:
    return await open_account()


@pytest.fixture
async def published(account: Account, fill_dataset: FillDataset) -> list[Dataset]:
    """Three public datasets, of 2, 6, and 1 images: of the last none has `mouth:1`."""
    found = [await fill_dataset(account.tenant, count, name=name) for name, count in (("a", 2), ("Bob", 6), ("c", 1))]
    for dataset, licence in zip(found, ("CC0-1.0", "MIT", "MIT"), strict=True):
        body = {"visibility": "public", "licence": licence}
        assert (await account.client.patch(f"/v1/datasets/{dataset.id}", json=body)).status_code == 200
    return found


async def browse(caller: Account, **query: Any) -> dict[str, Any]:  # noqa: ANN401 fields of the API
    answer = await caller.client.get("/v1/datasets", params={"visibility": "public", **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def names(page: dict[str, Any]) -> list[str]:
    return [row["name"] for row in page["data"]]


class TestBrowsing:
    async def test_by_what_images_show_with_their_number(self, reader: Account, published: list[Dataset]) -> None:
        found = await browse(reader, where=["mouth:1"])
        assert [(row["name"], row["matching"]) for row in found["data"]] == [("Bob", 3), ("a", 1)]
        assert (found["has_more"], found["total"]) == (False, None)
        assert names(await browse(reader, where=["mouth:1", "nose:2"])) == []
        assert names(await browse(reader, where=["nose:2"])) == []

    async def test_by_name_and_licence(self, reader: Account, published: list[Dataset]) -> None:
        assert names(await browse(reader, q="bo")) == ["Bob"]
        assert names(await browse(reader, q=".")) == [], "words, no pattern"
        assert names(await browse(reader, licence="MIT")) == ["c", "Bob"]
        assert names(await browse(reader, licence="MIT", where=["mouth:1"])) == ["Bob"]
        assert (await browse(reader, include="total"))["total"] == 3
        assert [row["matching"] for row in (await browse(reader))["data"]] == [None] * 3

    async def test_ones_own_too(self, account: Account, published: list[Dataset]) -> None:
        assert names(await browse(account)) == []
        assert names(await browse(account, visibility="own", where=["mouth:1"])) == ["Bob", "a"]

    async def test_page_after_page(self, reader: Account, published: list[Dataset]) -> None:
        first = await browse(reader, where=["mouth:1"], limit=1)
        assert (names(first), first["has_more"]) == (["Bob"], True)
        second = await browse(reader, where=["mouth:1"], limit=1, after=first["last_id"])
        assert names(second) == ["a"]

    async def test_a_request_looks_into_so_many_and_no_more(
        self, reader: Account, published: list[Dataset], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dataset_browsing, "MOST_LOOKED_INTO", 1)
        first = await browse(reader, where=["mouth:1"])
        assert (names(first), first["has_more"], first["last_id"]) == ([], True, published[2].id)
        second = await browse(reader, where=["mouth:1"], after=first["last_id"])
        assert (names(second), second["has_more"]) == (["Bob"], True)

    async def test_what_is_no_condition_is_refused(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/datasets", params={"where": "mouth"})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "where")
