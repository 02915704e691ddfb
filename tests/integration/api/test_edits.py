"""Edits over HTTP: what is asked for, what is refused with its place, and what a version is afterwards."""

from typing import Any

import httpx
import pytest

from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.ids import image_id, new_id

from .conftest import Account, FillDataset, Hand, Open


@pytest.fixture
async def faces(account: Account, fill_dataset: FillDataset) -> Dataset:
    return await fill_dataset(account.tenant)


async def edit(client: httpx.AsyncClient, dataset_id: str, **source: Any) -> httpx.Response:  # noqa: ANN401 any field
    return await client.post("/v1/imports", json={"dataset_id": dataset_id, "source": {"type": "edit", **source}})


def refusals(answer: httpx.Response) -> tuple[int, list[tuple[str | None, str]]]:
    body = answer.json()
    return answer.status_code, [(row.get("pointer"), row["code"]) for row in body["errors"]]


class TestAccepted:
    async def test_by_filter(self, client: httpx.AsyncClient, faces: Dataset, hand: Hand) -> None:
        made = await edit(client, faces.id, where=["mouth:2"], set={"mouth": "1"})
        assert made.status_code == 202, made.text
        assert made.json()["source"] == {"type": "edit", "where": ["mouth:2"], "set": {"mouth": "1"}}
        job = await hand.claim(made.json()["id"])
        assert job.spec["edit"] == {
            "where": ["mouth:2"], "rows": None, "set": {"mouth": "1"}, "delete": False, "confirm": [],
            "least_confidence": None, "dismiss": [],
        }  # fmt: skip

    async def test_by_images(self, client: httpx.AsyncClient, faces: Dataset, hand: Hand) -> None:
        ids = [image_id(faces.id, row) for row in (3, 1)]
        made = await edit(client, faces.id, image_ids=[*ids, ids[0]], delete=True)
        assert made.json()["source"] == {"type": "edit", "image_ids": ids, "delete": True}
        assert (await hand.claim(made.json()["id"])).spec["edit"]["rows"] == [3, 1]

    @pytest.mark.parametrize(("value", "kept"), [(None, None), (1, "1"), ("2", "2")])
    async def test_values_are_kept_as_a_manifest_has_them(
        self, client: httpx.AsyncClient, faces: Dataset, hand: Hand, value: object, kept: str | None
    ) -> None:
        made = await edit(client, faces.id, where=[], set={"mouth": value})
        assert (await hand.claim(made.json()["id"])).spec["edit"]["set"] == {"mouth": kept}


class TestRefused:
    async def test_unknown_images_each(self, client: httpx.AsyncClient, faces: Dataset) -> None:
        ids = [image_id(faces.id, 1), image_id(faces.id, 11), image_id(new_id("ds"), 1)]
        answer = await edit(client, faces.id, image_ids=ids, delete=True)
        places = [("/source/image_ids/1", "not_found"), ("/source/image_ids/2", "not_found")]
        assert refusals(answer) == (404, places)
        assert ids[1] in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("values", "places"),
        [({"mouth": "9"}, [("/source/set/mouth", "value_not_allowed")]),
         ({"nose": "1", "mouth": True},
          [("/source/set/nose", "unknown_attribute"), ("/source/set/mouth", "value_not_allowed")])],
    )  # fmt: skip
    async def test_values_that_do_not_fit(
        self, client: httpx.AsyncClient, faces: Dataset, values: dict[str, object], places: list[tuple[str, str]]
    ) -> None:
        answer = await edit(client, faces.id, where=["mouth:1"], set=values)
        assert refusals(answer) == (422, places)

    @pytest.mark.parametrize(
        ("where", "pointer"), [(["mouth:9"], "/source/where/0"), (["mouth:1", "nose:1"], "/source/where/1")]
    )
    async def test_a_filter_that_fits_no_image(
        self, client: httpx.AsyncClient, faces: Dataset, where: list[str], pointer: str
    ) -> None:
        answer = await edit(client, faces.id, where=where, delete=True)
        assert refusals(answer) == (422, [(pointer, "validation_failed")])

    async def test_that_leaves_no_image(self, client: httpx.AsyncClient, faces: Dataset) -> None:
        answer = await edit(client, faces.id, where=[], delete=True)
        assert refusals(answer) == (422, [("/source/delete", "validation_failed")])
        assert "delete the dataset instead" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("source", "pointer"),
        [({"where": []}, "/source"), ({"set": {"mouth": "1"}}, "/source"), ({"where": [], "set": {}}, "/source/set"),
         ({"where": [], "image_ids": ["img_01KAGP1XF3A7QYFR6F0DTHBRA4_000001"], "delete": True}, "/source"),
         ({"where": [], "set": {"mouth": "1"}, "delete": True}, "/source"),
         ({"where": [], "delete": False}, "/source/delete"), ({"image_ids": [], "delete": True}, "/source/image_ids"),
         ({"image_ids": ["x"], "delete": True}, "/source/image_ids/0"),
         ({"where": [], "set": {"mouth": ["1"]}}, "/source/set/mouth")],
    )  # fmt: skip
    async def test_by_field(
        self, client: httpx.AsyncClient, faces: Dataset, source: dict[str, object], pointer: str
    ) -> None:
        answer = await edit(client, faces.id, **source)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)

    async def test_of_nothing_and_of_others(
        self, client: httpx.AsyncClient, faces: Dataset, open_account: Open
    ) -> None:
        empty = (await client.post("/v1/datasets", json={"name": "empty"})).json()["id"]
        assert (await edit(client, empty, where=[], delete=True)).json()["code"] == "dataset_empty"
        stranger = (await open_account()).client
        assert (await edit(stranger, faces.id, where=[], delete=True)).status_code == 404
