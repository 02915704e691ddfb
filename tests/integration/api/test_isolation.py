"""What another tenant owns does not exist, and nothing is answered without a key that may ask."""

import json
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from tests.factories import PICTURE, make_selector

from maskeraid_api.operations import operation_of
from maskeraid_api.routers import ROUTERS
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.deliveries import Delivery, Sink, WebhookEndpoint
from maskeraid_core.documents.models import Model, ModelVersion
from maskeraid_core.ids import image_id, new_id
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.deliveries import DeliveryRepository, WebhookEndpointRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.selectors import SelectorRepository

from .conftest import Account, FillDataset, Hand, Open
from .test_exports import finish
from .test_import_rows import ROWS, report

DATA_URL = "data:image/png;base64,iVBORw0K"
JSON = {"Content-Type": "application/json"}
BODIES: dict[str, dict[str, object]] = {
    "change_dataset": {}, "change_model": {}, "change_webhook_endpoint": {}, "put_alias": {"version": 1},
    "put_rating": {"stars": 5}, "put_reimaging_rating": {"stars": 5},
}  # fmt: skip


def operations() -> Iterator[tuple[str, str, APIRoute]]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods or ():
                yield method, route.path, route


GUARDED = [(method, path, route) for method, path, route in operations() if not operation_of(route.endpoint).is_public]
WITH_ID = [row for row in GUARDED if "{" in row[1] and "{worker_id}" not in row[1]]  # workers are no tenant's


def named(rows: list[tuple[str, str, APIRoute]]) -> list[object]:
    return [pytest.param(*row, id=row[2].name) for row in rows]


@pytest.fixture
async def owned(account: Account, stores: Stores, fill_dataset: FillDataset, hand: Hand) -> dict[str, str]:
    """One object of each kind, of the first tenant: path parameter to id."""
    client, tenant, at = account.client, account.tenant, now()
    dataset = await fill_dataset(tenant)
    upload = (
        await client.post("/v1/uploads", json={"file_name": "a", "bytes": 3, "sha256": "0" * 64})
    ).json()  # fmt: skip
    source = {"type": "generator", "set": "faces-light"}
    made = (await client.post("/v1/imports", json={"dataset_id": dataset.id, "source": source})).json()
    job = await hand.claim(made["id"])
    await hand.succeed(job, {"rows": len(ROWS), "rows_digest": await report(hand, job, ROWS)})
    training = (await client.post("/v1/trainings", json={"name": "t", "data": [{"dataset_id": dataset.id}]})).json()
    reimaging = (await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)})).json()
    covering = (await client.post("/v1/coverings", files={"map": ("m.png", b"\x89PNG\r\n\x1a\n")})).json()
    await hand.succeed(await hand.claim(covering["id"]), {"covering": {}}, {"covering.png": b"map"})
    batch = (await client.post("/v1/batches", files={"images": ("a.png", PICTURE)})).json()
    export = (await client.post("/v1/exports", json={"dataset_id": dataset.id})).json()
    await finish(hand, export["id"], b"zip")
    wish = {"subject": "Ann", "dry_run": True}
    deletion = (await client.post("/v1/deletions", json=wish)).json()
    model = Model(id=new_id("mdl"), tenant=tenant, name="m", latest_version=1, created_at=at, updated_at=at)
    await ModelRepository(stores.database, tenant).add(model)
    version = ModelVersion(
        id=f"{model.id}:1", tenant=tenant, model_id=model.id, name="m", version=1, digest="sha256:0",
        architecture="eigen", kind="drawn", resolution=32, files=[], prototypes=[], created_at=at,
    )  # fmt: skip
    await ModelVersionRepository(stores.database, tenant).add(version)
    wanted = {"kind": "samples", "model": {"model_id": model.id}}
    evaluation = (await client.post("/v1/evaluations", json=wanted)).json()
    endpoint = WebhookEndpoint(
        id=new_id("whe"), tenant=tenant, url="https://example.org", secret="whsec_x", created_at=at, updated_at=at
    )
    await WebhookEndpointRepository(stores.database, tenant).add(endpoint)
    delivery = Delivery(
        id=new_id("dlv"), tenant=tenant, sink=Sink(kind="email", target="a@b"), event="training.failed",
        subject=training["id"], data={}, next_attempt_at=None, created_at=at,
    )  # fmt: skip
    await DeliveryRepository(stores.database, tenant).add(delivery)
    keys = (await client.get("/v1/api-keys")).json()["data"]
    selector = await SelectorRepository(stores.database, tenant).add(make_selector(tenant))
    return {
        "selector_id": selector.id,
        "dataset_id": dataset.id, "upload_id": upload["id"], "import_id": made["id"], "export_id": export["id"],
        "deletion_id": deletion["id"], "training_id": training["id"],
        "job_id": training["id"], "reimaging_id": reimaging["id"], "covering_id": covering["id"],
        "batch_id": batch["id"], "evaluation_id": evaluation["id"], "model_id": model.id, "endpoint_id": endpoint.id,
        "delivery_id": delivery.id, "key_id": keys[0]["id"], "image_id": image_id(dataset.id, 1), "version": "1",
        "number": "1", "step": "1", "name": "final.png", "alias": "champion",
    }  # fmt: skip


