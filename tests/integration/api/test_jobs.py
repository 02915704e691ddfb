"""Jobs: cancel, history, waiting."""

import asyncio
import json
from datetime import datetime, timedelta

import httpx
import pytest
from tests.factories import PICTURE

from maskeraid_api.settings import ApiSettings
from maskeraid_core.documents.own_outputs import OwnOutputs
from maskeraid_core.errors import InputGone
from maskeraid_core.ids import derived_id
from maskeraid_core.jobs import JobError, QueueName
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.events import EventLine, EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_core.repositories.repository import now

from .conftest import Account, Hand, Open

SSE = {"Accept": "text/event-stream"}


async def order(client: httpx.AsyncClient) -> str:
    answer = await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)})
    assert answer.status_code == 202
    return str(answer.json()["id"])


class TestCancel:
    async def test_queued_job_ends_at_once(self, client: httpx.AsyncClient) -> None:
        job = (await client.post(f"/v1/jobs/{await order(client)}/cancel")).json()
        assert (job["status"], job["allowed_actions"]) == ("cancelled", ["retry"])

    async def test_running_job_is_asked_to_end(self, client: httpx.AsyncClient, hand: Hand) -> None:
        job_id = await order(client)
        await hand.claim(job_id)
        for _ in range(2):  # repeating it changes nothing
            answer = await client.post(f"/v1/jobs/{job_id}/cancel")
            assert answer.status_code == 202
            assert (answer.json()["status"], answer.json()["cancel_requested"]) == ("running", True)

    async def test_ended_job_says_why_not(self, client: httpx.AsyncClient, hand: Hand) -> None:
        job_id = await order(client)
        await hand.succeed(await hand.claim(job_id), {})
        answer = await client.post(f"/v1/jobs/{job_id}/cancel")
        assert (answer.status_code, answer.json()["code"]) == (409, "job_state_conflict")
        assert answer.json()["current_status"] == "succeeded"


