"""How much may wait, and how long trainings may run: what a client is told beyond it, and when to come again."""

import httpx
import pytest
from fastapi import FastAPI
from tests.factories import make_job
from ulid import ULID

from maskeraid_api.settings import ApiSettings
from maskeraid_core.jobs import JobKind, QueueName
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.jobs import JobRepository

from .conftest import Account, FillDataset


async def order(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/v1/reimagings", files={"image": ("a.png", str(ULID()).encode())})


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
