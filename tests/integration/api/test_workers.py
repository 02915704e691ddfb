"""Workers by way of the API: what they are, what they do, and sending one away."""

import httpx
import pytest
from tests.factories import PICTURE

from maskeraid_core.jobs import QueueName
from maskeraid_core.machine import describe_cpu
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.workers import WorkerRepository

from .conftest import Account, Open

WORKER = "inference-host.example-17"


@pytest.fixture
async def worker(stores: Stores) -> str:
    """One that lives and holds a job of another tenant."""
    await WorkerRepository(stores.database).beat(WORKER, QueueName.INFERENCE, {"host": "host", **describe_cpu()})
    return WORKER


async def order(client: httpx.AsyncClient) -> str:
    return str((await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)})).json()["id"])


class TestList:
    async def test_shows_what_it_is_and_of_its_jobs_only_ones_own(
        self, account: Account, open_account: Open, stores: Stores, worker: str
    ) -> None:
        mine, other = await order(account.client), await order((await open_account()).client)
        for job_id in (mine, other):
            assert await JobClaims(stores.database).claim(job_id, worker, 60)
        (shown,) = (await account.client.get("/v1/workers")).json()["data"]
        assert (shown["id"], shown["running_jobs"], shown["job_ids"]) == (worker, 2, [mine])
        assert shown["memory_bytes"] > 2**20
        assert "cores" in shown["device"]


class TestDrain:
    async def test_is_wished_and_shown(self, account: Account, stores: Stores, worker: str) -> None:
        answer = await account.client.post(f"/v1/workers/{worker}/drain")
        assert (answer.status_code, answer.json()["is_draining"]) == (202, True)
        assert await WorkerRepository(stores.database).beat(worker, QueueName.INFERENCE, {}), "it hears of it"

    async def test_is_for_who_runs_the_server(self, account: Account, open_account: Open, worker: str) -> None:
        guest = await open_account()
        assert (await guest.client.post(f"/v1/workers/{worker}/drain")).status_code == 403
        assert (await account.client.post("/v1/workers/inference-nobody-1/drain")).status_code == 404
