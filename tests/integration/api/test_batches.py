"""Batches over HTTP: what may be ordered, what is shown of the items, and what may be asked of all of them."""

import base64
import io
import json
from collections.abc import Sequence
from typing import Any

import httpx
from fastapi import FastAPI
from PIL import Image
from tests.integration.api.conftest import Account, FillDataset, Hand, Open

from maskeraid_core.batches import item_of
from maskeraid_core.blobs import image_key
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.batches import MOST_ITEMS, BatchSpec
from maskeraid_core.documents.own_outputs import OwnOutputs
from maskeraid_core.ids import image_id, item_id, new_id
from maskeraid_core.jobs import Job, JobError, JobStatus
from maskeraid_core.litter import INCOMING_KEPT, sweep_litter
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.batches import BatchRepository
from maskeraid_core.repositories.claims import Claim, JobClaims
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.needs import Needs
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_core.repositories.repository import now

JUNK = JobError(code="unreadable_image", message="The image cannot be read within the limits.")


def png(red: int = 0) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), (red, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


def in_json(data: bytes) -> dict[str, str]:
    return {"data_url": f"data:image/png;base64,{base64.b64encode(data).decode()}"}


async def order(client: httpx.AsyncClient, count: int = 3, **options: Any) -> dict[str, Any]:  # noqa: ANN401 any option
    images = [{**in_json(png(n)), "client_reference_id": f"photo {n}"} for n in range(count)]
    answer = await client.post("/v1/batches", json={"images": images, **options})
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/v1/batches/{answer.json()['id']}"
    found: dict[str, Any] = answer.json()
    return found


async def begin(stores: Stores, hand: Hand, batch_id: str) -> Sequence[Job]:
    """What the worker does with a batch: its items."""
    batch, batches = await hand.claim(batch_id), BatchRepository(stores.database)
    inputs = await batches.inputs(batch_id)
    assert inputs is not None
    spec = BatchSpec.model_validate(batch.spec)
    items = [item_of(batch, spec, index, given) for index, given in enumerate(inputs.inputs)]
    await batches.add_items(batch_id, items, len(items))
    assert await JobClaims(stores.database).park(Claim(batch))
    return items


async def begun(client: httpx.AsyncClient, stores: Stores, hand: Hand, count: int = 3) -> tuple[str, Sequence[Job]]:
    batch_id = (await order(client, count, seed=7))["id"]
    return batch_id, await begin(stores, hand, batch_id)


async def do(hand: Hand, item: Job, error: JobError | None = None) -> Job:
    claimed = await hand.claim(item.id)
    return await (
        hand.fail(claimed, error) if error else hand.succeed(claimed, {"candidates": []}, {"final.png": b"x"})
    )


async def shown(client: httpx.AsyncClient, batch_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/v1/batches/{batch_id}")).json()
    return found


async def refused(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:  # noqa: ANN401 any body
    answer = await client.post("/v1/batches", json=body)
    assert answer.status_code >= 400, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestOrder:
    async def test_pictures_in_json(self, client: httpx.AsyncClient, stores: Stores) -> None:
        asked = await order(client, 2, seed=7, candidates=3, metadata={"case": "118"})
        assert (asked["object"], asked["kind"], asked["status"]) == ("batch", "batch", "queued")
        assert asked["counts"] == {"queued": 2, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 0, "total": 2}
        assert (asked["options"]["seed"], asked["options"]["candidates"]) == (7, 3)
        assert asked["urls"]["items"] == f"/v1/reimagings?batch_id={asked['id']}"
        inputs = await BatchRepository(stores.database).inputs(asked["id"])
        assert inputs is not None
        uploads = [row.image.upload for row in inputs.inputs]
        assert [await stores.blobs.get(file.keys[0]) for file in uploads if file] == [png(0), png(1)]
        assert [row.client_reference_id for row in inputs.inputs] == ["photo 0", "photo 1"]

    async def test_files(self, client: httpx.AsyncClient, stores: Stores) -> None:
        files = [("images", (f"../{n}.png", png(n))) for n in range(3)]
        answer = await client.post("/v1/batches", files=files, data={"options": json.dumps({"seed": 1})})
        assert answer.status_code == 202, answer.text
        inputs = await BatchRepository(stores.database).inputs(answer.json()["id"])
        assert inputs is not None
        assert [row.client_reference_id for row in inputs.inputs] == ["../0.png", "../1.png", "../2.png"]

    async def test_images_of_datasets(
        self, client: httpx.AsyncClient, account: Account, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        one, two = [await fill_dataset(account.tenant, 4) for _ in range(2)]
        wanted = [image_id(two.id, 3), image_id(one.id, 1), image_id(two.id, 1)]
        answer = await client.post("/v1/batches", json={"images": [{"image_id": one} for one in wanted]})
        inputs = await BatchRepository(stores.database).inputs(answer.json()["id"])
        assert inputs is not None
        assert [row.image.image_id for row in inputs.inputs] == wanted
        assert all([await stores.blobs.exists(str(row.image.key)) for row in inputs.inputs])

    async def test_a_thousand_images_one_of_which_cannot_be_filled(
        self, client: httpx.AsyncClient, account: Account, fill_dataset: FillDataset, stores: Stores, hand: Hand
    ) -> None:
        dataset = await fill_dataset(account.tenant, 1)
        images = [{"image_id": image_id(dataset.id, 1)}] * MOST_ITEMS
        answer = await client.post("/v1/batches", json={"images": images})
        assert answer.status_code == 202, answer.text
        batch_id = answer.json()["id"]
        items = await begin(stores, hand, batch_id)
        assert len({item.id for item in items}) == MOST_ITEMS == 1000
        ended = [await do(hand, item, JUNK if item is items[500] else None) for item in items[499:502]]
        assert [item.status for item in ended] == [JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.SUCCEEDED]
        counts = {"queued": 997, "running": 0, "succeeded": 2, "failed": 1, "cancelled": 0, "total": 1000}
        assert (await shown(client, batch_id))["counts"] == counts

    async def test_a_query_over_a_dataset(
        self, client: httpx.AsyncClient, account: Account, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        dataset = await fill_dataset(account.tenant, 10)
        choice = {"dataset_id": dataset.id, "version": 1, "where": ["mouth:2"]}
        answer = await client.post("/v1/batches", json={"dataset": choice})
        assert answer.json()["counts"]["total"] == 5
        inputs = await BatchRepository(stores.database).inputs(answer.json()["id"])
        assert inputs is not None
        assert [row.image.image_id for row in inputs.inputs] == [image_id(dataset.id, n) for n in (1, 3, 5, 7, 9)]
        assert inputs.inputs[0].image.key == image_key(account.tenant, inputs.inputs[0].image.sha256 or "")

    async def test_asked_again_with_its_key_it_is_the_same_batch(
        self, client: httpx.AsyncClient, stores: Stores
    ) -> None:
        body, key = {"images": [in_json(png())]}, {"Idempotency-Key": "once"}
        one, two = [await client.post("/v1/batches", json=body, headers=key) for _ in range(2)]
        assert (two.status_code, two.json()["id"]) == (202, one.json()["id"])
        assert two.headers["Idempotency-Replayed"] == "true"
        other = await client.post("/v1/batches", json={"images": [in_json(png(9))]}, headers=key)
        assert other.json()["code"] == "idempotency_key_reused"
        assert await stores.database["batches"].count_documents({}) == 1
        assert await stores.database["batch_inputs"].count_documents({}) == 1


class TestRefusals:
    async def test_neither_or_both_ways_of_naming_images(self, client: httpx.AsyncClient) -> None:
        dataset = {"dataset_id": new_id("ds")}
        for body in ({}, {"images": [in_json(png())], "dataset": dataset}):
            assert "exactly one of images and dataset" in json.dumps(await refused(client, **body))

    async def test_too_many_and_none(self, client: httpx.AsyncClient) -> None:
        one = {"image_id": image_id(new_id("ds"), 1)}
        for images in ([], [one] * 1001):
            problem = await refused(client, images=images)
            assert (problem["status"], problem["errors"][0]["pointer"]) == (422, "/images")

    async def test_an_image_that_is_not_there_is_named(
        self, client: httpx.AsyncClient, account: Account, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        dataset = await fill_dataset(account.tenant, 2)
        images = [{"image_id": image_id(dataset.id, 1)}, {"image_id": image_id(dataset.id, 9)}]
        problem = await refused(client, images=images)
        assert (problem["code"], problem["errors"][0]["pointer"]) == ("not_found", "/images/1/image_id")
        assert await stores.database["batches"].count_documents({}) == 0

    async def test_of_another_tenant_nothing_is_there(
        self, client: httpx.AsyncClient, open_account: Open, fill_dataset: FillDataset
    ) -> None:
        dataset = await fill_dataset((await open_account()).tenant, 2)
        problem = await refused(client, images=[{"image_id": image_id(dataset.id, 1)}])
        assert problem["errors"][0]["pointer"] == "/images/0/image_id"
        problem = await refused(client, dataset={"dataset_id": dataset.id})
        assert problem["errors"][0]["pointer"] == "/dataset/dataset_id"

    async def test_a_query_that_chooses_too_many_or_none(
        self, client: httpx.AsyncClient, account: Account, fill_dataset: FillDataset
    ) -> None:
        dataset = await fill_dataset(account.tenant, 1001)
        problem = await refused(client, dataset={"dataset_id": dataset.id})
        assert problem["errors"][0]["pointer"] == "/dataset/where"
        assert "Chosen are 1,001 images, and a batch takes 1,000: choose fewer" in problem["detail"]
        problem = await refused(client, dataset={"dataset_id": dataset.id, "where": ["mouth:3"]})
        assert "mouth has the values 1, 2" in problem["detail"]

    async def test_a_key_without_the_right_to_read_datasets(self, open_account: Open) -> None:
        narrow = await open_account(Scope.REIMAGINGS_WRITE)
        problem = await refused(narrow.client, dataset={"dataset_id": new_id("ds")})
        assert problem["code"] == "scope_missing"

    async def test_more_than_may_wait(self, app: FastAPI, client: httpx.AsyncClient) -> None:
        object.__setattr__(app.state.gateway.settings, "max_queued_jobs", 4)
        await order(client, 3)
        problem = await refused(client, images=[in_json(png())] * 2)
        assert (problem["status"], problem["code"]) == (429, "queue_full")
        assert "3 items of your batches wait, and 4 may: 2 more are too many now" in problem["detail"]
        assert "the batch has 5" in (await refused(client, images=[in_json(png())] * 5))["detail"]

    async def test_a_large_body_of_json_goes_as_files(self, client: httpx.AsyncClient) -> None:
        body = b'{"images": [' + b" " * (16 * 2**20) + b"]}"
        answer = await client.post("/v1/batches", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
        assert "More goes as files, by multipart/form-data" in answer.json()["detail"]

    async def test_a_file_that_is_too_large(self, client: httpx.AsyncClient) -> None:
        files = [("images", ("a.png", png())), ("images", ("b.png", bytes(25 * 2**20 + 1)))]
        answer = await client.post("/v1/batches", files=files)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.json()["detail"] == "`b.png` may have 26214400 bytes: send a smaller one."

    async def test_a_form_without_files(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/batches", files={"options": (None, "{}")})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "images")


class TestItems:
    async def test_come_in_the_order_of_the_inputs(self, client: httpx.AsyncClient, stores: Stores, hand: Hand) -> None:
        batch_id, _ = await begun(client, stores, hand, 5)
        first = (await client.get(f"/v1/reimagings?batch_id={batch_id}&limit=3")).json()
        assert [(row["batch_index"], row["client_reference_id"], row["batch_id"]) for row in first["data"]] == [
            (n, f"photo {n}", batch_id) for n in range(3)
        ]
        assert first["has_more"]
        rest = (await client.get(f"/v1/reimagings?batch_id={batch_id}&after={first['last_id']}&include=total")).json()
        assert ([row["batch_index"] for row in rest["data"]], rest["has_more"], rest["total"]) == ([3, 4], False, 5)
        back = (await client.get(f"/v1/reimagings?batch_id={batch_id}&order=desc&after={item_id(batch_id, 2)}")).json()
        assert [row["batch_index"] for row in back["data"]] == [1, 0]

    async def test_each_has_its_own_end(self, client: httpx.AsyncClient, stores: Stores, hand: Hand) -> None:
        batch_id, items = await begun(client, stores, hand, 4)
        await do(hand, items[0])
        await do(hand, items[1], JUNK)
        await hand.claim(items[2].id)
        found = await shown(client, batch_id)
        assert found["counts"] == {"queued": 1, "running": 1, "succeeded": 1, "failed": 1, "cancelled": 0, "total": 4}
        assert (found["errors"], found["progress"]["current"]) == ({"unreadable_image": 1}, 2)
        for status, places in {"succeeded": [0], "failed": [1], "running": [2], "queued": [3], "cancelled": []}.items():
            page = (await client.get(f"/v1/reimagings?batch_id={batch_id}&status={status}")).json()
            assert [row["batch_index"] for row in page["data"]] == places, status
        one = (await client.get(f"/v1/reimagings/{items[1].id}")).json()
        assert one["error"]["code"] == "unreadable_image"

    async def test_of_a_batch_that_is_not_yours_are_not_there(
        self, client: httpx.AsyncClient, open_account: Open, stores: Stores, hand: Hand
    ) -> None:
        batch_id, _ = await begun(client, stores, hand)
        other = (await open_account()).client
        assert (await other.get(f"/v1/reimagings?batch_id={batch_id}")).status_code == 404
        assert (await other.get(f"/v1/batches/{batch_id}")).status_code == 404
        assert (await other.delete(f"/v1/batches/{batch_id}")).status_code == 404
        answer = await client.get(f"/v1/reimagings?batch_id={batch_id}&after={new_id('rim')}")
        assert answer.json()["code"] == "bad_cursor"

    async def test_bytes_of_a_batch_that_waits_are_needed(
        self, client: httpx.AsyncClient, account: Account, stores: Stores
    ) -> None:
        batch_id = (await order(client, 2))["id"]
        inputs = await BatchRepository(stores.database).inputs(batch_id)
        assert inputs is not None
        keys = {row.image.upload.keys[0] for row in inputs.inputs if row.image.upload}
        assert keys <= await Needs(stores.database, account.tenant).inputs_of_live_jobs()
        await sweep_litter(stores, now() + 2 * INCOMING_KEPT)
        assert all([await stores.blobs.exists(key) for key in keys])
        assert await BatchRepository(stores.database).inputs(batch_id), "its job is there"

    async def test_what_was_put_away_for_no_job_is_swept(self, client: httpx.AsyncClient, stores: Stores) -> None:
        batch_id = (await order(client, 1))["id"]
        await stores.database["jobs"].delete_one({"_id": batch_id})
        await sweep_litter(stores, now() + 2 * INCOMING_KEPT)
        assert await BatchRepository(stores.database).inputs(batch_id) is None


class TestEnd:
    async def test_comes_with_the_last_item(self, client: httpx.AsyncClient, stores: Stores, hand: Hand) -> None:
        batch_id, items = await begun(client, stores, hand)
        for item, error in zip(items, (None, JUNK, None), strict=True):
            assert (await shown(client, batch_id))["status"] == "running"
            await do(hand, item, error)
        found = await shown(client, batch_id)
        assert (found["status"], found["progress"]["percent"]) == ("succeeded", 100.0)
        assert (found["counts"]["succeeded"], found["errors"]) == (2, {"unreadable_image": 1})
        assert found["allowed_actions"] == ["retry"]

    async def test_cancel_ends_what_has_not_ended(
        self,
        app: FastAPI,
        client: httpx.AsyncClient,
        stores: Stores,
        hand: Hand,
    ) -> None:
        batch_id, items = await begun(client, stores, hand, 4)
        await do(hand, items[0])
        running = await hand.claim(items[1].id)
        answer = await client.post(f"/v1/jobs/{batch_id}/cancel")
        assert (answer.status_code, answer.json()["cancel_requested"]) == (202, True)
        await app.state.gateway.background.finish()
        found = await shown(client, batch_id)
        assert (found["status"], found["counts"]["cancelled"], found["counts"]["running"]) == ("running", 2, 1)
        await hand.let_go(running.id)
        found = await shown(client, batch_id)
        assert (found["status"], found["counts"]["cancelled"]) == ("cancelled", 3)

    async def test_retry_makes_a_batch_of_what_did_not_succeed(
        self, client: httpx.AsyncClient, stores: Stores, hand: Hand
    ) -> None:
        batch_id, items = await begun(client, stores, hand)
        for item, error in zip(items, (JUNK, None, JUNK), strict=True):
            await do(hand, item, error)
        answer = await client.post(f"/v1/jobs/{batch_id}/retry")
        again = await shown(client, answer.json()["id"])
        assert (again["retry_of"], again["counts"]["total"], again["options"]["seed"]) == (batch_id, 2, 7)
        inputs = await BatchRepository(stores.database).inputs(again["id"])
        assert inputs is not None
        assert [row.client_reference_id for row in inputs.inputs] == ["photo 0", "photo 2"]
        once_more = await client.post(f"/v1/jobs/{batch_id}/retry")
        assert once_more.json()["id"] == again["id"]
        assert await stores.database["batches"].count_documents({}) == 2

    async def test_retry_of_an_item_leaves_its_bytes_to_that_of_the_batch(
        self, client: httpx.AsyncClient, stores: Stores, hand: Hand
    ) -> None:
        batch_id, items = await begun(client, stores, hand, 1)
        await do(hand, items[0], JUNK)
        alone = (await client.post(f"/v1/jobs/{items[0].id}/retry")).json()["id"]
        assert (await client.post(f"/v1/jobs/{batch_id}/retry")).status_code == 202
        await hand.succeed(await hand.claim(alone), {"candidates": []})
        assert await stores.blobs.exists(items[0].spec["image"]["upload"]["keys"][0]), "the batch needs it"

    async def test_retry_needs_what_it_was_given(self, client: httpx.AsyncClient, stores: Stores, hand: Hand) -> None:
        batch_id, items = await begun(client, stores, hand, 1)
        await do(hand, items[0], JUNK)
        upload = items[0].spec["image"]["upload"]
        await stores.blobs.delete(upload["keys"])
        assert (await client.post(f"/v1/jobs/{batch_id}/retry")).json()["code"] == "input_gone"

    async def test_retry_leaves_out_what_was_deleted_and_says_so(
        self, client: httpx.AsyncClient, stores: Stores, hand: Hand
    ) -> None:
        batch_id, items = await begun(client, stores, hand, 2)
        await do(hand, items[0], JUNK)
        assert (await client.delete(f"/v1/reimagings/{items[1].id}")).status_code == 204
        again = await shown(client, (await client.post(f"/v1/jobs/{batch_id}/retry")).json()["id"])
        assert (again["counts"]["total"], again["warnings"][0]["code"]) == (1, "inputs_gone")
        assert (await client.delete(f"/v1/batches/{batch_id}")).status_code == 204
        inputs = await BatchRepository(stores.database).inputs(again["id"])
        assert inputs is not None
        upload = inputs.inputs[0].image.upload
        assert upload is not None
        assert await stores.blobs.exists(upload.keys[0]), "the retry needs it"

    async def test_of_one_that_succeeded_whole_there_is_nothing_to_retry(
        self, client: httpx.AsyncClient, stores: Stores, hand: Hand
    ) -> None:
        batch_id, items = await begun(client, stores, hand, 1)
        await do(hand, items[0])
        assert (await client.post(f"/v1/jobs/{batch_id}/retry")).status_code == 409

    async def test_delete_leaves_nothing(self, client: httpx.AsyncClient, stores: Stores, hand: Hand) -> None:
        batch_id, items = await begun(client, stores, hand)
        for item, error in zip(items, (None, JUNK, None), strict=True):
            await do(hand, item, error)
        made = OwnOutputs(id=items[0].id, tenant=items[0].tenant, digests=[b"1"], created_at=now())
        await OwnOutputRepository(stores.database).add(made)
        assert (await client.delete(f"/v1/batches/{batch_id}")).status_code == 204
        assert (await client.get(f"/v1/batches/{batch_id}")).status_code == 404
        assert (await client.get(f"/v1/reimagings/{items[0].id}")).status_code == 404
        assert await stores.blobs.keys("t/") == []
        for name in ("jobs", "job_events", "batches", "batch_inputs", "own_outputs"):
            assert await stores.database[name].count_documents({}) == 0, name

    async def test_delete_of_one_that_runs_cancels_it_first(
        self,
        app: FastAPI,
        client: httpx.AsyncClient,
        stores: Stores,
        hand: Hand,
    ) -> None:
        batch_id, _ = await begun(client, stores, hand)
        assert (await client.delete(f"/v1/batches/{batch_id}")).status_code == 409
        await app.state.gateway.background.finish()
        assert (await client.delete(f"/v1/batches/{batch_id}")).status_code == 204

    async def test_an_items_deletion_does_not_hold_the_batch_up(
        self, client: httpx.AsyncClient, stores: Stores, hand: Hand
    ) -> None:
        batch_id, items = await begun(client, stores, hand, 2)
        assert (await client.delete(f"/v1/reimagings/{items[0].id}")).status_code == 204
        await do(hand, items[1])
        found = await shown(client, batch_id)
        assert (found["status"], found["counts"]["cancelled"], found["counts"]["succeeded"]) == ("succeeded", 1, 1)

    async def test_a_deadline_ends_the_batch_with_its_items(
        self, client: httpx.AsyncClient, stores: Stores, hand: Hand
    ) -> None:
        batch_id = (await order(client, 2, deadline_seconds=10))["id"]
        items = await begin(stores, hand, batch_id)
        assert {item.deadline for item in items} == {(await _job(stores, batch_id)).deadline}


async def _job(stores: Stores, job_id: str) -> Job:
    found = await JobMoves(stores.database).get(job_id)
    assert found is not None
    return found


class TestStatus:
    async def test_an_item_is_retried_alone(self, client: httpx.AsyncClient, stores: Stores, hand: Hand) -> None:
        _, items = await begun(client, stores, hand, 1)
        await do(hand, items[0], JUNK)
        again = (await client.post(f"/v1/jobs/{items[0].id}/retry")).json()
        one = (await client.get(f"/v1/reimagings/{again['id']}")).json()
        assert (one["batch_id"], one["retry_of"], one["status"]) == (None, items[0].id, JobStatus.QUEUED)