async def ask(client: httpx.AsyncClient, method: str, path: str, route: APIRoute) -> httpx.Response:
    headers = {"Content-Digest": f"sha-256=:{'A' * 43}=:"} if method == "PUT" else {}
    return await client.request(method, path, json=BODIES.get(route.name), headers=headers)


class TestWithoutAKey:
    @pytest.mark.parametrize(("method", "path", "route"), named(GUARDED))
    async def test_every_guarded_operation_is_401(self, app: FastAPI, method: str, path: str, route: APIRoute) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as nobody:
            answer = await nobody.request(method, path.replace("{", "").replace("}", ""))
        assert answer.status_code == 401
        assert answer.json()["code"] == "not_authenticated"


class TestForeignIds:
    async def test_foreign_is_like_unknown(self, owned: dict[str, str], open_account: Open) -> None:
        """Every operation with an id, asked by another tenant: 404, with the body of an id that never was."""
        stranger = (await open_account()).client
        for method, path, route in WITH_ID:
            foreign = await ask(stranger, method, path.format(**owned), route)
            unknown_ids = {name: _unknown(value) for name, value in owned.items()}
            unknown = await ask(stranger, method, path.format(**unknown_ids), route)
            assert foreign.status_code == unknown.status_code == 404, (method, path, foreign.text)
            assert _plain(foreign) == _plain(unknown), (method, path)

    async def test_owner_finds_them(self, owned: dict[str, str], account: Account) -> None:
        """Else the test above would pass by finding nothing."""
        reads = [row for row in WITH_ID if row[0] == "GET" and "{name}" not in row[1]]
        for method, path, route in reads:
            answer = await ask(account.client, method, path.format(**owned), route)
            assert answer.status_code == 200, (path, answer.text)

    async def test_ids_in_bodies(self, owned: dict[str, str], open_account: Open, fill_dataset: FillDataset) -> None:
        account = await open_account()
        stranger, mine = account.client, await fill_dataset(account.tenant)
        own = {"dataset_id": mine.id}  # else that would be what is not found
        source = {"type": "generator", "set": "faces-light"}
        for path, body in (
            ("/v1/trainings", {"name": "t", "data": [{"dataset_id": owned["dataset_id"]}]}),
            ("/v1/imports", {"dataset_id": owned["dataset_id"], "source": source}),
            ("/v1/trainings", {"name": "t", "data": [{"dataset_id": mine.id}], "model_id": owned["model_id"]}),
            ("/v1/reimagings", {"image": {"image_id": owned["image_id"]}}),
            ("/v1/reimagings", {"image": {"data_url": DATA_URL}, "model": {"model_id": owned["model_id"]}}),
            (
                "/v1/reimagings",
                {"image": {"data_url": DATA_URL}, "covering": {"covering_id": owned["covering_id"]}},
            ),
            ("/v1/trainings", {"name": "t", "data": [own], "start_from": {"model_id": owned["model_id"]}}),
            ("/v1/trainings", {"name": "t", "data": [own], "start_from": {"training_id": owned["job_id"], "step": 1}}),
            ("/v1/trainings", {"name": "t", "data": [own], "probe": {"image_id": owned["image_id"]}}),
            ("/v1/evaluations", {"kind": "samples", "model": {"model_id": owned["model_id"]}}),
        ):
            foreign = await stranger.post(path, json=body)
            unknown = await stranger.post(path, content=_unknown_in(json.dumps(body), owned), headers=JSON)
            assert foreign.status_code == 404, path
            assert _plain(foreign) == _plain(unknown), path
        for name in ("dataset_id", "model_id"):
            assert (await stranger.get("/v1/images", params={name: owned[name]})).status_code == 404

    async def test_lists_are_empty(self, owned: dict[str, str], open_account: Open) -> None:
        stranger = (await open_account()).client
        for path in (
            "datasets",
            "jobs",
            "trainings",
            "evaluations",
            "reimagings",
            "models",
            "webhook-endpoints",
            "deliveries",
            "events",
            "audit",
        ):
            answer = await stranger.get(f"/v1/{path}", params={} if path == "events" else {"include": "total"})
            assert answer.json()["data"] == [], path
            assert answer.json()["total"] in (0, None), path


