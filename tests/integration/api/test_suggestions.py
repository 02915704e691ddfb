"""Suggested values over HTTP: shown and counted apart from attributes, and confirmed or dismissed by edits."""

from typing import Any

import httpx
import pytest

from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.ids import image_id

from .conftest import Account, FillDataset, Hand

VALUES = [{"hair": "", "mouth": "1"}, {"hair": "1", "mouth": "2"}, {"hair": "", "mouth": "2"}]
SUGGESTED = {1: ("1", 0.97), 3: ("2", 0.61)}


def suggested(row: int) -> dict[str, Any]:
    value, confidence = SUGGESTED.get(row, (None, None))
    return {"suggested:hair": value, "suggested_confidence:hair": confidence}


@pytest.fixture
async def faces(account: Account, fill_dataset: FillDataset) -> Dataset:
    return await fill_dataset(account.tenant, values=VALUES, measured=suggested)


async def edit(client: httpx.AsyncClient, dataset_id: str, **source: Any) -> httpx.Response:  # noqa: ANN401 any field
    return await client.post("/v1/imports", json={"dataset_id": dataset_id, "source": {"type": "edit", **source}})


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["pointer"]


class TestShown:
    async def test_on_images_beside_their_attributes(self, client: httpx.AsyncClient, faces: Dataset) -> None:
        listed = (await client.get("/v1/images", params={"dataset_id": faces.id})).json()["data"]
        assert [image["suggestions"] for image in listed] == [
            {"hair": {"value": "1", "confidence": 0.97}}, {}, {"hair": {"value": "2", "confidence": 0.61}},
        ]  # fmt: skip
        assert [image["attributes"].get("hair") for image in listed] == [None, "1", None]
        one = (await client.get(f"/v1/images/{image_id(faces.id, 3)}")).json()
        assert one["suggestions"] == listed[2]["suggestions"]

    async def test_in_facets_of_their_own(self, client: httpx.AsyncClient, faces: Dataset) -> None:
        found = (await client.get("/v1/facets", params={"dataset_id": faces.id})).json()
        values = {facet["attribute"]: facet["values"] for facet in found["facets"]}
        assert [(one["value"], one["count"]) for one in values["hair"]] == [("1", 1)]
        assert [(one["value"], one["count"]) for one in values["suggested.hair"]] == [("1", 1), ("2", 1)]
        assert found["sentence"] == "3 images. hair: 1 value, mouth: 2 values"

    @pytest.mark.parametrize(
        ("where", "rows"), [("suggested.hair:2", [3]), ("suggested.hair:", [2]), ("hair:1", [2]), ("hair:", [1, 3])]
    )
    async def test_to_filters_that_ask_for_them(
        self, client: httpx.AsyncClient, faces: Dataset, where: str, rows: list[int]
    ) -> None:
        listed = (await client.get("/v1/images", params={"dataset_id": faces.id, "where": where})).json()["data"]
        assert [image["row"] for image in listed] == rows

    async def test_to_nobody_else(self, client: httpx.AsyncClient, faces: Dataset) -> None:
        """What learns from images, or gives them away, goes by what is known of them."""
        where = ["suggested.hair:1"]
        orders = {
            "/v1/exports": {"dataset_id": faces.id, "where": where},
            "/v1/trainings": {"name": "m", "data": [{"dataset_id": faces.id, "where": where}]},
        }
        for path, body in orders.items():
            refused = await client.post(path, json=body)
            assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed"), path
            assert "no attribute 'suggested.hair'" in refused.json()["detail"]


class TestWanted:
    async def test_by_an_option_of_every_import(self, client: httpx.AsyncClient, faces: Dataset, hand: Hand) -> None:
        body = {"dataset_id": faces.id, "source": {"type": "merge", "parts": [{"dataset_id": faces.id}]}}
        made = (await client.post("/v1/imports", json={**body, "suggest_attributes": True})).json()
        assert made["suggest_attributes"]
        assert (await hand.claim(made["id"])).spec["suggest_attributes"] is True

    async def test_with_files(self, client: httpx.AsyncClient, faces: Dataset, hand: Hand) -> None:
        form = {"dataset_id": faces.id, "options": '{"suggest_attributes": true}'}
        made = await client.post("/v1/imports", data=form, files={"files": ("a.png", b"x")})
        assert made.status_code == 202, made.text
        assert (await hand.claim(made.json()["id"])).spec["suggest_attributes"] is True


class TestSettled:
    async def test_by_confirming(self, client: httpx.AsyncClient, faces: Dataset, hand: Hand) -> None:
        made = await edit(client, faces.id, where=["suggested.hair:1"], confirm=["hair", "hair"], least_confidence=0.9)
        assert made.status_code == 202, made.text
        source = {"type": "edit", "where": ["suggested.hair:1"], "confirm": ["hair"], "least_confidence": 0.9}
        assert made.json()["source"] == source
        spec = (await hand.claim(made.json()["id"])).spec["edit"]
        assert (spec["confirm"], spec["dismiss"], spec["least_confidence"]) == (["hair"], [], 0.9)

    async def test_by_dismissing(self, client: httpx.AsyncClient, faces: Dataset, hand: Hand) -> None:
        made = await edit(client, faces.id, image_ids=[image_id(faces.id, 1)], dismiss=["hair"])
        source = {"type": "edit", "image_ids": [image_id(faces.id, 1)], "dismiss": ["hair"]}
        assert made.json()["source"] == source
        assert (await hand.claim(made.json()["id"])).spec["edit"]["dismiss"] == ["hair"]

    @pytest.mark.parametrize("action", ["confirm", "dismiss"])
    async def test_of_what_is_not_suggested_is_refused(
        self, client: httpx.AsyncClient, faces: Dataset, action: str
    ) -> None:
        answer = await edit(client, faces.id, where=[], **{action: ["hair", "mouth"]})
        assert refusal(answer) == (422, f"/source/{action}/1")
        assert "there are suggestions of: hair" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("source", "pointer"),
        [({"confirm": ["hair"], "dismiss": ["hair"]}, "/source"), ({"confirm": ["hair"], "delete": True}, "/source"),
         ({"dismiss": ["hair"], "least_confidence": 0.5}, "/source"), ({"confirm": []}, "/source/confirm"),
         ({"confirm": ["hair"], "least_confidence": 1.5}, "/source/least_confidence")],
    )  # fmt: skip
    async def test_by_one_action(
        self, client: httpx.AsyncClient, faces: Dataset, source: dict[str, Any], pointer: str
    ) -> None:
        assert refusal(await edit(client, faces.id, where=[], **source)) == (422, pointer)
