"""Where news goes, what became of it, and whose address it is."""

import base64
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from maskeraid_core.documents.deliveries import Delivery
from maskeraid_core.jobs import JobError
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.deliveries import DeliveryRepository, WebhookEndpointRepository
from maskeraid_core.repositories.repository import PageRequest, now

from .conftest import ADDRESS, Account, Hand, Open

NEW_ADDRESS = "new@example.org"


async def make_endpoint(client: httpx.AsyncClient, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 any field
    made = await client.post("/v1/webhook-endpoints", json={"url": "https://example.org/hooks", **facts})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def deliveries_of(client: httpx.AsyncClient, **filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/v1/deliveries", params=filters)).json()["data"]
    return found


class TestEvents:
    async def test_that_do_not_exist_cannot_be_subscribed_to(self, client: httpx.AsyncClient) -> None:
        body = {"url": "https://example.org/hooks", "event_types": ["training.exploded"]}
        assert (await client.post("/v1/webhook-endpoints", json=body)).status_code == 422


class TestSecret:
    async def test_before_a_rotation_signs_for_another_day(self, account: Account, stores: Stores) -> None:
        made = await make_endpoint(account.client)
        rotated = (await account.client.post(f"/v1/webhook-endpoints/{made['id']}/rotate-secret")).json()
        assert len(base64.b64decode(rotated["secret"].removeprefix("whsec_"))) == 32
        assert rotated["secret"] != made["secret"]
        kept = await WebhookEndpointRepository(stores.database, account.tenant).get(made["id"])
        assert kept is not None
        assert kept.previous_secret_until is not None
        assert (kept.secret, kept.previous_secret) == (rotated["secret"], made["secret"])
        assert abs(kept.previous_secret_until - now() - timedelta(days=1)) < timedelta(minutes=5)

    async def test_is_shown_once(self, client: httpx.AsyncClient) -> None:
        made = await make_endpoint(client)
        path, key = f"/v1/webhook-endpoints/{made['id']}", {"Idempotency-Key": "once"}
        rotated, again = [await client.post(f"{path}/rotate-secret", headers=key) for _ in range(2)]
        assert rotated.json()["secret"].startswith("whsec_")
        assert again.json() == {**rotated.json(), "secret": None}
        assert (await client.get(path)).json()["secret"] is None


class TestPing:
    async def test_goes_to_this_endpoint_whatever_it_listens_to(self, client: httpx.AsyncClient) -> None:
        made = await make_endpoint(client, event_types=["training.failed"])
        await make_endpoint(client)
        sent = await client.post(f"/v1/webhook-endpoints/{made['id']}/test")
        assert sent.status_code == 202
        found = (await client.get(sent.headers["location"])).json()
        assert (found["event"], found["subject"], found["status"]) == ("test.ping", made["id"], "pending")
        assert len(await deliveries_of(client, event="test.ping")) == 1

    async def test_is_another_each_time(self, client: httpx.AsyncClient) -> None:
        made = await make_endpoint(client)
        sent = [(await client.post(f"/v1/webhook-endpoints/{made['id']}/test")).json()["id"] for _ in range(2)]
        assert len(set(sent)) == 2


class TestEndpoint:
    async def test_that_was_disabled_is_enabled_with_a_fresh_count(self, account: Account, stores: Stores) -> None:
        made = await make_endpoint(account.client)
        facts = {"is_enabled": False, "disabled_reason": "dead", "given_up_in_a_row": 3}
        await WebhookEndpointRepository(stores.database, account.tenant).change(made["id"], facts)
        path = f"/v1/webhook-endpoints/{made['id']}"
        assert (await account.client.get(path)).json()["disabled_reason"] == "dead"
        enabled = (await account.client.patch(path, json={"is_enabled": True})).json()
        assert (enabled["is_enabled"], enabled["disabled_reason"], enabled["given_up_in_a_row"]) == (True, None, 0)


class TestDeliveries:
    @pytest.fixture
    async def told(self, client: httpx.AsyncClient, hand: Hand) -> dict[str, Any]:
        """A failed import, told by both ways."""
        await make_endpoint(client)
        dataset = (await client.post("/v1/datasets", json={"name": "d"})).json()
        body = {
            "dataset_id": dataset["id"], "source": {"type": "generator", "set": "faces-light"},
            "notify": {"email": True, "webhooks": True},
        }  # fmt: skip
        made = (await client.post("/v1/imports", json=body)).json()
        await hand.fail(await hand.claim(made["id"]), JobError(code="bad_archive", message="No archive."))
        found: dict[str, Any] = made
        return found

    async def test_are_those_of_both_ways_and_may_be_filtered(
        self, client: httpx.AsyncClient, told: dict[str, Any]
    ) -> None:
        (mail,) = await deliveries_of(client, subject=told["id"], sink="email")
        (hook,) = await deliveries_of(client, subject=told["id"], sink="webhook")
        assert mail["sink"]["target"] == ADDRESS
        assert mail["data"]["reason"] == {"code": "bad_archive", "message": "No archive."}
        assert hook["data"].keys() == {"id", "object", "status", "url"}
        assert [row["id"] for row in await deliveries_of(client, endpoint_id=hook["sink"]["target"])] == [hook["id"]]
        assert await deliveries_of(client, event="import.succeeded") == []
        assert await deliveries_of(client, status="delivered") == []

    async def test_are_sent_again_under_their_id(self, account: Account, stores: Stores, told: dict[str, Any]) -> None:
        deliveries = DeliveryRepository(stores.database, account.tenant)
        for row in await deliveries_of(account.client):
            await deliveries.change(row["id"], {"status": "given_up", "next_attempt_at": None, "tries": 10})
            again = await account.client.post(f"/v1/deliveries/{row['id']}/redeliver")
            assert (again.status_code, again.json()["id"], again.json()["status"]) == (202, row["id"], "pending")
            assert again.headers["location"] == f"/v1/deliveries/{row['id']}"
            found = await deliveries.get(row["id"])
            assert found is not None
            assert (found.tries, found.finished_at) == (0, None)


class TestAddress:
    async def ask(self, account: Account, stores: Stores, address: str = NEW_ADDRESS) -> Delivery:
        """Ask for another address; the mail that goes there."""
        changed = await account.client.patch("/v1/me", json={"email": address})
        assert changed.status_code == 200, changed.text
        assert changed.json()["pending_email"] == address
        page = await DeliveryRepository(stores.database, account.tenant).page(
            PageRequest(limit=1), event="email.verification"
        )
        return page.items[0]

    async def verify(self, app: FastAPI, token: str | None) -> httpx.Response:
        """Without a key: who has the mail has the right."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as nobody:
            return await nobody.post("/v1/me/email-verification", json={"token": token})

    async def test_counts_once_its_link_was_opened(self, app: FastAPI, account: Account, stores: Stores) -> None:
        mail = await self.ask(account, stores)
        me = (await account.client.get("/v1/me")).json()
        assert (me["email"], me["is_email_verified"]) == (ADDRESS, True)
        assert (mail.sink.target, (await self.verify(app, mail.token)).json()["address"]) == (NEW_ADDRESS, NEW_ADDRESS)
        me = (await account.client.get("/v1/me")).json()
        assert (me["email"], me["is_email_verified"], me["pending_email"]) == (NEW_ADDRESS, True, None)

    async def test_its_link_works_once(self, app: FastAPI, account: Account, stores: Stores) -> None:
        mail = await self.ask(account, stores)
        assert [(await self.verify(app, mail.token)).status_code for _ in range(2)] == [200, 404]

    async def test_only_the_newest_link_works(self, app: FastAPI, account: Account, stores: Stores) -> None:
        first, second = [await self.ask(account, stores) for _ in range(2)]
        assert (await self.verify(app, first.token)).status_code == 404
        assert (await self.verify(app, second.token)).status_code == 200

    async def test_its_link_ends_after_a_day(self, app: FastAPI, account: Account, stores: Stores) -> None:
        mail = await self.ask(account, stores)
        accounts = AccountRepository(stores.database)
        await accounts.change(account.tenant, {"pending_email.expires_at": now() - timedelta(seconds=1)})
        assert (await self.verify(app, mail.token)).status_code == 404
        assert (await account.client.get("/v1/me")).json()["email"] == ADDRESS

    async def test_its_token_is_shown_to_nobody_and_kept_by_its_hash(self, account: Account, stores: Stores) -> None:
        mail = await self.ask(account, stores)
        assert mail.token is not None
        for path in ("/v1/me", "/v1/deliveries", f"/v1/deliveries/{mail.id}"):
            assert mail.token not in (await account.client.get(path)).text
        tenant = await AccountRepository(stores.database).tenant(account.tenant)
        assert mail.token not in str(tenant)

    async def test_gets_three_mails_a_day_whoever_asks(
        self, account: Account, stores: Stores, open_account: Open
    ) -> None:
        other = await open_account()
        for asker in (account, other, account):
            await self.ask(asker, stores)
        refused = await other.client.patch("/v1/me", json={"email": NEW_ADDRESS.upper()})
        assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
        await self.ask(other, stores, "another@example.org")

    @pytest.mark.parametrize(
        "hostile", ["a@x.example\r\nBcc: b@x.example", "a", "a@b", "A <a@x.example>", "a@x\x00.example"]
    )
    async def test_must_be_one_plain_address(self, client: httpx.AsyncClient, hostile: str) -> None:
        assert (await client.patch("/v1/me", json={"email": hostile})).status_code == 422

    async def test_that_is_verified_already_asks_for_nothing(self, client: httpx.AsyncClient) -> None:
        assert (await client.patch("/v1/me", json={"email": ADDRESS})).json()["pending_email"] is None
        assert await deliveries_of(client) == []

    async def test_page_of_the_link_asks_before_it_counts(self, app: FastAPI, account: Account, stores: Stores) -> None:
        mail = await self.ask(account, stores)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as browser:
            shown = await browser.get("/verify-email", params={"token": mail.token})
            assert mail.token in shown.text
            assert (await account.client.get("/v1/me")).json()["email"] == ADDRESS
            answers = [await browser.post("/verify-email", data={"token": mail.token}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 404]
        assert NEW_ADDRESS in answers[0].text
        assert (await account.client.get("/v1/me")).json()["email"] == NEW_ADDRESS
