"""The audit log, through HTTP: what is written down, how often, and that a change of it is named."""

import asyncio
import hashlib
import json
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from maskeraid_api import recent_reads
from maskeraid_api.auditing import prefix_of
from maskeraid_api.gateway import Gateway
from maskeraid_api.operations import operation_of
from maskeraid_api.routers import ROUTERS
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import START, Action
from maskeraid_core.forgetting import end_expired_reimagings
from maskeraid_core.ids import image_id
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.repository import now

from .conftest import Account, FillDataset, Hand, Open
from .made_models import add_model
from .test_exports import finish
from .test_policy import decide, order

CONFIGURATION = {"sign_out", "delete_webhook_endpoint", "delete_alias", "forgo_model", "forgo_default_model"}


async def entries(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:  # noqa: ANN401 any parameter
    """Oldest first."""
    answer = await client.get("/v1/audit", params={"order": "asc", "limit": 100, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def actions(client: httpx.AsyncClient) -> list[str]:
    return [entry["action"] for entry in await entries(client)]


async def finished(client: httpx.AsyncClient, hand: Hand) -> str:
    """A re-imaging that has succeeded."""
    made = (await order(client)).json()
    await hand.succeed(await hand.claim(made["id"]), {"candidates": []}, {"final.png": b"p", "0-final.png": b"c"})
    return str(made["id"])


class TestWhatIsWrittenDown:
    async def test_a_re_imaging_with_its_purpose(self, account: Account) -> None:
        made = (await order(account.client, purpose="restoration", case_reference="2026-118")).json()
        (entry,) = await entries(account.client)
        key = (await account.client.get("/v1/me")).json()["key_id"]
        said = {
            "object": "audit_entry", "seq": 1, "actor": "test", "key_id": key, "action": "reimaging.ordered",
            "object_id": made["id"], "purpose": "restoration", "detail": "case 2026-118", "outcome": "done",
            "address_prefix": "127.0.0.0/24",
        }  # fmt: skip
        assert said.items() <= entry.items()

    async def test_not_one_without(self, client: httpx.AsyncClient) -> None:
        assert (await order(client)).status_code == 202
        assert await entries(client) == []

    async def test_one_that_is_waited_for_is_written_down_when_it_is_ordered(self, client: httpx.AsyncClient) -> None:
        image = {"data_url": "data:image/png;base64,iVBORw0K"}
        body = {"image": image, "purpose": "restoration"}
        headers = {"Prefer": "wait=20"}
        waiting = asyncio.create_task(client.post("/v1/reimagings", json=body, headers=headers))
        while not await entries(client):
            assert not waiting.done()
        waiting.cancel()

    async def test_a_batch_once(self, client: httpx.AsyncClient) -> None:
        made = (await order(client, "/v1/batches", purpose="restoration")).json()
        assert [(one["action"], one["object_id"]) for one in await entries(client)] == [("batch.ordered", made["id"])]

    async def test_a_refused_purpose(self, client: httpx.AsyncClient) -> None:
        await decide(client, purpose_required=True)
        await order(client)
        await order(client, purpose="forensic work")
        refused = await entries(client, action="purpose.refused")
        assert [(one["outcome"], one["purpose"]) for one in refused] == [
            ("purpose_required", None), ("purpose_refused", "forensic work"),
        ]  # fmt: skip

    async def test_what_is_decided(self, client: httpx.AsyncClient) -> None:
        await decide(client, purpose_required=True, results_kept_days=None)
        await client.patch("/v1/policy", json={})
        (entry,) = await entries(client)
        assert entry["detail"] == "purpose_required: true, results_kept_days: null"

    async def test_keys_without_their_secrets(self, client: httpx.AsyncClient) -> None:
        body = {"name": "k", "scopes": ["models:read", "datasets:read"]}
        made = (await client.post("/v1/api-keys", json=body)).json()
        await client.delete(f"/v1/api-keys/{made['id']}")
        first, second = await entries(client)
        assert (first["action"], first["object_id"], first["detail"]) == (
            "key.created", made["id"], "datasets:read models:read",
        )  # fmt: skip
        assert (second["action"], second["object_id"]) == ("key.revoked", made["id"])
        assert made["key"].rpartition("_")[0] not in json.dumps([first, second])

    async def test_uploads_imports_and_exports(self, account: Account, fill_dataset: FillDataset, hand: Hand) -> None:
        client, data = account.client, b"abc"
        dataset = await fill_dataset(account.tenant)
        announced = {"file_name": "a.zip", "bytes": 3, "sha256": hashlib.sha256(data).hexdigest()}
        upload = (await client.post("/v1/uploads", json=announced)).json()["id"]
        digest = {"Content-Digest": "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:"}
        assert (await client.put(f"/v1/uploads/{upload}/parts/1", content=data, headers=digest)).status_code == 200
        assert (await client.post(f"/v1/uploads/{upload}/complete")).status_code == 200
        source = {"type": "generator", "set": "faces-light"}
        body = {"dataset_id": dataset.id, "source": source}
        await client.post("/v1/imports", json={**body, "dry_run": True})
        made = (await client.post("/v1/imports", json=body)).json()
        export = (await client.post("/v1/exports", json={"dataset_id": dataset.id})).json()
        await finish(hand, export["id"], b"zip")
        for _ in range(2):
            assert (await client.get(f"/v1/exports/{export['id']}/content")).content == b"zip"
        assert [(one["action"], one["object_id"], one["detail"]) for one in await entries(client)] == [
            ("upload.completed", upload, None), ("import.ordered", made["id"], dataset.id),
            ("export.ordered", export["id"], dataset.id), ("export.read", export["id"], None),
        ]  # fmt: skip

    async def test_shares_and_their_end(
        self, account: Account, open_account: Open, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        reader, client = (await open_account()).tenant, account.client
        objects = {
            "dataset": (await fill_dataset(account.tenant)).id, "model": (await add_model(stores, account.tenant)).id
        }  # fmt: skip
        for kind, one in objects.items():
            path = f"/v1/{kind}s/{one}"
            assert (await client.patch(path, json={"name": "other"})).status_code == 200
            await client.patch(path, json={"visibility": "shared", "shared_with": [reader]})
            await client.patch(path, json={"visibility": "private"})
        assert [(one["action"], one["object_id"], one["detail"]) for one in await entries(client)] == [
            (f"{kind}.shared", one, said) for kind, one in objects.items() for said in (f"shared {reader}", "private")
        ]

    async def test_deletions(self, account: Account, fill_dataset: FillDataset, hand: Hand, stores: Stores) -> None:
        client = account.client
        dataset, model = await fill_dataset(account.tenant), await add_model(stores, account.tenant, versions=2)
        result = await finished(client, hand)
        paths = [f"/v1/reimagings/{result}", f"/v1/models/{model.id}/versions/2", f"/v1/models/{model.id}"]
        for path in [*paths, f"/v1/datasets/{dataset.id}"]:
            assert (await client.delete(path)).status_code == 204, path
            assert (await client.delete(path)).status_code == 404, path
        gone = await entries(client, action="deleted")
        assert [one["object_id"] for one in gone] == [result, f"{model.id}:2", model.id, dataset.id]

    async def test_erasing_without_the_name(self, client: httpx.AsyncClient) -> None:
        made = (await client.post("/v1/deletions", json={"subject": "Ann"})).json()
        await client.post("/v1/deletions", json={"subject": "Ann", "dry_run": True})
        (entry,) = await entries(client)
        assert (entry["action"], entry["object_id"]) == ("erasure.ordered", made["id"])
        assert "Ann" not in json.dumps(entry)

    async def test_what_ends_by_rule(self, account: Account, hand: Hand, stores: Stores) -> None:
        result = await finished(account.client, hand)
        await decide(account.client, results_kept_days=0)
        await end_expired_reimagings(stores, account.tenant, now())
        (entry,) = await entries(account.client, action="deleted")
        assert (entry["object_id"], entry["actor"], entry["key_id"]) == (result, "retention", None)

    async def test_a_repeated_request_only_once(self, client: httpx.AsyncClient) -> None:
        headers, body = {"Idempotency-Key": "once"}, {"name": "k", "scopes": ["models:read"]}
        image = {"image": {"data_url": "data:image/png;base64,iVBORw0K"}, "purpose": "art"}
        for _ in range(2):
            await client.post("/v1/api-keys", json=body, headers=headers)
            await client.post("/v1/reimagings", json=image, headers=headers | {"Idempotency-Key": "two"})
        assert await actions(client) == ["key.created", "reimaging.ordered"]

    def test_every_deletion_is_recorded(self) -> None:
        """But for what holds no bytes of anybody."""
        routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
        deleting = [route for route in routes if "DELETE" in (route.methods or ())]
        silent = {route.name for route in deleting if operation_of(route.endpoint).recorded is None}
        assert silent == CONFIGURATION
        assert len(deleting) > 12


class TestReading:
    async def test_many_images_of_a_dataset_are_one_entry(
        self, account: Account, open_account: Open, fill_dataset: FillDataset
    ) -> None:
        dataset = await fill_dataset(account.tenant)
        other = (await open_account(tenant=account.tenant)).client
        for client in (account.client, other):
            paths = [f"/v1/images/{image_id(dataset.id, row)}/content" for row in range(1, 9)]
            assert {one.status_code for one in await asyncio.gather(*map(client.get, paths))} == {200}
        found = await entries(account.client)
        assert [(one["action"], one["object_id"]) for one in found] == [("images.read", dataset.id)] * 2
        assert len({one["key_id"] for one in found}) == 2

    async def test_is_written_down_again_after_an_hour(
        self, client: httpx.AsyncClient, hand: Hand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = [1000.0]
        monkeypatch.setattr(recent_reads.time, "monotonic", lambda: clock[0])
        result, other = await finished(client, hand), await finished(client, hand)
        for seconds in (0, 3500, 200):
            clock[0] += seconds
            for name in ("final.png", "0-final.png"):
                assert (await client.get(f"/v1/reimagings/{result}/files/{name}")).status_code == 200
        await client.get(f"/v1/reimagings/{other}/files/final.png")
        read = await entries(client, action="result.read")
        assert [one["object_id"] for one in read] == [result, result, other]

    async def test_what_is_not_there_is_not_written_down(self, client: httpx.AsyncClient, hand: Hand) -> None:
        result = await finished(client, hand)
        assert (await client.get(f"/v1/reimagings/{result}/files/other.png")).status_code == 404
        assert await entries(client) == []

    async def test_is_refused_when_it_cannot_be_written_down(
        self, app: FastAPI, client: httpx.AsyncClient, hand: Hand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        result, gateway = await finished(client, hand), app.state.gateway
        assert isinstance(gateway, Gateway)

        async def fail(*_: object) -> None:
            raise RuntimeError("the database does not take it")

        path = f"/v1/reimagings/{result}/files/final.png"
        with monkeypatch.context() as patch:
            patch.setattr("maskeraid_core.repositories.audit.AuditRepository.append", fail)
            assert (await client.get(path)).status_code == 500
        assert (await client.get(path)).status_code == 200
        assert await actions(client) == ["result.read"]


class TestTheLog:
    @pytest.fixture
    async def written(self, account: Account) -> Account:
        for number in range(5):
            await decide(account.client, results_kept_days=number)
        return account

    async def test_takes_its_scope(self, account: Account, open_account: Open) -> None:
        auditor = (await open_account(Scope.AUDIT_READ, tenant=account.tenant)).client
        worker = (await open_account(Scope.REIMAGINGS_WRITE, tenant=account.tenant)).client
        for path in ("/v1/audit", "/v1/audit/verification"):
            assert (await auditor.get(path)).status_code == 200
            refused = await worker.get(path)
            assert (refused.status_code, refused.json()["scope"]) == (403, "audit:read")

    async def test_pages_lead_through_it(self, written: Account) -> None:
        seen, path = [], "/v1/audit?limit=2&include=total"
        while path:
            answer = await written.client.get(path)
            assert answer.json()["total"] == 5
            seen += [entry["seq"] for entry in answer.json()["data"]]
            path = answer.headers.get("link", "")[1:].partition(">")[0]
        assert seen == [5, 4, 3, 2, 1]

    async def test_its_seals_can_be_checked_elsewhere(self, written: Account) -> None:
        previous = START
        for entry in await entries(written.client):
            sealed = {name: value for name, value in entry.items() if name not in ("object", "hash")}
            moment = datetime.fromisoformat(entry["at"])
            sealed["at"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            previous = hashlib.sha256(f"{previous}{text}".encode()).hexdigest()
            assert entry["hash"] == previous
        verified = (await written.client.get("/v1/audit/verification")).json()
        assert verified == {
            "object": "audit_verification", "is_intact": True, "entries": 5, "head_seq": 5, "head_hash": previous,
            "first_broken": None,
        }  # fmt: skip

    async def test_the_first_broken_link_is_named(self, written: Account, stores: Stores) -> None:
        third = (await entries(written.client))[2]
        await stores.database["audit"].update_one({"_id": third["id"]}, {"$set": {"detail": "nothing"}})
        verified = (await written.client.get("/v1/audit/verification")).json()
        assert (verified["is_intact"], verified["entries"]) == (False, 2)
        assert verified["first_broken"] == {"id": third["id"], "seq": 3, "reason": "altered"}

    async def test_is_each_accounts_own(self, written: Account, open_account: Open) -> None:
        stranger = (await open_account()).client
        last = (await entries(written.client))[-1]["id"]
        assert await entries(stranger, after=last, order="desc") == []
        assert (await stranger.get("/v1/audit/verification")).json()["head_seq"] == 0

    def test_has_a_word_for_each_action(self) -> None:
        assert {action.name.lower() for action in Action} == {action.replace(".", "_") for action in Action}


@pytest.mark.parametrize(
    ("host", "prefix"),
    [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("::1", "::/48"),
     ("::ffff:192.0.2.77", "192.0.2.0/24"), ("testclient", None), ("", None)],
)  # fmt: skip
def test_of_an_address_only_the_network_is_kept(host: str, prefix: str | None) -> None:
    assert prefix_of(host) == prefix
