"""A training on all datasets that an account may train on: pinned when it is ordered, and never another account's."""

from typing import Any

import httpx
import pytest

from maskeraid_core.documents.datasets import Role

from .conftest import Account, FillDataset, Open


async def ordered(client: httpx.AsyncClient, **choice: Any) -> httpx.Response:  # noqa: ANN401 fields of the API
    return await client.post("/v1/trainings", json={"name": "generic", "data": [{"dataset_id": "all", **choice}]})


async def test_it_learns_from_the_newest_version_of_each_of_its_own(
    account: Account, open_account: Open, fill_dataset: FillDataset
) -> None:
    stranger = await open_account()
    mine = [await fill_dataset(account.tenant, count) for count in (10, 8)]
    await fill_dataset(stranger.tenant, 20)
    await fill_dataset(account.tenant, 20, role=Role.TEST)
    assert (await account.client.post("/v1/datasets", json={"name": "still empty"})).status_code == 201
    training = (await ordered(account.client)).json()
    assert training["data"] == [{"dataset_id": one.id, "version": 1, "where": []} for one in mine]
    assert training["image_count"] == 10  # the smaller one has no other images
    await fill_dataset(account.tenant, 5)
    again = (await account.client.get(f"/v1/trainings/{training['id']}")).json()
    assert again["data"] == training["data"]


async def test_a_filter_holds_for_all(account: Account, fill_dataset: FillDataset) -> None:
    for count in (20, 18):
        await fill_dataset(account.tenant, count)
    training = (await ordered(account.client, where=["mouth:1"])).json()
    assert (training["image_count"], [part["where"] for part in training["data"]]) == (10, [["mouth:1"]] * 2)


async def test_a_value_that_no_image_has_is_refused_at_its_place(account: Account, fill_dataset: FillDataset) -> None:
    await fill_dataset(account.tenant, 10)
    refused = (await ordered(account.client, where=["mouth:1", "mouth:7"])).json()
    assert refused["errors"] == [
        {"pointer": "/data/0/where/1", "code": "validation_failed", "detail": refused["detail"]}
    ]
    assert "mouth has the values 1, 2" in refused["detail"]


async def test_images_of_several_sizes_are_refused_by_their_sizes(account: Account, fill_dataset: FillDataset) -> None:
    for side in (32, 64):
        await fill_dataset(account.tenant, 10, side=side, name=f"faces-{side}")
    refused = await ordered(account.client)
    assert (refused.status_code, refused.json()["code"]) == (422, "resolution_not_supported")
    assert "faces-32: 32x32; faces-64: 64x64. Name the data sets of one size." in refused.json()["detail"]
    assert refused.json()["errors"][0]["pointer"] == "/data"


async def test_nothing_to_train_on_is_said(account: Account, open_account: Open, fill_dataset: FillDataset) -> None:
    await fill_dataset((await open_account()).tenant)
    refused = await ordered(account.client)
    assert (refused.status_code, refused.json()["code"]) == (409, "dataset_empty")


@pytest.mark.parametrize("more", [{"version": 1}, {"beside": True}])
async def test_all_stands_alone_and_is_the_newest(
    account: Account, fill_dataset: FillDataset, more: dict[str, Any]
) -> None:
    dataset = await fill_dataset(account.tenant)
    beside = [{"dataset_id": dataset.id}] if more.pop("beside", False) else []
    body = {"name": "generic", "data": [{"dataset_id": "all", **more}, *beside]}
    refused = await account.client.post("/v1/trainings", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
