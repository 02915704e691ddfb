"""The four calls of the recipe, in the form in which curl sends them."""

import asyncio
import json

import httpx
from tests.factories import PICTURE

from .conftest import ATTESTATION, Account, FillDataset, Hand


class TestRecipe:
    async def test_dataset_and_import_of_files(self, client: httpx.AsyncClient, hand: Hand) -> None:
        wanted = {"name": "our-faces", "role": "train", "attestation": ATTESTATION}
        dataset = (await client.post("/v1/datasets", json=wanted)).json()
        answer = await client.post(
            "/v1/imports", data={"dataset_id": dataset["id"]}, files={"files": ("our-faces.zip", b"zip bytes")}
        )
        assert answer.status_code == 202, answer.text
        made = answer.json()
        assert answer.headers["location"] == f"/v1/imports/{made['id']}"
        assert made["source"]["files"][0]["name"] == "our-faces.zip"
        job = await hand.claim(made["id"])
        await hand.succeed(job, {"version": 1, "imported": 3, "rejected": 0, "rejected_rows": []})
        stream = await client.get(f"/v1/jobs/{made['id']}/events", headers={"Accept": "text/event-stream"})
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert [line for line in stream.text.splitlines() if line.startswith("event:")][-1] == "event: end"

    async def test_training_with_mail(self, account: Account, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant)
        body = {"name": "our-model", "data": [{"dataset_id": dataset.id}], "preset": "quick", "notify": {"email": True}}
        answer = await account.client.post("/v1/trainings", json=body)
        assert answer.status_code == 202, answer.text
        made = answer.json()
        assert made["resolution"] == 32
        assert made["image_count"] == 10
        assert made["warnings"][0]["code"] == "few_images"
        assert made["data"] == [{"dataset_id": dataset.id, "version": 1, "where": []}]

    async def test_reimaging_of_a_file_with_wait(self, client: httpx.AsyncClient, hand: Hand) -> None:
        asking = asyncio.create_task(
            client.post(
                "/v1/reimagings",
                headers={"Prefer": "wait=10"},
                files={"image": ("covered.png", PICTURE)},
                data={"options": json.dumps({"candidates": 8, "seed": 7})},
            )
        )
        job = await hand.claim(await self._only_job(client))
        await hand.succeed(job, {"steps": {"final": "final.png"}}, {"final.png": b"the picture"})
        answer = await asking
        assert answer.status_code == 200, answer.text
        made = answer.json()
        assert answer.headers["preference-applied"] == "wait=10"
        assert made["result"]["statement"] == "A plausible face, not a reconstruction. Not evidence of identity."
        assert made["result"]["steps"]["final"] == f"/v1/reimagings/{made['id']}/files/final.png"
        assert "key" not in json.dumps(made["result"])
        assert (await client.get(made["files"]["final.png"])).content == b"the picture"

    async def test_reimaging_waits_no_longer_than_asked(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/v1/reimagings", headers={"Prefer": "wait=1"}, files={"image": ("covered.png", PICTURE)}
        )
        assert answer.status_code == 202
        assert answer.json()["status"] == "queued"

    @staticmethod
    async def _only_job(client: httpx.AsyncClient) -> str:
        while True:
            jobs = (await client.get("/v1/jobs")).json()["data"]
            if jobs:
                return str(jobs[0]["id"])
            await asyncio.sleep(0.02)
