"""The rules that hold on every endpoint."""

import asyncio
import struct
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.responses import Response
from tests.factories import PICTURE

from maskeraid_api.idempotency import RENEW_SECONDS, answer_once
from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.ids import new_id
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import IdempotencyRepository
from maskeraid_core.repositories.datasets import DatasetRepository
from maskeraid_core.repositories.repository import now

from .conftest import Account, Open

ONE = {"image": {"data_url": "data:image/png;base64,iVBORw0KAAAA"}}
HEADERS = {"Idempotency-Key": "once"}


class TestIdempotency:
    async def test_the_same_request_has_the_same_answer(self, client: httpx.AsyncClient) -> None:
        first = await client.post("/v1/datasets", json={"name": "a"}, headers=HEADERS)
        again = await client.post("/v1/datasets", json={"name": "a"}, headers=HEADERS)
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["idempotency-replayed"] == "true"
        assert again.headers["location"] == first.headers["location"]
        assert len((await client.get("/v1/datasets")).json()["data"]) == 1

    async def test_another_body_is_refused(self, client: httpx.AsyncClient) -> None:
        await client.post("/v1/datasets", json={"name": "a"}, headers=HEADERS)
        other = await client.post("/v1/datasets", json={"name": "b"}, headers=HEADERS)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")

    async def test_a_race_makes_one_job(self, client: httpx.AsyncClient) -> None:
        """Of a form the parts count: each request has a boundary of its own."""
        answers = await asyncio.gather(
            *(client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)}, headers=HEADERS) for _ in range(5))
        )
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert (
            sorted(answer.headers.get("idempotency-replayed", "false") for answer in answers)
            == ["false"] + ["true"] * 4
        )
        assert len((await client.get("/v1/jobs")).json()["data"]) == 1

    async def test_another_picture_under_the_key_of_a_job_is_refused(self, client: httpx.AsyncClient) -> None:
        await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)}, headers=HEADERS)
        other = await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE + b"y")}, headers=HEADERS)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")

    async def test_a_request_whose_process_died_is_carried_out_again_soon(
        self, account: Account, stores: Stores
    ) -> None:
        body = {"name": "a"}
        first = await account.client.post("/v1/datasets", json=body, headers=HEADERS)
        answers = stores.database["idempotency"]
        kept = {"_id": f"{account.tenant}:once"}
        await DatasetRepository(stores.database, account.tenant).delete(first.json()["id"])  # it came to nothing
        await answers.update_one(kept, {"$set": {"answer": None}})
        refused = await account.client.post("/v1/datasets", json=body, headers=HEADERS)
        assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_in_progress")
        await answers.update_one(kept, {"$set": {"created_at": now() - timedelta(seconds=6)}})
        assert (await account.client.post("/v1/datasets", json=body, headers=HEADERS)).status_code == 201

    async def test_a_long_request_keeps_its_key(self, account: Account, stores: Stores) -> None:
        answers = IdempotencyRepository(stores.database, account.tenant)

        async def answer() -> Response:
            await asyncio.sleep(RENEW_SECONDS * 1.5)
            return Response()

        began = now()
        await answer_once(answers, "long", "digest", answer)
        kept = await answers.begin("long", "digest")
        assert kept is not None
        assert kept.created_at > began + timedelta(seconds=1)

    async def test_a_refusal_may_be_mended(self, client: httpx.AsyncClient) -> None:
        assert (await client.post("/v1/datasets", json={"nam": "a"}, headers=HEADERS)).status_code == 422
        assert (await client.post("/v1/datasets", json={"name": "a"}, headers=HEADERS)).status_code == 201

    async def test_a_secret_is_not_replayed(self, client: httpx.AsyncClient) -> None:
        body = {"name": "k", "scopes": ["datasets:read"]}
        first = await client.post("/v1/api-keys", json=body, headers=HEADERS)
        again = await client.post("/v1/api-keys", json=body, headers=HEADERS)
        assert first.json()["key"].startswith("mk_test_")
        assert again.json() == {**first.json(), "key": None}

    async def test_keys_of_two_tenants_are_two(self, client: httpx.AsyncClient, open_account: Open) -> None:
        other = (await open_account()).client
        first = await client.post("/v1/datasets", json={"name": "a"}, headers=HEADERS)
        second = await other.post("/v1/datasets", json={"name": "b"}, headers=HEADERS)
        assert second.status_code == 201
        assert first.json()["id"] != second.json()["id"]


