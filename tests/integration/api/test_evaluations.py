"""Evaluations: all is checked before one is accepted; what came out is shown, served, and ranked."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from maskeraid_core.documents.models import Model, ModelVersion
from maskeraid_core.ids import new_id
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now

from .conftest import Account, FillDataset, Hand, Open


async def make_model(account: Account, stores: Stores, **facts: Any) -> str:  # noqa: ANN401 any field
    at, model_id, tenant = now(), new_id("mdl"), account.tenant
    model = Model(
        id=model_id, tenant=tenant, name="m", latest_version=1, aliases={"champion": 1}, created_at=at, updated_at=at
    )
    version = ModelVersion(
        id=f"{model_id}:1", tenant=tenant, model_id=model_id, name="m", version=1, digest="sha256:0", kind="drawn",
        architecture="eigen", resolution=32, files=[], prototypes=[], created_at=at,
        lineage=facts.get("lineage", {"data": [{"dataset_id": "ds_1", "version": 1}], "seed": 7}),
    )  # fmt: skip
    await ModelRepository(stores.database, tenant).add(model)
    await ModelVersionRepository(stores.database, tenant).add(version)
    return model_id


@pytest.fixture
async def model_id(account: Account, stores: Stores) -> str:
    return await make_model(account, stores)


async def order(client: httpx.AsyncClient, kind: str, model_id: str, **fields: object) -> httpx.Response:
    model = {"model_id": model_id, "version": fields.pop("version", "latest")}
    return await client.post("/v1/evaluations", json={"kind": kind, "model": model, **fields})


class TestOrder:
    @pytest.mark.parametrize(("kind", "samples"), [("samples", 25), ("memorisation", 1000), ("guarantees", 1000)])
    async def test_is_accepted_with_the_usual_number_of_samples(
        self, client: httpx.AsyncClient, model_id: str, kind: str, samples: int
    ) -> None:
        answer = await order(client, kind, model_id, version="champion")
        made = answer.json()
        assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/evaluations/{made['id']}")
        assert (made["kind"], made["measures"], made["samples"]) == ("evaluation", kind, samples)
        assert made["model"] == {"model_id": model_id, "version": 1}
        assert (await client.get(f"/v1/evaluations/{made['id']}")).json()["status"] == "queued"
        assert (await client.get(f"/v1/jobs/{made['id']}")).json()["kind"] == "evaluation"

    @pytest.mark.parametrize(
        ("kind", "fields", "pointer"),
        [
            ("quality", {}, "/dataset"),
            ("samples", {"dataset": "own"}, "/dataset"),
            ("guarantees", {"dataset": "own"}, "/dataset"),
            ("samples", {"n": 257}, "/n"),
            ("memorisation", {"n": 999}, "/n"),
            ("quality", {"n": 5, "dataset": "own"}, "/n"),
            ("samples", {"group_by": "mouth"}, "/group_by"),
            ("quality", {"dataset": "own", "group_by": "hat"}, "/group_by"),
            ("recognition", {}, "/dataset"),
            ("recognition", {"n": 5, "dataset": "own"}, "/n"),
            ("recognition", {"dataset": "own"}, "/dataset"),
            ("beauty", {}, "/kind"),
        ],
    )
    async def test_what_does_not_go_together_is_named(
        self, account: Account, model_id: str, fill_dataset: FillDataset, kind: str, fields: Mapping[str, object],
        pointer: str,
    ) -> None:  # fmt: skip
        dataset = await fill_dataset(account.tenant, 20)
        given = {**fields, **({"dataset": {"dataset_id": dataset.id}} if "dataset" in fields else {})}
        answer = await order(account.client, kind, model_id, **given)
        assert (answer.status_code, [row["pointer"] for row in answer.json()["errors"]]) == (422, [pointer])

    async def test_a_person_is_no_group(self, account: Account, model_id: str, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant, values=[{"subject": f"p{row % 2}"} for row in range(20)])
        chosen = {"dataset": {"dataset_id": dataset.id}, "group_by": "subject"}
        answer = await order(account.client, "quality", model_id, **chosen)
        assert (answer.status_code, answer.json()["detail"][:21]) == (422, "A person is no group:")

    async def test_unknown_model_version_and_dataset(self, client: httpx.AsyncClient, model_id: str) -> None:
        for answer in (
            await order(client, "samples", new_id("mdl")),
            await order(client, "samples", model_id, version=2),
            await order(client, "quality", model_id, dataset={"dataset_id": new_id("ds")}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    @pytest.mark.parametrize(
        ("count", "side", "code"), [(15, 32, "too_few_images"), (20, 64, "resolution_not_supported")]
    )
    async def test_images_that_do_not_do(
        self, account: Account, model_id: str, fill_dataset: FillDataset, count: int, side: int, code: str
    ) -> None:
        dataset = await fill_dataset(account.tenant, count, side=side)
        answer = await order(account.client, "quality", model_id, dataset={"dataset_id": dataset.id})
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_a_model_whose_training_images_are_unknown(self, account: Account, stores: Stores) -> None:
        foreign = await make_model(account, stores, lineage={})
        assert (await order(account.client, "memorisation", foreign)).status_code == 422
        assert (await order(account.client, "samples", foreign)).status_code == 202


class TestOthersModels:
    async def test_a_shared_one_can_be_tried_and_not_looked_into(
        self, account: Account, model_id: str, open_account: Open
    ) -> None:
        reader = await open_account()
        assert (await order(reader.client, "samples", model_id)).status_code == 404
        change = {"visibility": "shared", "shared_with": [reader.tenant]}
        assert (await account.client.patch(f"/v1/models/{model_id}", json=change)).status_code == 200
        assert (await order(reader.client, "samples", model_id)).status_code == 202
        answer = await order(reader.client, "memorisation", model_id)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/model")

    async def test_one_without_weights_cannot_be_measured(
        self, account: Account, model_id: str, stores: Stores
    ) -> None:
        versions = ModelVersionRepository(stores.database, account.tenant)
        await versions.change(f"{model_id}:1", {"pruned_at": now()})
        answer = await order(account.client, "samples", model_id)
        assert (answer.status_code, answer.json()["code"]) == (410, "expired")


class TestResult:
    async def test_is_shown_and_its_files_are_served(
        self, client: httpx.AsyncClient, model_id: str, hand: Hand
    ) -> None:
        made = (await order(client, "samples", model_id)).json()
        await hand.succeed(await hand.claim(made["id"]), {"kind": "samples", "size": 32}, {"samples.png": b"png"})
        shown = (await client.get(f"/v1/evaluations/{made['id']}")).json()
        assert shown["result"] == {"kind": "samples", "size": 32}
        assert (await client.get(shown["files"]["samples.png"])).content == b"png"
        assert (await client.get(f"/v1/evaluations/{made['id']}/files/other.png")).status_code == 404

    async def test_the_best_score_on_a_dataset_comes_first(
        self, account: Account, stores: Stores, fill_dataset: FillDataset, hand: Hand
    ) -> None:
        client, dataset = account.client, await fill_dataset(account.tenant, 20, role="test")
        models = [await make_model(account, stores) for _ in range(3)]

        async def score(model: str, value: float) -> str:
            made = (await order(client, "quality", model, dataset={"dataset_id": dataset.id})).json()
            await hand.succeed(await hand.claim(made["id"]), {"kind": "quality", "score": value})
            return str(made["id"])

        await score(models[0], 0.99)  # measured again below: the newest counts
        low, high, middle = [await score(model, value) for model, value in zip(models, (0.2, 0.9, 0.5), strict=True)]
        ranking = f"/v1/evaluations?dataset_id={dataset.id}&sort=score"
        rows = (await client.get(ranking)).json()["data"]
        assert [(row["id"], row["score"]) for row in rows] == [(high, 0.9), (middle, 0.5), (low, 0.2)]
        first = await client.get(f"{ranking}&limit=2&include=total")
        rest = await client.get(first.links["next"]["url"])
        assert [row["id"] for row in rest.json()["data"]] == [low]
        assert (first.json()["total"], rest.json()["has_more"]) == (3, False)
        assert (await client.get(f"/v1/evaluations?dataset_id={dataset.id}&include=total")).json()["total"] == 4
        assert (await client.get(f"/v1/evaluations?model_id={models[1]}")).json()["data"][0]["id"] == high
        assert (await client.get(f"{ranking}&after={new_id('evl')}")).json()["code"] == "bad_cursor"
        assert (await client.get("/v1/evaluations?sort=score")).json()["data"][0]["id"] == high
