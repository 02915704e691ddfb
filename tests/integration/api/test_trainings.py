"""What a training shows while it runs."""

import asyncio
import base64
from typing import Any

import anyio
import httpx
import pytest

from maskeraid_api.settings import ApiSettings
from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.models import Model, ModelFile, ModelVersion
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import CHECKPOINT_FILES, CheckpointEntry, Job, JobError, QueueName
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.claims import Claim, JobClaims
from maskeraid_core.repositories.events import EventLine, EventRepository, Lines
from maskeraid_core.repositories.lanes import Lane, LaneRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now

from .conftest import Account, FillDataset, Hand, Open
from .made_models import add_model

PICTURE = b"\x89PNG\r\n\x1a\npicture"
NO_PICTURE = "data:image/png;base64,AAAA"
IMAGE = f"img_{'0' * 26}_000001"


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
        assert [sheet.keys() for sheet in found] == [{"step", "name", "url"}] * 2
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

    @pytest.mark.slow  # the embedded server takes 5 ms a line
    async def test_the_newest_is_there_however_long_it_trains(
        self, client: httpx.AsyncClient, hand: Hand, stores: Stores, training: Job
    ) -> None:
        """A minute a checkpoint: a week of them."""
        at, steps = now(), range(1, 10_081)
        lines = [EventLine.of_attempt(training.fence, step, "job.checkpoint", {"step": step}) for step in steps]
        events = EventRepository(stores.database)
        await events.append_all(Lines(training.id, training.tenant, training.fence, at, lines))
        await draw_sheet(hand, training, 20_000, b"newest")
        path = f"/v1/trainings/{training.id}/checkpoints"
        first, second = (await client.get(path, params={"limit": 2})).json()["data"]
        assert (first["step"], second["step"]) == (20_000, 10_080)
        assert (await client.get(first["files"][0]["url"])).content == b"newest"


async def keep(hand: Hand, stores: Stores, job: Job, step: int) -> CheckpointEntry:
    """A checkpoint as the trainer keeps it."""
    entry = CheckpointEntry(
        key=f"{job.attempt_prefix}checkpoint-{step}", sha256="0" * 64, step=step, fence=job.fence, created_at=now()
    )
    for name in CHECKPOINT_FILES:
        await hand.blobs.put(f"{entry.key}/{name}", f"{name} {step}".encode())
    assert await JobClaims(stores.database).note(Claim(job), checkpoints=[entry])
    await hand.tell(job, "job.checkpoint", {"step": step})
    return entry


class TestPromotion:
    async def test_a_promotion_has_its_own_copy_and_repeats_the_order(
        self, client: httpx.AsyncClient, hand: Hand, stores: Stores, training: Job
    ) -> None:
        entry = await keep(hand, stores, training, 60)
        path = f"/v1/trainings/{training.id}/checkpoints"
        (shown,) = (await client.get(path)).json()["data"]
        assert shown["is_resumable"]
        answer = await client.post(f"{path}/60/promote", json={})
        assert answer.status_code == 202
        promoted = answer.json()
        assert (promoted["is_promotion"], promoted["name"]) == (True, "t (step 60)")
        assert promoted["start_from"] == {"training_id": training.id, "step": 60}
        assert promoted["seed"] == training.spec["seed"]
        job = await hand.claim(promoted["id"])
        # It is of the same data, split by the same seed: nothing was learned before.
        assert (job.spec["start_from"]["data"], job.spec["start_from"]["is_whole"]) == ([], True)
        await hand.blobs.delete([f"{entry.key}/{name}" for name in CHECKPOINT_FILES])  # as its training may
        for name in CHECKPOINT_FILES:
            assert await hand.blobs.get(f"{job.spec['start_from']['key']}/{name}") == f"{name} 60".encode()
        await hand.succeed(job, {"version": 1})
        assert not await hand.blobs.exists(f"{job.spec['start_from']['key']}/state.json")

    async def test_what_is_not_kept_is_gone_and_what_never_was_is_not_found(
        self, client: httpx.AsyncClient, hand: Hand, stores: Stores, training: Job
    ) -> None:
        path = f"/v1/trainings/{training.id}/checkpoints"
        await draw_sheet(hand, training, 1, b"sheet")
        entry = await keep(hand, stores, training, 60)
        gone = await client.post(f"{path}/1/promote")
        assert (gone.status_code, gone.json()["code"], gone.json()["kept"]) == (410, "checkpoint_gone", [60])
        never = await client.post(f"{path}/2/promote")
        assert (never.status_code, never.json()["kept"]) == (404, [60])
        assert never.json()["detail"] == "Step 2 was never kept; kept are: 60."
        beginning = {"training_id": training.id, "step": 2}
        order = {"name": "t", "data": [{"dataset_id": f"ds_{'0' * 26}"}], "start_from": beginning}
        again = await client.post("/v1/trainings", json=order)
        assert (again.status_code, again.json()["detail"]) == (404, never.json()["detail"])
        assert again.json()["errors"][0]["pointer"] == "/start_from/step"
        await hand.blobs.delete([f"{entry.key}/{name}" for name in CHECKPOINT_FILES])  # swept after its end
        assert (await client.post(f"{path}/60/promote")).status_code == 410
        assert not (await client.get(path)).json()["data"][0]["is_resumable"]


