"""What was measured of images, over HTTP: filters, facets, the report, and orders by it and by likeness."""

from typing import Any

import pytest

from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.ids import image_id

from .conftest import Account, FillDataset, Open

COUNT = 12


def measured(number: int) -> dict[str, Any]:
    """The higher the number the sharper, the last one unmeasured."""
    if number == COUNT:
        return {}
    return {
        "quality:sharpness": 4.0 + number, "quality:exposure": 0.5, "quality:face_size": 64.0,
        "quality:warnings": ["blurred"] if number < 4 else [], "look": bytes([20 * number, 100, 0] * 64),
        "phash": number, "near_duplicate_of": 1 if number == 3 else None,
    }  # fmt: skip


@pytest.fixture
async def faces(account: Account, fill_dataset: FillDataset) -> Dataset:
    return await fill_dataset(account.tenant, COUNT, measured=measured)


async def numbers(account: Account, **query: Any) -> list[int]:  # noqa: ANN401  any parameter
    answer = await account.client.get("/v1/images", params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    return [image["row"] for image in answer.json()["data"]]


class TestMeasures:
    async def test_are_shown_filtered_and_counted(self, account: Account, faces: Dataset) -> None:
        image = (await account.client.get(f"/v1/images/{image_id(faces.id, 3)}")).json()
        assert image["quality"] == {"sharpness": 7, "exposure": 0.5, "face_size": 64, "warnings": ["blurred"]}
        assert image["near_duplicate_of"] == image_id(faces.id, 1)
        assert (await account.client.get(f"/v1/images/{image_id(faces.id, COUNT)}")).json()["quality"] is None
        assert await numbers(account, dataset_id=faces.id, where="quality.sharpness:0..6") == [1, 2]
        assert await numbers(account, dataset_id=faces.id, where="quality.warning:blurred") == [1, 2, 3]
        facets = (await account.client.get("/v1/facets", params={"dataset_id": faces.id})).json()
        assert facets["sentence"] == "12 images. mouth: 2 values"
        (warning,) = [one for one in facets["facets"] if one["attribute"] == "quality.warning"]
        assert [(one["value"], one["count"]) for one in warning["values"]] == [("blurred", 3)]
        (sharpness,) = [one for one in facets["facets"] if one["attribute"] == "quality.sharpness"]
        assert sum(one["count"] for one in sharpness["values"]) == COUNT - 1
        assert all(one["low"] < one["high"] for one in sharpness["values"])

    async def test_report(self, account: Account, faces: Dataset) -> None:
        report = (await account.client.get(f"/v1/datasets/{faces.id}/reports/quality")).json()
        assert (report["image_count"], report["measured"], report["near_duplicates"]) == (12, 11, 1)
        assert report["warnings"] == [{"warning": "blurred", "count": 3, "share": 0.2727}]
        assert report["worst"] == [image_id(faces.id, number) for number in (1, 2, 3)]
        assert report["sentence"].startswith("Of 11 images 3 have a warning: 3 because they are blurred")
        path = f"/v1/datasets/{faces.id}/reports/quality"
        few = (await account.client.get(path, params={"where": "quality.warning:blurred"})).json()
        assert few["image_count"] == 3


class TestOrder:
    async def test_by_likeness(self, account: Account, faces: Dataset) -> None:
        wanted = [5, 4, 6, 3, 7, 2, 8, 1, 9, 10, 11, 12]  # the unmeasured one last
        like = f"like:{image_id(faces.id, 5)}"
        assert await numbers(account, dataset_id=faces.id, sort=like) == wanted
        after = image_id(faces.id, 6)
        assert await numbers(account, dataset_id=faces.id, sort=like, limit=2, after=after) == [3, 7]
        assert await numbers(account, dataset_id=faces.id, sort=like, where="mouth:1", limit=3) == [4, 6, 2]

    async def test_by_what_was_measured(self, account: Account, faces: Dataset) -> None:
        rising = await numbers(account, dataset_id=faces.id, sort="quality.sharpness")
        assert rising == list(range(1, COUNT + 1))
        falling = await numbers(account, dataset_id=faces.id, sort="-quality.sharpness")
        assert falling == [*range(COUNT - 1, 0, -1), COUNT]

    @pytest.mark.parametrize("sort", ["like:img_1", "like:{unmeasured}", "quality.warning", "row"])
    async def test_that_cannot_be_is_refused(self, sort: str, account: Account, faces: Dataset) -> None:
        sort = sort.format(unmeasured=image_id(faces.id, COUNT))
        answer = await account.client.get("/v1/images", params={"dataset_id": faces.id, "sort": sort})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "sort"

    async def test_by_another_tenant_s_image_is_refused(
        self, account: Account, faces: Dataset, open_account: Open, fill_dataset: FillDataset
    ) -> None:
        foreign = await fill_dataset((await open_account()).tenant, measured=measured)
        like = f"like:{image_id(foreign.id, 1)}"
        answer = await account.client.get("/v1/images", params={"dataset_id": faces.id, "sort": like})
        assert answer.status_code == 422
