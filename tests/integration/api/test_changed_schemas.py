"""A dataset's schema grows: new attributes, and further values of an enum; what images have already stays."""

from typing import Any

import pytest
from tests.integration.curator.test_importing import png

from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository

from .conftest import FillDataset
from .test_deletions import Desk, desk, worker

__all__ = ["desk", "worker"]  # fixtures


@pytest.fixture
async def faces(desk: Desk, fill_dataset: FillDataset) -> Dataset:
    """Two images with eyes."""
    return await fill_dataset(desk.account.tenant, values=[{"eyes": "1"}, {"eyes": "2"}], pictures=[png(0), png(1)])


async def change(desk: Desk, dataset: Dataset, **attributes: dict[str, Any]) -> dict[str, Any]:
    answer = await desk.client.patch(f"/v1/datasets/{dataset.id}", json={"attributes": attributes})
    return dict(answer.json())


class TestANewAttribute:
    async def test_is_given_to_images_that_are_there(self, desk: Desk, faces: Dataset) -> None:
        changed = await change(desk, faces, glasses={"type": "bool"}, hair={"type": "enum", "values": ["red"]})
        assert list(changed["attributes"]) == ["eyes", "glasses", "hair"]
        assert changed["attributes"]["glasses"] == {
            "type": "bool", "values": None, "required": False, "private": False, "exact": False,
        }  # fmt: skip
        source = {"type": "edit", "where": ["eyes:1"], "set": {"glasses": True, "hair": "red"}}
        await desk.done("imports", dataset_id=faces.id, source=source)
        found = await desk.json("/v1/images", dataset_id=faces.id, where="glasses:true")
        assert [row["attributes"] for row in found["data"]] == [{"eyes": "1", "glasses": "true", "hair": "red"}]

    async def test_that_names_persons_stays_private_unless_said_otherwise(self, desk: Desk, faces: Dataset) -> None:
        changed = await change(desk, faces, subject={"type": "text"}, person={"type": "text", "private": False})
        private = {name: one["private"] for name, one in changed["attributes"].items()}
        assert private == {"eyes": False, "subject": True, "person": False}

    async def test_outlives_an_import_that_was_begun_before(self, desk: Desk, faces: Dataset, stores: Stores) -> None:
        versions = DatasetVersionRepository(stores.database, desk.account.tenant)
        first = await versions.of_dataset(faces.id, 1)
        assert first is not None
        facts = {"id": versions.key(faces.id, 2), "version": 2, "parent_version": 1}
        begun = first.model_copy(update=facts)
        await change(desk, faces, glasses={"type": "bool"}, eyes={"values": ["3"]})
        await versions.put(begun)
        assert await DatasetRepository(stores.database, desk.account.tenant).publish(begun)
        attributes = (await desk.json(f"/v1/datasets/{faces.id}"))["attributes"]
        assert (list(attributes), attributes["eyes"]["values"]) == (["eyes", "glasses"], ["1", "2", "3"])


class TestAnEnum:
    async def test_takes_further_values(self, desk: Desk, faces: Dataset) -> None:
        refused = await desk.client.post("/v1/imports", json=self.edit(faces))
        assert refused.json()["errors"][0]["pointer"] == "/source/set/eyes"
        changed = await change(desk, faces, eyes={"values": ["3", "1"]})
        assert changed["attributes"]["eyes"]["values"] == ["1", "2", "3"]
        await desk.done("imports", **self.edit(faces))
        assert (await desk.json("/v1/facets", dataset_id=faces.id, where="eyes:3"))["total"] == 2

    @staticmethod
    def edit(dataset: Dataset) -> dict[str, Any]:
        return {"dataset_id": dataset.id, "source": {"type": "edit", "where": [], "set": {"eyes": "3"}}}


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [
        ({"eyes": {"type": "text"}}, "/attributes/eyes/type"), ({"eyes": {"exact": True}}, "/attributes/eyes/exact"),
        ({"hair": {"type": "enum"}}, "/attributes/hair"), ({"hair": {"values": ["1"]}}, "/attributes/hair"),
        ({"eyes": {"values": [f"v{n}" for n in range(199)]}}, "/attributes/eyes/values"),
    ],
)  # fmt: skip
async def test_what_would_not_fit_is_named(
    desk: Desk, faces: Dataset, attributes: dict[str, Any], pointer: str
) -> None:
    refused = await change(desk, faces, **attributes)
    assert (refused["status"], refused["errors"][0]["pointer"]) == (422, pointer)


async def test_a_text_names_no_values(desk: Desk, faces: Dataset) -> None:
    await change(desk, faces, note={"type": "text"})
    refused = await change(desk, faces, note={"values": ["1"]})
    assert refused["errors"][0]["pointer"] == "/attributes/note/values"


async def test_images_of_an_older_version_are_fetched_by_its_number(desk: Desk, faces: Dataset) -> None:
    gone = {"type": "edit", "where": ["eyes:1"], "delete": True}
    await desk.done("imports", dataset_id=faces.id, source=gone)
    (new,) = (await desk.json("/v1/images", dataset_id=faces.id))["data"]
    assert "version" not in "".join(new["urls"].values())
    first, _ = (await desk.json("/v1/images", dataset_id=faces.id, version=1))["data"]
    assert (await desk.client.get(first["urls"]["self"])).json() == first
    for name in ("content", "thumbnail"):
        assert (await desk.client.get(first["urls"][name])).content == png(0)
    for path in (f"/v1/images/{first['id']}", f"/v1/images/{first['id']}/content?version=2"):
        assert (await desk.client.get(path)).status_code == 404


class TestATypeThatNoImageHasAValueOf:
    async def test_is_changed_until_the_first_import(self, desk: Desk) -> None:
        body = {"name": "empty", "attributes": {"eyes": {"type": "number", "required": True}, "born": {}}}
        made = (await desk.client.post("/v1/datasets", json=body)).json()
        wanted = {"eyes": {"type": "enum", "values": ["1", "2"]}, "born": {"type": "date", "private": True}}
        answer = await desk.client.patch(f"/v1/datasets/{made['id']}", json={"attributes": wanted})
        changed = answer.json()
        assert changed["attributes"]["eyes"] == {
            "type": "enum", "values": ["1", "2"], "required": True, "private": False, "exact": False,
        }  # fmt: skip
        assert (changed["attributes"]["born"]["type"], changed["attributes"]["born"]["private"]) == ("date", True)

    async def test_stays_once_images_have_values(self, desk: Desk, faces: Dataset) -> None:
        refusal = await change(desk, faces, eyes={"type": "number"})
        assert (refusal["code"], refusal["errors"][0]["pointer"]) == ("validation_failed", "/attributes/eyes/type")
