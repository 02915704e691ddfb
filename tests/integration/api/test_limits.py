"""How much may wait, and how long trainings may run: what a client is told beyond it, and when to come again."""

import httpx
import pytest
from fastapi import FastAPI
from tests.factories import PICTURE, make_job
from ulid import ULID

from maskeraid_api.settings import ApiSettings
from maskeraid_core.jobs import JobKind, QueueName
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.jobs import JobRepository

from .conftest import Account, FillDataset
from .made_models import add_model


async def order(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE + str(ULID()).encode())})


def refusal(answer: httpx.Response) -> tuple[int, str, bool, str | None]:
    body = answer.json()
    return answer.status_code, body["code"], body["retryable"], answer.headers.get("retry-after")


class TestWaitingJobsOfATenant:
    @pytest.fixture
    def api_settings(self, api_settings: ApiSettings) -> ApiSettings:
        return api_settings.model_copy(update={"max_queued_jobs": 2})

    async def test_are_limited(self, client: httpx.AsyncClient) -> None:
        assert [(await order(client)).status_code for _ in range(2)] == [202, 202]
        assert refusal(await order(client)) == (429, "queue_full", True, "10")

    async def test_are_shown_beside_their_limit_as_it_counts_them(
        self, account: Account, stores: Stores, client: httpx.AsyncClient
    ) -> None:
        for kind in (JobKind.TRAINING, JobKind.REIMAGING, JobKind.REIMAGING):
            await JobRepository(stores.database, account.tenant).accept(make_job(kind, account.tenant))
        me = (await client.get("/v1/me")).json()
        assert (me["usage"]["queued_jobs"], me["quotas"]["queued_jobs"]) == (2, 2), "not three of two"
        assert refusal(await order(client)) == (429, "queue_full", True, "10")


class TestWaitingJobsOfAll:
    @pytest.fixture
    def api_settings(self, api_settings: ApiSettings) -> ApiSettings:
        return api_settings.model_copy(update={"max_waiting_jobs": 1})

    async def test_are_limited(self, client: httpx.AsyncClient, app: FastAPI) -> None:
        assert (await order(client)).status_code == 202
        await app.state.gateway.background.finish()  # its lane is marked
        await app.state.gateway.estimates.count(QueueName.INFERENCE)  # as it is every other second
        assert refusal(await order(client)) == (503, "overloaded", True, "10")


class TestTrainingSeconds:
    @pytest.fixture
    def api_settings(self, api_settings: ApiSettings) -> ApiSettings:
        return api_settings.model_copy(update={"max_training_seconds": 100})

    async def test_of_a_month_are_limited(self, account: Account, stores: Stores, fill_dataset: FillDataset) -> None:
        client, training = (
            account.client,
            {"name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant)).id}]},
        )
        first = (await client.post("/v1/trainings", json=training)).json()["id"]
        claim = await JobClaims(stores.database).claim(first, "worker", 60)
        assert claim is not None
        for seconds in (59.5, 40.5):
            assert (await client.post("/v1/trainings", json=training)).status_code == 202
            await JobClaims(stores.database).renew(claim, 60, seconds)
        assert (await client.get("/v1/me")).json()["usage"]["training_seconds"] == 100
        assert refusal(await client.post("/v1/trainings", json=training)) == (429, "quota_exceeded", False, None)
        assert (await order(client)).status_code == 202, "it is about trainings alone"


class TestStorage:
    @pytest.fixture
    def api_settings(self, api_settings: ApiSettings) -> ApiSettings:
        return api_settings.model_copy(update={"max_storage_bytes": 150})

    async def test_counts_images_and_models_that_are_there(
        self, account: Account, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        client, dataset = account.client, await fill_dataset(account.tenant, 10)  # of a byte each
        order = {"dataset_id": dataset.id, "source": {"type": "generator", "set": "faces-light"}}
        assert (await client.post("/v1/imports", json=order)).status_code == 202
        model = await add_model(stores, account.tenant)
        version = (await client.get(f"/v1/models/{model.id}/versions/1")).json()
        kept = 10 + sum(file["bytes"] for file in version["files"])
        me = (await client.get("/v1/me")).json()
        assert (me["usage"]["storage_bytes"], me["quotas"]["storage_bytes"]) == (kept, 150)
        assert kept > 150
        training = {"name": "t", "data": [{"dataset_id": dataset.id}]}
        for path, body in (("imports", order), ("trainings", training)):
            refused = await client.post(f"/v1/{path}", json=body)
            assert refusal(refused) == (429, "quota_exceeded", False, None)
            assert refused.json()["quota"] == "storage_bytes"
        assert (await client.delete(f"/v1/models/{model.id}")).status_code == 204
        assert (await client.get("/v1/me")).json()["usage"]["storage_bytes"] == 10
        assert (await client.post("/v1/trainings", json=training)).status_code == 202