class TestPages:
    async def test_walks_all_by_links(self, client: httpx.AsyncClient) -> None:
        made = [(await client.post("/v1/datasets", json={"name": f"n{n}"})).json()["id"] for n in range(5)]
        url, seen = "/v1/datasets?limit=2&include=total", []
        while url:
            answer = await client.get(url)
            assert answer.json()["total"] == 5
            seen += [row["id"] for row in answer.json()["data"]]
            url = answer.links.get("next", {}).get("url")
        assert seen == made[::-1]

    async def test_ascending(self, client: httpx.AsyncClient) -> None:
        made = [(await client.post("/v1/datasets", json={"name": f"n{n}"})).json()["id"] for n in range(3)]
        page = (await client.get("/v1/datasets", params={"order": "asc", "after": made[0]})).json()
        assert [row["id"] for row in page["data"]] == made[1:]


class TestETags:
    async def test_unchanged_is_304_and_stale_is_412(self, client: httpx.AsyncClient) -> None:
        made = await client.post("/v1/datasets", json={"name": "a"})
        path, tag = made.headers["location"], made.headers["etag"]
        assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
        changed = await client.patch(path, json={"name": "b"}, headers={"If-Match": tag})
        assert (changed.status_code, changed.json()["name"]) == (200, "b")
        assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 200
        stale = await client.patch(path, json={"name": "c"}, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_object")
        assert (await client.delete(path, headers={"If-Match": tag})).status_code == 412


class TestChanges:
    @pytest.mark.parametrize("is_bound", [False, True])
    async def test_that_are_overtaken_are_made_again_unless_they_were_bound_to_a_state(
        self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, is_bound: bool
    ) -> None:
        made = await client.post("/v1/datasets", json={"name": "a"})
        path, change, calls = made.headers["location"], DatasetRepository.change, []

        async def overtaken_once(self: DatasetRepository, *what: Any, **more: Any) -> Dataset | None:  # noqa: ANN401
            calls.append(what)
            return None if len(calls) == 1 else await change(self, *what, **more)

        monkeypatch.setattr(DatasetRepository, "change", overtaken_once)
        headers = {"If-Match": made.headers["etag"]} if is_bound else {}
        changed = await client.patch(path, json={"name": "b"}, headers=headers)
        assert changed.status_code == (412 if is_bound else 200)
        assert (await client.get(path)).json()["name"] == ("a" if is_bound else "b")


class TestProblems:
    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/nowhere", 404, "not_found"), ("GET", "/v1/datasets/", 404, "not_found"),
            ("PUT", "/v1/datasets", 405, "method_not_allowed"),
            ("GET", "/v1/datasets?limit=101", 422, "validation_failed"),
            ("GET", "/v1/datasets?nam=a", 422, "unknown_field"), ("GET", "/v1/datasets?after=x", 400, "bad_cursor"),
        ],
    )  # fmt: skip
    async def test_all_refusals_are_problems(
        self, client: httpx.AsyncClient, method: str, path: str, status: int, code: str
    ) -> None:
        answer = await client.request(method, path)
        body = answer.json()
        assert (answer.status_code, body["code"], body["status"]) == (status, code, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["request_id"] == answer.headers["x-request-id"]
        assert (await client.get(body["type"])).status_code == 200

    async def test_a_foreign_host_is_refused(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/me", headers={"Host": "rebound.example"})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_header")

    @pytest.mark.parametrize("name", ["Authorization", "Host", "Content-Type", "Idempotency-Key"])
    async def test_a_header_that_names_one_thing_comes_once(self, client: httpx.AsyncClient, name: str) -> None:
        headers = [*client.headers.raw, (name.encode(), b"127.0.0.1"), (name.encode(), b"other")]
        answer = await client.get("/v1/me", headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, name)

    async def test_a_body_has_one_length(self, client: httpx.AsyncClient) -> None:
        headers = {"Content-Length": "2", "Transfer-Encoding": "chunked", "Content-Type": "application/json"}
        answer = await client.post("/v1/datasets", content=b"{}", headers=headers)
        assert (answer.status_code, answer.headers["connection"]) == (400, "close")

    async def test_a_key_comes_before_the_body(self, account: Account) -> None:
        """Not one byte is asked for: the body would fail the test."""

        async def body() -> None:
            raise AssertionError("the body was read")
            yield b""

        headers = {"Authorization": "Bearer mk_test_x", "Content-Type": "application/json"}
        answer = await account.client.post("/v1/imports", content=body(), headers=headers)
        assert answer.status_code == 401

    async def test_too_large(self, client: httpx.AsyncClient) -> None:
        headers = {"Content-Type": "application/json"}
        answer = await client.post("/v1/datasets", content=b" " * (2**20 + 1), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    @pytest.mark.parametrize("part", ["image", "covering"])
    async def test_what_is_no_picture_or_has_too_many_pixels(self, client: httpx.AsyncClient, part: str) -> None:
        files = {name: (f"{name}.png", PICTURE) for name in ("image", "covering")}
        huge = PICTURE[:8] + struct.pack(">I4sII", 13, b"IHDR", 8001, 5000)
        for content, refusal in ((b"a text", (415, "unsupported_media")), (huge, (413, "too_large"))):
            answer = await client.post("/v1/reimagings", files={**files, part: (f"{part}.png", content)})
            assert (answer.status_code, answer.json()["code"]) == refusal
            assert answer.json()["errors"][0]["parameter"] == part

    @pytest.mark.parametrize("part", ["image", "covering"])
    async def test_a_picture_that_is_too_large(self, client: httpx.AsyncClient, part: str) -> None:
        files = {"image": ("a.png", PICTURE), "covering": ("b.png", PICTURE)}
        files[part] = ("large.png", bytes(25 * 2**20 + 1))
        answer = await client.post("/v1/reimagings", files=files)
        assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "too_large", 25 * 2**20)
        assert answer.json()["errors"][0]["parameter"] == part

    @pytest.mark.parametrize("media", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
    async def test_only_files_are_large(self, client: httpx.AsyncClient, media: str) -> None:
        """An import may bring 100 MB, but not as a text that would lie in memory."""
        headers = {"Content-Type": media}
        answer = await client.post("/v1/imports", content=b" " * (2**20 + 1), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    async def test_very_many_fields_are_not_even_looked_at(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/datasets", json={f"f{number}": 1 for number in range(20_001)})
        assert (answer.status_code, answer.json()["detail"]) == (422, "A body of JSON may have 20000 fields.")

    @pytest.mark.parametrize(
        ("media", "body"),
        [
            ("multipart/form-data", b"--b--\r\n"),  # names no boundary
            ("multipart/form-data; boundary=b", b"not a form"),
            ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
        ],
    )
    async def test_a_form_that_cannot_be_read(self, client: httpx.AsyncClient, media: str, body: bytes) -> None:
        answer = await client.post("/v1/reimagings", content=body, headers={"Content-Type": media})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_form")
        assert "JSON" not in answer.text
        assert answer.json()["detail"].startswith("The multipart form cannot be read: ")

    @pytest.mark.parametrize(
        ("named", "pointer"),
        [
            ({"image": {"image_id": f"img_{'0' * 26}_000001"}}, "/image/image_id"),
            ({**ONE, "model": {"model_id": f"mdl_{'0' * 26}"}}, "/model/model_id"),
            ({**ONE, "covering": {"covering_id": f"cov_{'0' * 26}"}}, "/covering/covering_id"),
        ],
    )
    async def test_what_is_not_there_is_said_by_the_place_that_names_it(
        self, client: httpx.AsyncClient, named: dict[str, Any], pointer: str
    ) -> None:
        answer = await client.post("/v1/reimagings", json=named)
        assert (answer.status_code, [row["pointer"] for row in answer.json()["errors"]]) == (404, [pointer])

    async def test_unknown_part(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/reimagings", files={"imag": ("a.png", PICTURE)})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["detail"] == "unknown multipart part; did you mean image?"


class TestEdges:
    @pytest.mark.parametrize("path", ["models?after=mdl_", "jobs?after=trn_", "events?after=evt_"])
    @pytest.mark.parametrize("order", ["0" * 26, "7" + "Z" * 25])
    async def test_an_identifier_from_outside_the_calendar_is_only_a_place(
        self, client: httpx.AsyncClient, path: str, order: str
    ) -> None:
        assert (await client.get(f"/v1/{path}{order}")).json()["data"] == []

    @pytest.mark.parametrize(
        ("path", "prefix"),
        [
            ("models", "mdl"), ("datasets", "ds"), ("jobs", "trn"), ("trainings", "trn"), ("evaluations", "evl"),
            ("reimagings", "rim"), ("events", "evt"), ("webhook-endpoints", "whe"), ("api-keys", "key"),
        ],
    )  # fmt: skip
    async def test_a_line_break_behind_an_identifier_makes_it_none(
        self, client: httpx.AsyncClient, path: str, prefix: str
    ) -> None:
        answer = await client.get(f"/v1/{path}", params={"after": f"{new_id(prefix)}\n"})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")

    @pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    async def test_a_time_that_leads_out_of_the_calendar_is_refused(self, client: httpx.AsyncClient, time: str) -> None:
        refused = await client.post("/v1/datasets", json={"name": "a", "retain_until": time})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/retain_until")

    @pytest.mark.parametrize(("method", "path"), [("POST", "/nope"), ("POST", "/healthz"), ("GET", "/healthz")])
    async def test_a_body_that_nobody_reads_ends_the_connection(
        self, client: httpx.AsyncClient, method: str, path: str
    ) -> None:
        answer = await client.request(method, path, content=b"x" * 100)
        assert answer.headers["connection"] == "close"

    async def test_a_body_that_was_read_does_not(self, client: httpx.AsyncClient) -> None:
        assert "connection" not in (await client.post("/v1/datasets", json={"name": "a"})).headers


class TestLabels:
    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("datasets", {"name": "a"}), ("uploads", {"file_name": "a", "bytes": 1, "sha256": "0" * 64}),
            ("api-keys", {"name": "k", "scopes": ["datasets:read"]}),
            ("webhook-endpoints", {"url": "https://example.org/"}),
        ],
    )  # fmt: skip
    async def test_what_a_client_writes_on_its_objects_is_echoed(
        self, client: httpx.AsyncClient, path: str, body: dict[str, object]
    ) -> None:
        labels = {"metadata": {"project": "x"}, "client_reference_id": "r-1"}
        made = (await client.post(f"/v1/{path}", json={**body, **labels})).json()
        assert {name: made[name] for name in labels} == labels


class TestNames:
    @pytest.mark.parametrize("character", ["\u0085", "\u2028", "\u007f", "\u202e", "\u2067", "\n"])
    async def test_are_one_line_that_shows_as_it_is(self, client: httpx.AsyncClient, character: str) -> None:
        refused = await client.post("/v1/datasets", json={"name": f"a{character}b"})
        (row,) = refused.json()["errors"]
        assert (row["pointer"], row["code"]) == ("/name", "bad_format")
        assert row["detail"].startswith("must be one line, without control characters")
        assert (await client.post("/v1/datasets", json={"name": "Gesichter für שלם 😀"})).status_code == 201


class TestDeletingWhatWasSeen:
    async def test_of_another_state_is_refused(self, client: httpx.AsyncClient) -> None:
        upload = await client.post("/v1/uploads", json={"file_name": "a", "bytes": 1, "sha256": "0" * 64})
        reimaging = await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)})
        for made in (upload, reimaging):
            path = made.headers["location"]
            stale = await client.delete(path, headers={"If-Match": '"0"'})
            assert (stale.status_code, stale.json()["code"]) == (412, "stale_object")
            seen = {"If-Match": (await client.get(path)).headers["etag"]}
            assert (await client.delete(path, headers=seen)).status_code == 204
