"""Outside /v1, and limits of a tenant."""

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from tests.factories import PICTURE

from maskeraid_api.main import create_app
from maskeraid_api.routers import ROUTERS
from maskeraid_api.settings import ApiSettings
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.workers import WorkerRepository

from .conftest import Account


@pytest.fixture
def nobody(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


class TestHealth:
    async def test_degraded_without_workers_ready_with_them(self, nobody: httpx.AsyncClient, stores: Stores) -> None:
        assert (await nobody.get("/healthz")).json() == {"status": "alive"}
        assert (await nobody.get("/readyz")).json()["status"] == "degraded"
        for queue in ("curator", "trainer", "inference", "notifier"):
            await WorkerRepository(stores.database).beat(f"{queue}-1", queue, {})
        ready = (await nobody.get("/readyz")).json()
        assert (ready["status"], ready["checks"]["network_isolation"]) == ("ready", "unknown")
        assert ready["checks"]["workers"] == {"curator": 1, "trainer": 1, "inference": 1, "notifier": 1}

    async def test_isolation_is_that_of_all_who_parse(self, nobody: httpx.AsyncClient, stores: Stores) -> None:
        for queue, isolated, together in (("curator", True, "on"), ("inference", False, "off")):
            await WorkerRepository(stores.database).beat(f"{queue}-1", queue, {"network_isolated": isolated})
            assert (await nobody.get("/readyz")).json()["checks"]["network_isolation"] == together

    async def test_database_away_is_503_and_no_500(self, api_settings: ApiSettings, account: Account) -> None:
        """The stores are opened on a server that is not there; the gateway itself answers."""
        app = create_app(api_settings)
        async with app.router.lifespan_context(app):
            away = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")
            await app.state.gateway.stores.database.client.close()
            assert (await away.get("/readyz")).status_code == 503


class TestMetrics:
    async def test_counts_answers_by_route(self, nobody: httpx.AsyncClient) -> None:
        await nobody.get("/v1/server")
        text = (await nobody.get("/metrics")).text
        assert 'maskeraid_http_answers_total{method="GET",route="/v1/server",status="200"}' in text

    @pytest.mark.parametrize(("token", "status"), [(None, 401), ("right", 200), ("wrong", 401)])
    async def test_on_a_server_only_the_token_counts(
        self, api_settings: ApiSettings, token: str | None, status: int
    ) -> None:
        known = SecretStr("right") if token else None
        app = create_app(api_settings.model_copy(update={"environment": "server", "metrics_token": known}))
        async with app.router.lifespan_context(app):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            near = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", headers=headers)
            assert (await near.get("/metrics")).status_code == status


class TestDocumentation:
    async def test_page_without_script_or_outside_host(self, nobody: httpx.AsyncClient) -> None:
        answer = await nobody.get("/docs")
        assert "<script" not in answer.text
        assert "create_reimaging" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]

    async def test_every_operation_is_described(self, nobody: httpx.AsyncClient) -> None:
        document = (await nobody.get("/openapi.json")).json()
        assert document["openapi"].startswith("3.1")
        found = [operation for verbs in document["paths"].values() for operation in verbs.values()]
        assert len(found) == len([route for router in ROUTERS for route in router.routes if route.include_in_schema])
        for operation in found:
            assert operation["description"], operation["operationId"]
            assert operation["tags"]
            assert "security" in operation
            assert {"429", "500"} <= operation["responses"].keys()
        for name, schema in document["components"]["schemas"].items():
            if name.endswith("Request"):
                assert schema["additionalProperties"] is False, name


class TestQueueFull:
    async def test_says_when_to_come_again(self, api_settings: ApiSettings, account: Account) -> None:
        app = create_app(api_settings.model_copy(update={"max_queued_jobs": 1}))
        async with app.router.lifespan_context(app):
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", headers=account.client.headers
            )
            answers = [await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 429]
        assert answers[1].json()["code"] == "queue_full"
        assert answers[1].headers["retry-after"] == "10"


class TestRates:
    async def test_429_with_the_wait(self, api_settings: ApiSettings, account: Account) -> None:
        app = create_app(api_settings.model_copy(update={"writes_per_second": 0.5}))
        async with app.router.lifespan_context(app):
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", headers=account.client.headers
            )
            answers = [await client.post("/v1/datasets", json={"name": f"n{n}"}) for n in range(4)]
            assert (await client.get("/v1/datasets")).status_code == 200  # reads have a bucket of their own
        assert [answer.status_code for answer in answers] == [201, 201, 429, 429]
        assert answers[2].json()["code"] == "rate_limited"
        assert int(answers[2].headers["retry-after"]) >= 1
        assert answers[0].headers["ratelimit"].startswith('"writes";r=1')