class TestEvents:
    async def test_stream_replays_and_ends(self, client: httpx.AsyncClient, hand: Hand) -> None:
        job_id = await order(client)
        await hand.succeed(await hand.claim(job_id), {})
        whole = (await client.get(f"/v1/jobs/{job_id}/events", headers=SSE)).text
        ids = [int(line[4:]) for line in whole.splitlines() if line.startswith("id: ")]
        assert ids == list(range(1, len(ids) + 1))
        assert whole.startswith("retry: 3000")
        *_, kind, data = whole.rstrip().splitlines()
        assert kind == "event: end"
        told = json.loads(data.removeprefix("data: "))
        assert (told["job_id"], told["status"], told["attempt"]) == (job_id, "succeeded", 1)

    async def test_stream_continues_behind_the_last_one(self, client: httpx.AsyncClient, hand: Hand) -> None:
        job_id = await order(client)
        await hand.succeed(await hand.claim(job_id), {})
        rest = (await client.get(f"/v1/jobs/{job_id}/events", headers={**SSE, "Last-Event-ID": "2"})).text
        assert next(line for line in rest.splitlines() if line.startswith("id: ")) == "id: 3"
        assert (await client.get(f"/v1/jobs/{job_id}/events?after=2", headers=SSE)).text == rest
        again = await client.get(f"/v1/jobs/{job_id}/events?after=1", headers={**SSE, "Last-Event-ID": "2"})
        assert again.text == rest  # as a browser connects again

    async def test_page_of_json(self, client: httpx.AsyncClient, hand: Hand) -> None:
        job_id = await order(client)
        await hand.succeed(await hand.claim(job_id), {})
        page = (await client.get(f"/v1/jobs/{job_id}/events?limit=1")).json()  # `*/*` names no form
        assert (page["has_more"], page["last_id"], page["data"][0]["type"]) == (True, 1, "job.status")
        link = (await client.get(f"/v1/jobs/{job_id}/events?limit=1")).headers["link"]
        assert link == f'</v1/jobs/{job_id}/events?limit=1&after=1>; rel="next"'
        rest = (await client.get(f"/v1/jobs/{job_id}/events?after=1", headers={"Accept": "application/json"})).json()
        assert rest["data"][-1]["type"] == "end"

    async def test_silent_stream_keeps_alive_and_closes(self, client: httpx.AsyncClient) -> None:
        text = (await client.get(f"/v1/jobs/{await order(client)}/events", headers=SSE)).text
        assert ": keepalive" in text
        assert "event: end" not in text

    async def test_an_event_whose_news_got_lost_is_found(
        self, account: Account, client: httpx.AsyncClient, stores: Stores
    ) -> None:
        job_id = await order(client)
        readers = [asyncio.create_task(client.get(f"/v1/jobs/{job_id}/events", headers=SSE)) for _ in range(3)]
        await asyncio.sleep(1)  # of the stream's three
        line = EventLine("untold", "job.warning", {"code": "untold"})
        await EventRepository(stores.database).append(job_id, account.tenant, 1, now(), line)
        for reader in readers:
            assert (await reader).text.count("event: job.warning") == 1

    @pytest.mark.parametrize("of", ["jobs/{}/events", "events"])
    async def test_a_stream_tells_nothing_once_its_key_is_revoked(
        self, of: str, account: Account, open_account: Open, stores: Stores
    ) -> None:
        job_id = await order(account.client)
        reader = (await open_account(tenant=account.tenant)).client
        key_id = (await reader.get("/v1/me")).json()["key_id"]
        stream = asyncio.create_task(reader.get(f"/v1/{of.format(job_id)}", headers=SSE))
        await asyncio.sleep(1)  # of the stream's three
        await account.client.delete(f"/v1/api-keys/{key_id}")
        line = EventLine("late", "job.warning", {"code": "late"})
        await EventRepository(stores.database).append(job_id, account.tenant, 1, now(), line)
        told = (await stream).text
        assert "event: job.status" in told
        assert "event: job.warning" not in told

    async def test_neither_form_will_do(self, client: httpx.AsyncClient) -> None:
        answer = await client.get(f"/v1/jobs/{await order(client)}/events", headers={"Accept": "image/png"})
        assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")

    async def test_of_all_jobs(self, client: httpx.AsyncClient, hand: Hand) -> None:
        for _ in range(2):
            await hand.succeed(await hand.claim(await order(client)), {})
        whole = (await client.get("/v1/events?limit=100")).json()["data"]
        first = (await client.get("/v1/events?limit=2")).json()
        rest = (await client.get(f"/v1/events?after={first['last_id']}&limit=100")).json()["data"]
        assert [row["id"] for row in first["data"] + rest] == [row["id"] for row in whole]
        assert {row["type"] for row in whole} == {"job.status"}

    async def test_of_all_jobs_as_a_stream(self, client: httpx.AsyncClient, hand: Hand) -> None:
        for _ in range(2):
            await hand.succeed(await hand.claim(await order(client)), {})
        ids = [row["id"] for row in (await client.get("/v1/events?limit=100")).json()["data"]]
        whole = (await client.get("/v1/events", headers=SSE)).text
        assert [line[4:] for line in whole.splitlines() if line.startswith("id: ")] == ids
        rest = (await client.get(f"/v1/events?after={ids[0]}", headers={**SSE, "Last-Event-ID": ids[2]})).text
        assert [line[4:] for line in rest.splitlines() if line.startswith("id: ")] == ids[3:]

    async def test_of_all_jobs_only_what_comes_from_now_on(self, client: httpx.AsyncClient, hand: Hand) -> None:
        assert (await client.get("/v1/events?after=latest")).json()["data"] == []  # nothing has happened yet
        await hand.succeed(await hand.claim(await order(client)), {})
        last = (await client.get("/v1/events")).json()["last_id"]
        assert (await client.get("/v1/events?after=latest")).json()["data"] == []
        stream = asyncio.create_task(client.get("/v1/events?after=latest", headers=SSE))
        await asyncio.sleep(1)  # of the stream's three
        new = await order(client)
        await hand.succeed(await hand.claim(new), {})
        told = (await stream).text
        assert told.startswith(f"retry: 3000\n\nid: {last}\n\n")  # from where a broken connection continues
        assert {json.loads(line[6:])["job_id"] for line in told.splitlines() if line.startswith("data: ")} == {new}
        again = await client.get("/v1/events?after=latest", headers={**SSE, "Last-Event-ID": last})
        assert f'"job_id":"{new}"' in again.text  # a browser that connects again has missed nothing

    async def test_of_all_jobs_what_is_recorded_late_comes_to_whoever_continues(
        self, account: Account, client: httpx.AsyncClient, stores: Stores, hand: Hand
    ) -> None:
        first = await order(client)
        await hand.claim(await order(client))
        last = (await client.get("/v1/events")).json()["last_id"]
        await record_late(stores, account.tenant, first)
        for answer in (
            await client.get(f"/v1/events?after={last}", headers=SSE),
            await client.get("/v1/events", headers={**SSE, "Last-Event-ID": last}),
        ):
            assert answer.text.count("event: job.warning") == 1
        page = (await client.get(f"/v1/events?after={last}")).json()
        assert [row["job_id"] for row in page["data"] if row["type"] == "job.warning"] == [first]
        assert min(row["id"] for row in page["data"]) > last
        assert (await client.get(f"/v1/events?after={page['last_id']}")).json()["data"] == []

    async def test_of_all_jobs_what_is_recorded_late_is_sent_late(
        self, account: Account, client: httpx.AsyncClient, stores: Stores
    ) -> None:
        first, second = await order(client), await order(client)
        reading = asyncio.create_task(client.get("/v1/events", headers=SSE))
        await asyncio.sleep(1)  # of the stream's three
        await record_late(stores, account.tenant, first)
        text = (await reading).text
        assert text.count("event: job.warning") == 1
        assert text.count(second) == 1

    async def test_of_all_jobs_an_id_of_the_first_release_begins_anew(
        self, client: httpx.AsyncClient, hand: Hand
    ) -> None:
        job_id = (await hand.claim(await order(client))).id
        old = derived_id("evt", now() + timedelta(days=1), f"{job_id}:1")
        data = (await client.get(f"/v1/events?after={old}")).json()["data"]
        assert [row["job_id"] for row in data] == [job_id, job_id]


