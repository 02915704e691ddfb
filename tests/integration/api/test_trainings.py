"""What a training shows while it runs."""

import httpx
import pytest

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.jobs import Job

from .conftest import Account, FillDataset, Hand, Open


@pytest.fixture
async def training(account: Account, hand: Hand, fill_dataset: FillDataset) -> Job:
    """One that runs."""
    dataset = await fill_dataset(account.tenant)
    body = {"name": "t", "data": [{"dataset_id": dataset.id}]}
    return await hand.claim((await account.client.post("/v1/trainings", json=body)).json()["id"])


async def draw_sheet(hand: Hand, job: Job, step: int, content: bytes) -> None:
    """As the trainer does."""
    key = f"{job.attempt_prefix}samples-{step:06d}-{content.decode()}.png"
    await hand.blobs.put(key, content)
    await hand.tell(job, "job.sample", {"step": step, "key": key})


async def sheets(client: httpx.AsyncClient, job: Job) -> list[dict[str, object]]:
    events = (await client.get(f"/v1/jobs/{job.id}/events", params={"limit": 100})).json()["data"]
    return [event["data"] for event in events if event["type"] == "job.sample"]


class TestSheets:
    async def test_an_event_leads_to_its_picture(self, client: httpx.AsyncClient, hand: Hand, training: Job) -> None:
        for step in (1, 200):
            await draw_sheet(hand, training, step, f"sheet {step}".encode())
        found = await sheets(client, training)
        assert [sheet.keys() for sheet in found] == [{"step", "url"}] * 2
        answer = await client.get(str(found[1]["url"]))
        assert (answer.content, answer.headers["content-type"]) == (b"sheet 200", "image/png")
        assert answer.headers["cache-control"] == "private, no-store"

    async def test_the_stream_shows_no_key_either(self, client: httpx.AsyncClient, hand: Hand, training: Job) -> None:
        await draw_sheet(hand, training, 1, b"sheet")
        stream = await client.get(f"/v1/jobs/{training.id}/events", headers={"Accept": "text/event-stream"})
        assert "checkpoints/1/files/samples.png" in stream.text
        assert training.attempt_prefix not in stream.text

    async def test_a_step_that_was_drawn_twice_shows_the_newer(
        self, client: httpx.AsyncClient, hand: Hand, training: Job
    ) -> None:
        for content in (b"before", b"after"):
            await draw_sheet(hand, training, 1, content)
        answer = await client.get(f"/v1/trainings/{training.id}/checkpoints/1/files/samples.png")
        assert answer.content == b"after"

    async def test_nothing_else_is_there(
        self, client: httpx.AsyncClient, open_account: Open, hand: Hand, training: Job
    ) -> None:
        await draw_sheet(hand, training, 1, b"sheet")
        path = f"/v1/trainings/{training.id}/checkpoints"
        stranger = (await open_account()).client
        assert (await stranger.get(f"{path}/1/files/samples.png")).status_code == 404
        assert (await client.get(f"{path}/2/files/samples.png")).status_code == 404
        assert (await client.get(f"{path}/1/files/weights.safetensors")).status_code == 404
        blind = (await open_account(Scope.MODELS_READ, tenant=training.tenant)).client
        assert (await blind.get(f"{path}/1/files/samples.png")).status_code == 403


class TestCheckpoints:
    async def test_kept_and_drawn_steps_are_one_list(
        self, client: httpx.AsyncClient, hand: Hand, training: Job
    ) -> None:
        await draw_sheet(hand, training, 1, b"sheet")
        for step in (1, 60):
            await hand.tell(training, "job.checkpoint", {"step": step})
        path = (await client.get(f"/v1/trainings/{training.id}")).json()["urls"]["checkpoints"]
        newest, oldest = (await client.get(path)).json()["data"]
        assert (newest["step"], newest["files"], newest["attempt"]) == (60, [], 1)
        assert (oldest["step"], oldest["files"][0]["name"]) == (1, "samples.png")
        assert (await client.get(oldest["files"][0]["url"])).content == b"sheet"

    async def test_pages_by_step_in_both_orders(self, client: httpx.AsyncClient, hand: Hand, training: Job) -> None:
        for step in (5, 2, 9):  # a resumed training goes back
            await hand.tell(training, "job.checkpoint", {"step": step})
        for order, steps in (("asc", [2, 5, 9]), ("desc", [9, 5, 2])):
            path = f"/v1/trainings/{training.id}/checkpoints?limit=2&order={order}"
            first = await client.get(path)
            rest = await client.get(first.headers["link"].split(">")[0][1:])
            assert [row["step"] for row in first.json()["data"] + rest.json()["data"]] == steps
            assert (first.json()["has_more"], rest.json()["has_more"]) == (True, False)
