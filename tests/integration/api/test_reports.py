"""Reports on a dataset's attributes over HTTP."""

import httpx
import pytest

from maskeraid_core.documents.datasets import Dataset
from maskeraid_faces.drawn import draw_faces

from .conftest import Account, FillDataset, Open


@pytest.fixture
async def drawn(account: Account, fill_dataset: FillDataset) -> dict[str, Dataset]:
    """The thesis's three sets, and a balanced one."""
    names = ("faces-light", "faces-medium", "faces-dark", "faces-light-balanced")
    return {
        name: await fill_dataset(account.tenant, values=draw_faces(name).attributes, name=name)  # type: ignore[arg-type]
        for name in names
    }


async def confounds(client: httpx.AsyncClient, dataset: Dataset, **query: object) -> dict[str, object]:
    answer = await client.get(f"/v1/datasets/{dataset.id}/reports/confounds", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


class TestConfounds:
    async def test_of_the_thesis_s_sets_and_none_of_a_balanced_one(
        self, account: Account, drawn: dict[str, Dataset]
    ) -> None:
        light, medium, dark, balanced = drawn.values()
        together = await confounds(account.client, light, beside=[medium.id, dark.id])
        first = together["confounds"][0]  # type: ignore[index]
        assert (first["attributes"], first["kind"]) == (["hair_colour", "eye_colour"], "inseparable")
        assert first["link"]["mutual_information"] == pytest.approx(0.918296)
        assert together["image_count"] == 375
        (alone,) = (await confounds(account.client, light))["confounds"]  # type: ignore[misc]
        assert {"hair_colour", "eye_colour"} <= set(alone["attributes"])
        assert (await confounds(account.client, balanced))["confounds"] == []

    async def test_under_a_filter_are_those_of_its_images(self, account: Account, drawn: dict[str, Dataset]) -> None:
        found = await confounds(account.client, drawn["faces-light-balanced"], where="hair_colour:blond")
        assert (found["image_count"], found["where"]) == (250, ["hair_colour:blond"])

    async def test_has_an_etag(self, account: Account, drawn: dict[str, Dataset]) -> None:
        path = f"/v1/datasets/{drawn['faces-dark'].id}/reports/confounds"
        tag = (await account.client.get(path)).headers["etag"]
        assert (await account.client.get(path, headers={"If-None-Match": tag})).status_code == 304

    async def test_beside_another_tenant_s_is_not_found(
        self, account: Account, drawn: dict[str, Dataset], open_account: Open, fill_dataset: FillDataset
    ) -> None:
        foreign = await fill_dataset((await open_account()).tenant)
        path = f"/v1/datasets/{drawn['faces-dark'].id}/reports/confounds"
        assert (await account.client.get(path, params={"beside": foreign.id})).status_code == 404
        assert (await account.client.get(f"/v1/datasets/{foreign.id}/reports/confounds")).status_code == 404


class TestCoverage:
    async def test_of_a_drawn_set_is_whole(self, account: Account, drawn: dict[str, Dataset]) -> None:
        answer = await account.client.get(f"/v1/datasets/{drawn['faces-light'].id}/reports/coverage")
        found = answer.json()
        (pair,) = [one for one in found["pairs"] if one["attributes"] == ["nose", "mouth"]]
        assert (pair["exist"], pair["possible"], pair["missing"]) == (25, 25, 0)
        assert pair["counts"] == [[5] * 5] * 5
        assert (found["whole"]["exist"], found["whole"]["possible"]) == (125, 125)

    async def test_of_an_empty_dataset_is_refused(self, client: httpx.AsyncClient) -> None:
        dataset = (await client.post("/v1/datasets", json={"name": "a"})).json()
        answer = await client.get(f"/v1/datasets/{dataset['id']}/reports/coverage")
        assert (answer.status_code, answer.json()["code"]) == (409, "dataset_empty")