async def record_late(stores: Stores, tenant: str, job_id: str) -> None:
    """As the sweeper does it for a worker that died."""
    line = EventLine("late", "job.warning", {"code": "late"})
    await EventRepository(stores.database).append(job_id, tenant, 1, now() - timedelta(seconds=10), line)


class TestObject:
    async def test_failed_job_shows_code_and_facts(self, client: httpx.AsyncClient, hand: Hand) -> None:
        job_id = await order(client)
        error = JobError(code=InputGone.code, message="it is gone", facts={"key_of_image": 1})
        await hand.fail(await hand.claim(job_id), error)
        job = (await client.get(f"/v1/jobs/{job_id}")).json()
        assert job["status"] == "failed"
        assert job["error"] == {
            "code": "input_gone", "title": "An object that the job needs was deleted", "message": "it is gone",
            "remedy": "Send the input again, in a new order.", "retryable": False, "key_of_image": 1,
        }  # fmt: skip
        assert job["duration_ms"] >= 0

    async def test_the_picture_of_a_failed_one_says_why_there_is_none(
        self, client: httpx.AsyncClient, hand: Hand
    ) -> None:
        job_id = await order(client)
        picture = f"/v1/reimagings/{job_id}/files/final.png"
        waiting = (await client.get(picture)).json()
        assert (waiting["code"], waiting["detail"]) == ("not_found", "The re-imaging has no files: it is queued.")
        error = JobError(code="several_faces", message="3 faces were found")
        await hand.fail(await hand.claim(job_id), error)
        told = (await client.get(picture)).json()["detail"]
        assert told.startswith("The re-imaging failed: 3 faces were found. Choose one with `face`")

    async def test_etag_moves_with_the_job(self, client: httpx.AsyncClient, hand: Hand) -> None:
        job_id = await order(client)
        tag = {"If-None-Match": (await client.get(f"/v1/jobs/{job_id}")).headers["etag"]}
        assert (await client.get(f"/v1/jobs/{job_id}", headers=tag)).status_code == 304
        await hand.claim(job_id)
        assert (await client.get(f"/v1/jobs/{job_id}", headers=tag)).status_code == 200

    async def test_place_in_the_queue(self, client: httpx.AsyncClient) -> None:
        ids = [await order(client) for _ in range(3)]
        places = [(await client.get(f"/v1/jobs/{job_id}")).json()["queue_position"] for job_id in ids]
        assert places == [1, 2, 3]

    async def test_polls_of_a_waiting_line_look_at_it_once(
        self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = 0
        turns = JobRepository.turns

        async def counted(jobs: JobRepository, queue: QueueName, most: int) -> list[tuple[int, str]]:
            nonlocal looks
            looks += 1
            return await turns(jobs, queue, most)

        monkeypatch.setattr(JobRepository, "turns", counted)
        monkeypatch.setattr("maskeraid_api.estimates.COUNTED_EVERY", 3600)
        ids = [await order(client) for _ in range(3)]
        for _ in range(3):
            assert (await client.get(f"/v1/jobs/{ids[2]}")).json()["queue_position"] == 3
        assert (await client.get(f"/v1/jobs/{ids[0]}")).json()["queue_position"] == 1
        assert looks == 1

    async def test_jobs_that_came_since_have_their_place_soon(
        self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("maskeraid_api.estimates.COUNTED_EVERY", 3600)
        first = await order(client)
        assert (await client.get(f"/v1/jobs/{first}")).json()["queue_position"] == 1
        second = [await order(client) for _ in range(2)][-1]
        await asyncio.sleep(0.3)
        assert (await client.get(f"/v1/jobs/{second}")).json()["queue_position"] == 3


class TestReimagingDelete:
    async def test_all_bytes_go(self, client: httpx.AsyncClient, hand: Hand) -> None:
        job_id = await order(client)
        job = await hand.succeed(await hand.claim(job_id), {}, {"final.png": b"the picture"})
        blobs = hand.blobs
        assert await blobs.keys(job.attempt_prefix)
        assert (await client.delete(f"/v1/reimagings/{job_id}")).status_code == 204
        assert not await blobs.keys(f"t/{job.tenant}/")
        for path in (f"reimagings/{job_id}", f"reimagings/{job_id}/files/final.png", f"jobs/{job_id}/events"):
            assert (await client.get(f"/v1/{path}")).status_code == 404

    async def test_it_is_no_longer_known_as_made_here(
        self, client: httpx.AsyncClient, hand: Hand, stores: Stores
    ) -> None:
        job_id, other = await order(client), await order(client)
        await hand.succeed(await hand.claim(job_id), {})
        register = OwnOutputRepository(stores.database)
        for known in (job_id, other):
            outputs = OwnOutputs(id=known, tenant="ten_1", digests=[known.encode()], created_at=now())
            await register.add(outputs)
        assert (await client.delete(f"/v1/reimagings/{job_id}")).status_code == 204
        makers = await register.makers([job_id.encode(), other.encode()])
        assert makers == {job_id.encode(): set(), other.encode(): {"ten_1"}}

    async def test_running_one_is_cancelled_first(self, client: httpx.AsyncClient, hand: Hand) -> None:
        job_id = await order(client)
        await hand.claim(job_id)
        assert (await client.delete(f"/v1/reimagings/{job_id}")).status_code == 409
        assert (await client.get(f"/v1/jobs/{job_id}")).json()["cancel_requested"] is True


class TestDeadline:
    async def test_of_a_reimaging_is_the_operators(self, client: httpx.AsyncClient, api_settings: ApiSettings) -> None:
        job = (await client.get(f"/v1/jobs/{await order(client)}")).json()
        given, made = (datetime.fromisoformat(job[name]) for name in ("deadline_at", "created_at"))
        assert (given - made).total_seconds() == api_settings.reimaging_deadline_seconds == 90
