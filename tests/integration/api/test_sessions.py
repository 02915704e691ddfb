"""Browsers sign in by a key or a link, and change things only from the web app itself."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from maskeraid_api import sessions
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.ids import new_id
from maskeraid_core.litter import sweep_litter
from maskeraid_core.login_links import LINK_VALID, make_login_link
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository, hash_token
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.sessions import FAILURES_AN_HOUR, SessionRepository

from .conftest import BASE_URL, Account, Open

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
DATASET = {"name": "made in a browser"}


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Keeps cookies, and has no key."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as opened:
        yield opened


@pytest.fixture
async def secure_browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """As behind a proxy with TLS that says so."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://127.0.0.1") as opened:
        yield opened


async def link_of(stores: Stores, tenant: str) -> str:
    owner = await AccountRepository(stores.database).tenant(tenant)
    assert owner is not None
    address = await make_login_link(stores.database, owner.name, BASE_URL)
    assert address is not None
    return address.partition("#link=")[2]


async def sign_in(browser: httpx.AsyncClient, **by: str) -> str:
    """The token against forged requests."""
    answer = await browser.post("/v1/sign-in", json=by)
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["csrf_token"]
    return token


class TestSigningIn:
    async def test_by_a_key_with_its_scopes_and_not_beyond_its_end(
        self, browser: httpx.AsyncClient, open_account: Open
    ) -> None:
        reader = await open_account(Scope.DATASETS_READ)
        csrf = await sign_in(browser, key=reader.key)
        me = (await browser.get("/v1/me")).json()
        by_key = (await reader.client.get("/v1/me")).json()
        assert by_key["session"] is None
        assert me["session"]["csrf_token"] == csrf
        assert (me["tenant_id"], me["scopes"], me["key_id"]) == (reader.tenant, ["datasets:read"], by_key["key_id"])
        assert me["expires_at"] < by_key["expires_at"]
        refused = await browser.post("/v1/datasets", json=DATASET, headers={**SAME_ORIGIN, "X-CSRF-Token": csrf})
        assert refused.json()["code"] == "scope_missing"

    async def test_by_a_link_for_everything_and_only_once(
        self, browser: httpx.AsyncClient, account: Account, stores: Stores
    ) -> None:
        link = await link_of(stores, account.tenant)
        csrf = await sign_in(browser, link=link)
        me = (await browser.get("/v1/me")).json()
        assert (me["tenant_id"], me["key_id"]) == (account.tenant, None)
        assert set(me["scopes"]) == set(Scope)
        wanted = {"name": "k", "scopes": ["admin"], "days": 300}  # outlives the session
        made = await browser.post("/v1/api-keys", json=wanted, headers={**SAME_ORIGIN, "X-CSRF-Token": csrf})
        assert made.status_code == 201, made.text
        assert (await browser.post("/v1/sign-in", json={"link": link})).status_code == 401

    async def test_a_link_is_too_old_after_ten_minutes(
        self, browser: httpx.AsyncClient, account: Account, stores: Stores
    ) -> None:
        link = await link_of(stores, account.tenant)
        repository = SessionRepository(stores.database)
        assert await repository.use_link(link, now() + LINK_VALID + timedelta(seconds=1)) is None
        assert await repository.use_link(link, now() + LINK_VALID - timedelta(seconds=30)) is not None

    async def test_a_link_of_no_account_is_not_made(self, stores: Stores) -> None:
        assert await make_login_link(stores.database, "nobody", BASE_URL) is None

    async def test_a_wrong_key_and_a_wrong_link_are_answered_alike(
        self, browser: httpx.AsyncClient, account: Account
    ) -> None:
        wrong = [{"key": account.key[:-1] + "x"}, {"key": "nonsense"}, {"link": "nonsense"}]
        answers = [await browser.post("/v1/sign-in", json=body) for body in wrong]
        assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {(401, sessions.REFUSED)}
        assert not browser.cookies

    async def test_exactly_one_is_needed(self, browser: httpx.AsyncClient) -> None:
        for body in ({}, {"key": "a", "link": "b"}, {"key": ""}, {"password": "a"}):
            assert (await browser.post("/v1/sign-in", json=body)).status_code == 422, body

    async def test_another_page_signs_nobody_in(self, browser: httpx.AsyncClient, account: Account) -> None:
        for headers in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1:8001"}):
            answer = await browser.post("/v1/sign-in", json={"key": account.key}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")

    async def test_failures_have_a_limit_and_successes_none(self, browser: httpx.AsyncClient, account: Account) -> None:
        for _ in range(FAILURES_AN_HOUR + 2):
            await sign_in(browser, key=account.key)
        for _ in range(FAILURES_AN_HOUR):
            assert (await browser.post("/v1/sign-in", json={"key": "nonsense"})).status_code == 401
        refused = await browser.post("/v1/sign-in", json={"key": account.key})
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 3600


class TestCookie:
    async def test_of_plain_http_on_this_machine(self, browser: httpx.AsyncClient, account: Account) -> None:
        answer = await browser.post("/v1/sign-in", json={"key": account.key})
        name, *attributes = answer.headers["set-cookie"].split("; ")
        assert name.startswith("maskeraid_local=")
        assert set(attributes) == {"HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={7 * 24 * 3600}"}

    async def test_of_https(self, secure_browser: httpx.AsyncClient, account: Account) -> None:
        answer = await secure_browser.post("/v1/sign-in", json={"key": account.key})
        name, *attributes = answer.headers["set-cookie"].split("; ")
        assert name.startswith("__Host-maskeraid=")
        assert set(attributes) == {"HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={7 * 24 * 3600}", "Secure"}
        assert (await secure_browser.get("/v1/me")).status_code == 200

    async def test_of_plain_http_counts_nowhere_else(
        self, browser: httpx.AsyncClient, secure_browser: httpx.AsyncClient, account: Account
    ) -> None:
        await sign_in(browser, key=account.key)
        token = browser.cookies["maskeraid_local"]
        cookie = {"Cookie": f"maskeraid_local={token}"}
        assert (await browser.get("/v1/me")).status_code == 200
        assert (await secure_browser.get("/v1/me", headers=cookie)).status_code == 401
        assert (await secure_browser.get("/v1/me", headers={"Cookie": f"__Host-maskeraid={token}"})).status_code == 200

    async def test_only_hashes_are_stored(self, browser: httpx.AsyncClient, account: Account, stores: Stores) -> None:
        link = await link_of(stores, account.tenant)
        assert link not in str(await stores.database["login_links"].find().to_list())
        csrf = await sign_in(browser, link=link)
        stored = str(await stores.database["sessions"].find().to_list())
        assert hash_token(browser.cookies["maskeraid_local"]) in stored
        assert browser.cookies["maskeraid_local"] not in stored
        assert csrf not in stored

    async def test_a_key_that_is_sent_goes_before_it(
        self, browser: httpx.AsyncClient, account: Account, open_account: Open
    ) -> None:
        await sign_in(browser, key=account.key)
        other = await open_account()
        sent = {"Authorization": f"Bearer {other.key}"}
        assert (await browser.get("/v1/me", headers=sent)).json()["tenant_id"] == other.tenant
        assert (await browser.get("/v1/me", headers={"Authorization": "Bearer mk_wrong"})).status_code == 401


class TestForgedRequests:
    """A row a request that changes something: its headers, and whether it is carried out."""

    async def test_by_where_it_comes_from(self, browser: httpx.AsyncClient, account: Account) -> None:
        csrf = await sign_in(browser, key=account.key)
        for headers, is_ours in (
            ({"Sec-Fetch-Site": "same-origin"}, True),
            ({"Sec-Fetch-Site": "same-site"}, False),
            ({"Sec-Fetch-Site": "cross-site"}, False),
            ({"Sec-Fetch-Site": "none"}, False),
            ({"Sec-Fetch-Site": "same-site", "Origin": BASE_URL}, False),
            ({"Origin": BASE_URL}, True),
            ({"Origin": "http://127.0.0.1:8001"}, False),
            ({"Origin": "https://127.0.0.1"}, False),
            ({"Origin": "null"}, False),
            ({}, False),
        ):
            sent = {"name": new_id("n")}
            answer = await browser.post("/v1/datasets", json=sent, headers={**headers, "X-CSRF-Token": csrf})
            assert answer.status_code == (201 if is_ours else 403), (headers, answer.text)
            assert is_ours or answer.json()["code"] == "csrf_failed"

    async def test_every_unsafe_method_needs_the_token(self, browser: httpx.AsyncClient, account: Account) -> None:
        csrf = await sign_in(browser, key=account.key)
        model = f"/v1/models/{new_id('mdl')}"
        for method, path in (
            ("POST", "/v1/datasets"),
            ("PATCH", "/v1/me"),
            ("PUT", f"{model}/ratings"),
            ("DELETE", model),
            ("DELETE", "/v1/sign-in"),
        ):
            for token in ({}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": csrf.upper()}):
                answer = await browser.request(method, path, headers={**SAME_ORIGIN, **token})
                assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed"), (method, path)
            passed = await browser.request(method, path, headers={**SAME_ORIGIN, "X-CSRF-Token": csrf})
            assert passed.status_code not in (403, 405), (method, path)

    async def test_the_token_of_another_session_is_none(
        self, browser: httpx.AsyncClient, app: FastAPI, account: Account
    ) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as other:
            foreign = await sign_in(other, key=account.key)
        await sign_in(browser, key=account.key)
        answer = await browser.post("/v1/datasets", json=DATASET, headers={**SAME_ORIGIN, "X-CSRF-Token": foreign})
        assert answer.json()["code"] == "csrf_failed"

    async def test_a_key_needs_none_of_it(self, account: Account) -> None:
        answer = await account.client.post("/v1/datasets", json=DATASET, headers={"Origin": "https://example.org"})
        assert answer.status_code == 201


class TestEnd:
    async def test_signing_out(self, browser: httpx.AsyncClient, account: Account) -> None:
        csrf = await sign_in(browser, key=account.key)
        token = browser.cookies["maskeraid_local"]
        out = await browser.delete("/v1/sign-in", headers={**SAME_ORIGIN, "X-CSRF-Token": csrf})
        assert out.status_code == 204
        assert not browser.cookies
        assert (await browser.get("/v1/me", headers={"Cookie": f"maskeraid_local={token}"})).status_code == 401

    async def test_a_key_has_no_session_to_end(self, account: Account) -> None:
        assert (await account.client.delete("/v1/sign-in")).status_code == 204
        assert (await account.client.get("/v1/me")).status_code == 200

    async def test_signing_in_again_ends_the_one_before(self, browser: httpx.AsyncClient, account: Account) -> None:
        await sign_in(browser, key=account.key)
        earlier = browser.cookies["maskeraid_local"]
        await sign_in(browser, key=account.key)
        browser.cookies.clear()
        assert (await browser.get("/v1/me", headers={"Cookie": f"maskeraid_local={earlier}"})).status_code == 401

    async def test_with_its_key(self, browser: httpx.AsyncClient, account: Account, open_account: Open) -> None:
        other = await open_account(tenant=account.tenant)
        await sign_in(browser, key=other.key)
        key_id = (await browser.get("/v1/me")).json()["key_id"]
        assert (await account.client.delete(f"/v1/api-keys/{key_id}")).status_code == 204
        assert (await browser.get("/v1/me")).status_code == 401

    async def test_idle_too_long_or_too_old(self, browser: httpx.AsyncClient, account: Account, stores: Stores) -> None:
        for field, ago, is_over in (
            ("used_at", sessions.IDLE - timedelta(minutes=1), False),
            ("used_at", sessions.IDLE + timedelta(seconds=1), True),
            ("expires_at", timedelta(seconds=1), True),
        ):
            await sign_in(browser, key=account.key)
            await stores.database["sessions"].update_one({}, {"$set": {field: now() - ago}})
            assert (await browser.get("/v1/me")).status_code == (401 if is_over else 200), (field, ago)

    async def test_use_keeps_it(self, browser: httpx.AsyncClient, account: Account, stores: Stores) -> None:
        await sign_in(browser, key=account.key)
        long_ago = now() - sessions.IDLE + timedelta(minutes=1)
        await stores.database["sessions"].update_one({}, {"$set": {"used_at": long_ago}})
        await browser.get("/v1/me")
        stored = await stores.database["sessions"].find_one({})
        assert stored is not None
        assert now() - stored["used_at"] < timedelta(minutes=1)

    async def test_what_is_over_is_swept(self, browser: httpx.AsyncClient, account: Account, stores: Stores) -> None:
        await sign_in(browser, key=account.key)
        await link_of(stores, account.tenant)
        await browser.post("/v1/sign-in", json={"key": "nonsense"})
        await sweep_litter(stores, now())
        collections = [stores.database[name] for name in ("sessions", "login_links", "sign_in_failures")]
        assert [await one.count_documents({}) for one in collections] == [1, 1, 1]
        await sweep_litter(stores, now() + sessions.LONGEST + timedelta(minutes=1))
        assert [await one.count_documents({}) for one in collections] == [0, 0, 0]
