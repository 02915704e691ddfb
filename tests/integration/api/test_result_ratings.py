"""What an account thinks of its own results."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.factories import PICTURE
from tests.integration.api.conftest import Hand, Open

from maskeraid_core.ids import new_id


@pytest.fixture
async def waiting(client: httpx.AsyncClient) -> dict[str, Any]:
    asked: dict[str, Any] = (await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)})).json()
    return asked


@pytest.fixture
async def made(client: httpx.AsyncClient, hand: Hand, waiting: dict[str, Any]) -> dict[str, Any]:
    job = await hand.succeed(await hand.claim(waiting["id"]), {"candidates": [{"index": 0}]})
    found: dict[str, Any] = (await client.get(f"/v1/reimagings/{job.id}")).json()
    return found


async def test_is_shown_on_the_result_and_replaced(client: httpx.AsyncClient, made: dict[str, Any]) -> None:
    path = f"/v1/reimagings/{made['id']}"
    assert made["rating"] is None
    first = await client.put(f"{path}/rating", json={"stars": 2, "note": "The seam shows."})
    assert first.status_code == 200, first.text
    rated = first.json()["rating"]
    assert (rated["stars"], rated["note"]) == (2, "The seam shows.")
    assert (await client.get(path)).json() == first.json() == {**made, "rating": rated}
    again = await client.put(f"{path}/rating", json={"stars": 5})
    assert (again.json()["rating"]["stars"], again.json()["rating"]["note"]) == (5, None)
    (row,) = (await client.get("/v1/reimagings")).json()["data"]
    assert row["rating"]["stars"] == 5


async def test_of_two_who_saw_the_same_one_comes_through(client: httpx.AsyncClient, made: dict[str, Any]) -> None:
    path = f"/v1/reimagings/{made['id']}"
    seen = {"If-Match": (await client.get(path)).headers["ETag"]}
    puts = [client.put(f"{path}/rating", json={"stars": stars}, headers=seen) for stars in (4, 1, 3)]
    first, *others = sorted(await asyncio.gather(*puts), key=lambda answer: answer.status_code)
    assert [first.status_code, *[other.status_code for other in others]] == [200, 412, 412]
    assert others[0].json()["code"] == "stale_object"
    assert (await client.get(path)).headers["ETag"] == first.headers["ETag"]


async def test_what_has_not_succeeded_is_not_rated(client: httpx.AsyncClient, waiting: dict[str, Any]) -> None:
    refused = await client.put(f"/v1/reimagings/{waiting['id']}/rating", json={"stars": 4})
    assert (refused.status_code, refused.json()["code"]) == (409, "job_state_conflict")
    assert (refused.json()["current_status"], refused.json()["allowed_actions"]) == ("queued", ["cancel"])


@pytest.mark.parametrize(
    "body", [{"stars": 0}, {"stars": 6}, {"stars": True}, {"stars": 3, "note": ""}, {"note": "x"}, {"stars": 3, "x": 1}]
)
async def test_what_is_no_rating(client: httpx.AsyncClient, made: dict[str, Any], body: dict[str, Any]) -> None:
    assert (await client.put(f"/v1/reimagings/{made['id']}/rating", json=body)).status_code == 422
    assert (await client.get(f"/v1/reimagings/{made['id']}")).json()["rating"] is None


async def test_another_tenants_is_not_found(
    client: httpx.AsyncClient, made: dict[str, Any], open_account: Open
) -> None:
    stranger = (await open_account()).client
    foreign, unknown = [
        await stranger.put(f"/v1/reimagings/{one}/rating", json={"stars": 1}) for one in (made["id"], new_id("rim"))
    ]
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")
    assert {**foreign.json(), "instance": "", "request_id": ""} == {**unknown.json(), "instance": "", "request_id": ""}
    assert (await client.get(f"/v1/reimagings/{made['id']}")).json()["rating"] is None