class TestBeginnings:
    async def test_a_checkpoint_that_fits_is_copied(
        self, client: httpx.AsyncClient, account: Account, hand: Hand, stores: Stores, training: Job,
        fill_dataset: FillDataset,
    ) -> None:  # fmt: skip
        await keep(hand, stores, training, 60)
        start = {"training_id": training.id, "step": 60}
        body = {"name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant)).id}], "start_from": start}
        made = (await client.post("/v1/trainings", json=body)).json()
        assert (made["start_from"], made["is_promotion"]) == (start, False)
        spec = (await hand.claim(made["id"])).spec["start_from"]
        assert spec["spec_digest"] == training.spec_digest
        assert (spec["data"], spec["is_whole"]) == (training.spec["data"], True)
        assert await hand.blobs.exists(f"{spec['key']}/state.json")

    async def test_what_does_not_fit_is_refused_before_there_is_a_job(
        self, client: httpx.AsyncClient, account: Account, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        model = Model(
            id=new_id("mdl"), tenant=account.tenant, name="m", latest_version=1, created_at=now(), updated_at=now()
        )
        await ModelRepository(stores.database, account.tenant).add(model)
        version = ModelVersion(
            id=f"{model.id}:1", tenant=account.tenant, model_id=model.id, name="m", version=1, digest="sha256:0",
            architecture="eigen", kind="drawn", resolution=32, files=[], prototypes=[], created_at=now(),
        )  # fmt: skip
        await ModelVersionRepository(stores.database, account.tenant).add(version)
        large, small = [{"dataset_id": (await fill_dataset(account.tenant, side=side)).id} for side in (64, 32)]
        body = {"name": "t", "data": [small], "start_from": {"model_id": model.id}}
        for change, code in (
            ({"data": [large]}, "resolution_not_supported"),
            ({"architecture": "thesis"}, "bad_settings"),
            ({"start_from": {"model_id": model.id, "step": 1}}, "validation_failed"),
            ({"start_from": {"model": model.id}}, "unknown_field"),
            ({"probe": {"covering": {"colours": [[1, 2, 3]]}}}, "validation_failed"),
        ):
            answer = await client.post("/v1/trainings", json=body | change)
            assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        wrong = body | {"start_from": {"model_id": model.id, "version": 7}}
        assert (await client.post("/v1/trainings", json=wrong)).status_code == 404
        assert (await client.get("/v1/trainings?include=total")).json()["total"] == 0
        made = (await client.post("/v1/trainings", json=body)).json()
        assert (made["architecture"], made["start_from"]) == ("eigen", {"model_id": model.id, "version": 1})

    async def test_what_was_learned_before_is_written_down_at_any_depth(
        self, client: httpx.AsyncClient, account: Account, hand: Hand, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        first, second, third = [(await fill_dataset(account.tenant)).id for _ in range(3)]
        parts = [{"dataset_id": dataset, "version": 1, "where": []} for dataset in (first, second)]
        known = {"data": parts[:1], "ancestors": parts, "start_from": {"model_id": "mdl_x"}, "knows_ancestors": True}
        old = {"data": parts[:1], "start_from": {"model_id": "mdl_x"}}  # of before it was written down
        for lineage, data, is_whole in ((known, parts, True), (old, parts[:1], False)):
            model = await add_model(stores, account.tenant, facts=[{"lineage": lineage}])
            body = {"name": "t", "data": [{"dataset_id": third}], "start_from": {"model_id": model.id}}
            job = await hand.claim((await client.post("/v1/trainings", json=body)).json()["id"])
            assert (job.spec["start_from"]["data"], job.spec["start_from"]["is_whole"]) == (data, is_whole)
            await keep(hand, stores, job, 60)
            body["start_from"] = {"training_id": job.id, "step": 60}
            further = await hand.claim((await client.post("/v1/trainings", json=body)).json()["id"])
            assert further.spec["start_from"]["data"] == [*job.spec["data"], *data]
            assert further.spec["start_from"]["is_whole"] is is_whole

    async def test_a_probe_is_put_away_unread(
        self, client: httpx.AsyncClient, account: Account, hand: Hand, fill_dataset: FillDataset
    ) -> None:
        picture = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
        body = {
            "name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant)).id}],
            "probe": {"data_url": picture, "covering": {"map": picture}},
        }  # fmt: skip
        made = (await client.post("/v1/trainings", json=body)).json()
        assert made["has_probe"]
        assert "inbox" not in str(made)
        probe = (await hand.claim(made["id"])).spec["probe"]
        keys = [probe[name]["upload"]["keys"][0] for name in ("image", "covering")]
        assert [await hand.blobs.get(key) for key in keys] == [PICTURE] * 2

    @pytest.mark.parametrize(
        ("probe", "pointer"),
        [
            ({"data_url": NO_PICTURE}, "/probe/data_url"),
            ({"image_id": IMAGE, "covering": {"map": NO_PICTURE}}, "/probe/covering/map"),
        ],
    )
    async def test_a_probe_that_is_no_picture_is_refused(
        self,
        client: httpx.AsyncClient,
        account: Account,
        fill_dataset: FillDataset,
        probe: dict[str, Any],
        pointer: str,
    ) -> None:
        data = [{"dataset_id": (await fill_dataset(account.tenant)).id}]
        refused = await client.post("/v1/trainings", json={"name": "t", "data": data, "probe": probe})
        assert refused.status_code == 422
        (row,) = refused.json()["errors"]
        assert (row["pointer"], row["detail"][:28]) == (pointer, "must be a PNG, JPEG, or WebP")

    async def test_a_probes_picture_is_served_beside_the_samples(
        self, client: httpx.AsyncClient, hand: Hand, training: Job
    ) -> None:
        for name in ("samples.png", "probe.png"):
            key = f"{training.attempt_prefix}{name}"
            await hand.blobs.put(key, name.encode())
            await hand.tell(training, "job.sample", {"step": 5, "key": key, "name": name})
        (row,) = (await client.get(f"/v1/trainings/{training.id}/checkpoints")).json()["data"]
        assert [file["name"] for file in row["files"]] == ["samples.png", "probe.png"]
        assert [(await client.get(file["url"])).content for file in row["files"]] == [b"samples.png", b"probe.png"]


class TestRefused:
    @pytest.fixture
    def api_settings(self, api_settings: ApiSettings) -> ApiSettings:
        return api_settings.model_copy(update={"max_queued_jobs": 1})

    async def test_leaves_no_copy_behind(
        self, client: httpx.AsyncClient, account: Account, hand: Hand, stores: Stores, training: Job,
        fill_dataset: FillDataset,
    ) -> None:  # fmt: skip
        await keep(hand, stores, training, 60)
        path, inbox = f"/v1/trainings/{training.id}/checkpoints/60/promote", f"t/{account.tenant}/inbox/"
        picture = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
        body = {
            "name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant)).id}],
            "start_from": {"training_id": training.id, "step": 60}, "probe": {"data_url": picture},
        }  # fmt: skip
        assert (await client.post(path)).status_code == 202
        kept = await hand.blobs.keys(inbox)
        for refused in (await client.post(path), await client.post("/v1/trainings", json=body)):
            assert (refused.status_code, refused.json()["code"]) == (429, "queue_full")
        assert await hand.blobs.keys(inbox) == kept

    async def test_nor_does_one_that_cannot_be_copied(
        self, client: httpx.AsyncClient, account: Account, hand: Hand, stores: Stores, training: Job,
        fill_dataset: FillDataset,
    ) -> None:  # fmt: skip
        entry = await keep(hand, stores, training, 60)
        await hand.blobs.delete([f"{entry.key}/weights.safetensors"])
        picture = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
        body = {
            "name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant)).id}],
            "start_from": {"training_id": training.id, "step": 60}, "probe": {"data_url": picture},
        }  # fmt: skip
        assert (await client.post("/v1/trainings", json=body)).status_code == 410
        assert not await hand.blobs.keys(f"t/{account.tenant}/inbox/")


ESTIMATE = {
    "seconds": 62.4, "steps": 6500, "decided_by": "quality", "memory_mb": 900, "gpu_memory_mb": None, "disk_mb": 21,
    "device": "CPU",
}  # fmt: skip


class TestDryRun:
    @pytest.fixture
    async def order(self, account: Account, fill_dataset: FillDataset) -> dict[str, Any]:
        return {"name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant)).id}]}

    async def test_its_answer_is_an_estimate_and_the_place_of_a_training_ordered_now(
        self, client: httpx.AsyncClient, hand: Hand, order: dict[str, Any]
    ) -> None:
        asked = (await client.post("/v1/trainings", json={**order, "dry_run": True})).json()
        assert (asked["dry_run"], asked["estimate"], asked["queue_position"]) == (True, None, None)
        await hand.succeed(await hand.claim(asked["id"]), {"estimate": ESTIMATE})
        assert (await client.post("/v1/trainings", json=order)).json()["dry_run"] is False
        answer = (await client.get(f"/v1/trainings/{asked['id']}")).json()
        assert answer["estimate"] == {**ESTIMATE, "queue_position": 2, "measured": True}
        assert (answer["model"], answer["result"], answer["queue_position"]) == (None, None, None)
        assert [warning["code"] for warning in answer["warnings"]] == ["few_images"]

    async def test_it_warns_of_what_travels_together(self, account: Account, fill_dataset: FillDataset) -> None:
        values = [{"hair": hair, "eyes": eyes} for hair, eyes in (("blond", "blue"), ("black", "dark"))] * 30
        body = {"name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant, values=values)).id}]}
        asked = (await account.client.post("/v1/trainings", json={**body, "dry_run": True})).json()
        (warning,) = [one for one in asked["warnings"] if one["code"] == "confounded"]
        assert warning["detail"].startswith("hair and eyes travel together: every image with hair ")
        ordered = (await account.client.post("/v1/trainings", json=body)).json()
        assert "confounded" not in [one["code"] for one in ordered["warnings"]]

    async def test_it_comes_with_the_first_answer_when_that_is_preferred(
        self, client: httpx.AsyncClient, hand: Hand, order: dict[str, Any]
    ) -> None:
        body, header = {**order, "dry_run": True}, {"Prefer": "wait=20"}
        asking = asyncio.create_task(client.post("/v1/trainings", json=body, headers=header))
        queued: list[dict[str, Any]] = []
        async with asyncio.timeout(20):
            while not queued:
                queued = (await client.get("/v1/trainings?status=queued")).json()["data"]
        await hand.succeed(await hand.claim(queued[0]["id"]), {"estimate": ESTIMATE})
        answer = await asking
        assert (answer.status_code, answer.headers["preference-applied"]) == (200, "wait=20")
        assert answer.json()["estimate"]["queue_position"] == 1

    async def test_it_goes_before_trainings_that_wait_and_a_retry_of_it_too(
        self, client: httpx.AsyncClient, hand: Hand, stores: Stores, account: Account, order: dict[str, Any]
    ) -> None:
        lane = Lane(id="-", queue=QueueName.TRAINER, tenant=account.tenant, waiting=True, accepted=1)
        real, dry = [
            (await client.post("/v1/trainings", json={**order, "dry_run": is_dry})).json()["id"]
            for is_dry in (False, True)
        ]
        assert await LaneRepository(stores.database).next_in(lane, 9) == [dry, real]
        assert (await client.get(f"/v1/trainings/{dry}")).json()["queue_position"] == 1
        await client.post(f"/v1/jobs/{dry}/cancel")
        again = (await client.post(f"/v1/jobs/{dry}/retry")).json()["id"]
        assert await LaneRepository(stores.database).next_in(lane, 9) == [again, real]
        await hand.succeed(await hand.claim(again), {"estimate": ESTIMATE})
        # Of the training that it measured, behind the other one; places are counted anew every two seconds.
        places = []
        for _ in range(100):
            await anyio.sleep(0.1)
            places.append((await client.get(f"/v1/trainings/{again}")).json()["estimate"]["queue_position"])
            if places[-1] == 2:
                break
        assert places[-1] == 2

    async def test_what_a_training_is_refused_for_it_is_refused_for(
        self, client: httpx.AsyncClient, order: dict[str, Any]
    ) -> None:
        wrong = ({"hyperparameters": {"loop": "fused"}}, {"data": [{**order["data"][0], "where": ["mouth:3"]}]})
        for body in ({**order, **fields} for fields in wrong):
            real, dry = [await client.post("/v1/trainings", json={**body, "dry_run": dry}) for dry in (False, True)]
            assert (dry.status_code, dry.json()["code"]) == (real.status_code, real.json()["code"])
            assert dry.status_code in (409, 422)

    async def test_nobody_is_told_and_no_seconds_are_counted(
        self, client: httpx.AsyncClient, hand: Hand, stores: Stores, order: dict[str, Any]
    ) -> None:
        await client.post("/v1/webhook-endpoints", json={"url": "https://example.org/h", "event_types": ["*"]})
        asked = (await client.post("/v1/trainings", json={**order, "dry_run": True})).json()
        job = await hand.claim(asked["id"])
        await JobClaims(stores.database).renew(Claim(job), 60, 59.5)
        await hand.succeed(job, {"estimate": ESTIMATE})
        assert (await client.get("/v1/deliveries")).json()["data"] == []
        assert (await client.get("/v1/me")).json()["usage"]["training_seconds"] == 0


class TestWhatIsAsked:
    @pytest.mark.parametrize(
        ("fields", "pointer", "words"),
        [
            ({"deadline_seconds": 0.5}, "/deadline_seconds", "1"),
            ({"hyperparameters": {"steps": 1, "max_steps": 10}}, "/hyperparameters", "either steps or max_steps"),
        ],
    )
    async def test_is_refused_by_its_field(
        self, account: Account, fill_dataset: FillDataset, fields: dict[str, Any], pointer: str, words: str
    ) -> None:
        body = {"name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant)).id}], **fields}
        refused = await account.client.post("/v1/trainings", json=body)
        (row,) = refused.json()["errors"]
        assert (refused.status_code, refused.json()["code"], row["pointer"]) == (422, "validation_failed", pointer)
        assert words in row["detail"]


class TestFurtherVersions:
    async def test_are_ordered_for_a_model_which_then_stays(
        self, account: Account, stores: Stores, hand: Hand, fill_dataset: FillDataset
    ) -> None:
        client, model = account.client, await add_model(stores, account.tenant)
        body = {"name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant)).id}], "model_id": model.id}
        ordered = (await client.post("/v1/trainings", json=body)).json()
        assert (ordered["model_id"], ordered["model"]) == (model.id, None)
        refused = await client.delete(f"/v1/models/{model.id}")
        assert (refused.status_code, refused.json()["code"], refused.json()["users"]) == (
            409, "model_in_use", [ordered["id"]],
        )  # fmt: skip
        job = await hand.fail(await hand.claim(ordered["id"]), JobError(code="out_of_memory", message="no"))
        again = (await client.post(f"/v1/jobs/{job.id}/retry")).json()["id"]
        job = await hand.claim(again)
        assert job.spec["model_id"] == model.id
        await hand.succeed(job, {"model_id": model.id})
        assert (await client.get(f"/v1/trainings/{again}")).json()["model"] is None  # it has no number yet
        await JobMoves(stores.database).note_result(job, {"version": 2})
        assert (await client.get(f"/v1/trainings/{again}")).json()["model"] == {"model_id": model.id, "version": 2}
        assert (await client.delete(f"/v1/models/{model.id}")).status_code == 204
        assert (await client.post("/v1/trainings", json=body)).status_code == 404

    async def test_only_trainings_keep_a_model(
        self, account: Account, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        """An evaluation of it, or a dry run, makes no version."""
        client, model = account.client, await add_model(stores, account.tenant)
        data = [{"dataset_id": (await fill_dataset(account.tenant)).id}]
        orders = [
            await client.post("/v1/evaluations", json={"kind": "samples", "model": {"model_id": model.id}}),
            await client.post(
                "/v1/trainings", json={"name": "t", "data": data, "model_id": model.id, "dry_run": True}
            ),
        ]  # fmt: skip
        assert [order.status_code for order in orders] == [202, 202]
        assert (await client.delete(f"/v1/models/{model.id}")).status_code == 204


class TestDeletion:
    async def test_leaves_the_model_and_nothing_else(
        self, client: httpx.AsyncClient, account: Account, hand: Hand, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        picture = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
        body = {
            "name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant)).id}],
            "probe": {"data_url": picture},
        }  # fmt: skip
        job = await hand.claim((await client.post("/v1/trainings", json=body)).json()["id"])
        for name in ("probe", "samples", "weights"):
            await hand.blobs.put(f"{job.attempt_prefix}{name}.png", name.encode())
        for name in ("probe.png", "samples.png"):
            await hand.tell(job, "job.sample", {"step": 5, "key": f"{job.attempt_prefix}{name}", "name": name})
        file = ModelFile(
            name="weights.png",
            key=f"{job.attempt_prefix}weights.png",
            bytes=7,
            sha256=sha256_hex(b"weights"),
            media_type="image/png",
        )
        facts = {"files": [file], "lineage": {"training_id": job.id, "data": []}}
        model = await add_model(stores, account.tenant, facts=[facts])
        await JobClaims(stores.database).renew(Claim(job), 60, 59.5)
        path = f"/v1/trainings/{job.id}"
        running = await client.delete(path)
        assert (running.status_code, running.json()["code"]) == (409, "job_state_conflict")
        await hand.let_go(job.id)  # as its worker does when it sees the wish
        assert (await client.delete(path, headers={"If-Match": '"old"'})).status_code == 412
        assert (await client.delete(path)).status_code == 204
        for gone in (path, f"/v1/jobs/{job.id}", f"{path}/checkpoints/5/files/probe.png"):
            assert (await client.get(gone)).status_code == 404
        assert not await EventRepository(stores.database).after(job.id, 0)
        left = [*await hand.blobs.keys(f"t/{account.tenant}/inbox/"), *await hand.blobs.keys(f"t/{job.tenant}/jobs/")]
        assert left == [file.key]
        shown = await client.get(f"/v1/models/{model.id}/versions/1/files/weights.png")
        assert shown.content == b"weights"
        assert (await client.get("/v1/me")).json()["usage"]["training_seconds"] == 59.5

    async def test_leaves_what_a_retry_was_given_as_well(
        self, client: httpx.AsyncClient, account: Account, hand: Hand, fill_dataset: FillDataset
    ) -> None:
        picture = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
        body = {
            "name": "t", "data": [{"dataset_id": (await fill_dataset(account.tenant)).id}],
            "probe": {"data_url": picture},
        }  # fmt: skip
        job = await hand.claim((await client.post("/v1/trainings", json=body)).json()["id"])
        await hand.fail(job, JobError(code="out_of_memory", message="no"))
        again = (await client.post(f"/v1/jobs/{job.id}/retry")).json()["id"]
        assert (await client.delete(f"/v1/trainings/{job.id}")).status_code == 204
        (key,) = job.spec["probe"]["image"]["upload"]["keys"]
        assert await hand.blobs.get(key) == PICTURE
        assert (await client.delete(f"/v1/trainings/{again}")).status_code == 204, "it waited"
        assert not await hand.blobs.exists(key)