class TestScopes:
    async def test_missing_scope_is_named(self, open_account: Open) -> None:
        reader = (await open_account(Scope.DATASETS_READ)).client
        answer = await reader.post("/v1/datasets", json={"name": "a"})
        assert answer.status_code == 403
        assert answer.json()["code"] == "scope_missing"
        assert answer.json()["scope"] == "datasets:write"

    async def test_jobs_are_those_of_the_scopes(
        self, owned: dict[str, str], account: Account, open_account: Open
    ) -> None:
        reader = (await open_account(Scope.TRAININGS_READ, tenant=account.tenant)).client
        kinds = {row["kind"] for row in (await reader.get("/v1/jobs")).json()["data"]}
        assert kinds == {"training"}
        assert (await reader.get(f"/v1/jobs/{owned['reimaging_id']}")).status_code == 403
        assert (await reader.post(f"/v1/jobs/{owned['training_id']}/cancel")).status_code == 403

    async def test_a_key_makes_no_stronger_key(self, account: Account, open_account: Open) -> None:
        weak = (await open_account(Scope.DATASETS_READ, tenant=account.tenant)).client
        assert (await weak.post("/v1/api-keys", json={"name": "k", "scopes": ["admin"]})).status_code == 403
        longer = await account.client.post("/v1/api-keys", json={"name": "k", "scopes": ["admin"], "days": 300})
        assert longer.status_code == 403

    async def test_revoked_key_is_refused(self, account: Account, open_account: Open) -> None:
        other = await open_account(tenant=account.tenant)
        key_id = (await other.client.get("/v1/me")).json()["key_id"]
        assert (await account.client.delete(f"/v1/api-keys/{key_id}")).status_code == 204
        assert (await other.client.get("/v1/me")).status_code == 401


def _unknown(value: str) -> str:
    prefix, ulid, tail = value.partition("_")
    return f"{prefix}_{'0' * 26}{tail[26:]}" if ulid else value


def _unknown_in(text: str, ids: dict[str, str]) -> str:
    for value in ids.values():
        text = text.replace(value, _unknown(value))
    return text


def _plain(answer: httpx.Response) -> object:
    """The body without what differs in any case: the request's id, and the path that was asked."""
    body = json.loads(answer.text)
    return {name: value for name, value in body.items() if name not in ("request_id", "instance")}
