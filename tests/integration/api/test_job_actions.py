"""What an owner asks of a job by way of the API, and what the job then does."""

from datetime import datetime
from typing import Any

import httpx
import pytest
from tests.factories import PICTURE

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.jobs import POISONED
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.needs import input_keys

from .conftest import Account, FillDataset, Hand, Open
from .made_models import add_model

Asked = dict[str, Any]


class Owner:
    """Asks, and looks."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def order(self, dataset_id: str, **fields: object) -> str:
        body = {"name": "t", "data": [{"dataset_id": dataset_id}], **fields}
        answer = await self.client.post("/v1/trainings", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    async def ask(self, job_id: str, action: str) -> Asked:
        answer = await self.client.post(f"/v1/jobs/{job_id}/{action}")
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    async def refused(self, job_id: str, action: str) -> Asked:
        answer = await self.client.post(f"/v1/jobs/{job_id}/{action}")
        assert (answer.status_code, answer.json()["code"]) == (409, "job_state_conflict")
        return {name: answer.json()[name] for name in ("current_status", "allowed_actions")}

    async def look(self, job_id: str) -> Asked:
        return dict((await self.client.get(f"/v1/trainings/{job_id}")).json())


@pytest.fixture
def owner(client: httpx.AsyncClient) -> Owner:
    return Owner(client)


@pytest.fixture
async def training(account: Account, owner: Owner, fill_dataset: FillDataset) -> str:
    """One that waits."""
    return await owner.order((await fill_dataset(account.tenant)).id, deadline_seconds=3600)


class TestPause:
    async def test_of_a_waiting_training_is_in_effect_at_once_and_again_and_again(
        self, owner: Owner, training: str
    ) -> None:
        for _ in range(2):
            assert (await owner.ask(training, "pause"))["status"] == "paused"
            assert (await owner.ask(training, "resume"))["status"] == "queued"
        page = (await owner.client.get(f"/v1/jobs/{training}/events")).json()["data"]
        assert [event["data"]["status"] for event in page] == ["queued", *["paused", "queued"] * 2]

    async def test_of_a_running_one_is_a_wish_until_the_trainer_has_kept_it(
        self, owner: Owner, training: str, hand: Hand
    ) -> None:
        await hand.claim(training)
        for _ in range(2):  # repeating it changes nothing
            asked = await owner.ask(training, "pause")
            assert (asked["status"], asked["pause_requested"]) == ("running", True)
        await hand.let_go(training)
        found = await owner.look(training)
        assert (found["status"], found["pause_requested"], found["allowed_actions"]) == (
            "paused", False, ["resume", "cancel"],
        )  # fmt: skip

    async def test_that_is_taken_back_never_happens(self, owner: Owner, training: str, hand: Hand) -> None:
        await hand.claim(training)
        await owner.ask(training, "pause")
        assert not (await owner.ask(training, "resume"))["pause_requested"]
        assert (await hand.let_go(training)).status == "queued"

    async def test_moves_the_deadline(self, owner: Owner, training: str) -> None:
        before = datetime.fromisoformat((await owner.ask(training, "pause"))["deadline_at"])
        after = datetime.fromisoformat((await owner.ask(training, "resume"))["deadline_at"])
        assert after > before


class TestStop:
    async def test_keeps_what_there_is(self, owner: Owner, training: str, hand: Hand) -> None:
        job = await hand.claim(training)
        assert (await owner.ask(training, "stop"))["stop_requested"]
        assert await owner.refused(training, "pause") == {"current_status": "running", "allowed_actions": ["cancel"]}
        stopped = job.model_copy(update={"stop_requested": True})
        await hand.succeed(stopped, {"model_id": "mdl_1", "version": 1, "stopped_early": True})
        found = await owner.look(training)
        assert (found["status"], found["stopped_early"], found["stop_requested"]) == ("succeeded", True, False)
        assert (await owner.ask(training, "stop"))["status"] == "succeeded", "it is in effect"

    async def test_needs_something_to_keep(self, owner: Owner, training: str, hand: Hand) -> None:
        assert "stop" not in (await owner.refused(training, "stop"))["allowed_actions"]
        await hand.keep_checkpoint(await hand.claim(training))
        await owner.ask(training, "pause")
        await hand.let_go(training)
        asked = await owner.ask(training, "stop")
        assert (asked["status"], asked["stop_requested"]) == ("queued", True), "a trainer only finishes it"

    async def test_is_not_for_other_kinds(self, owner: Owner) -> None:
        answer = await owner.client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)})
        for action in ("stop", "pause", "resume"):
            assert (await owner.refused(answer.json()["id"], action))["allowed_actions"] == ["cancel"]


class TestRetry:
    async def test_is_a_new_job_with_the_same_specification(self, owner: Owner, training: str, hand: Hand) -> None:
        assert (await owner.refused(training, "retry"))["current_status"] == "queued"
        await hand.fail(await hand.claim(training), POISONED)
        again = await owner.ask(training, "retry")
        assert again["id"] != training
        assert (again["status"], again["retry_of"]) == ("queued", training)
        first, second = [await owner.look(job_id) for job_id in (training, again["id"])]
        for name in ("data", "seed", "hyperparameters", "name"):
            assert first[name] == second[name]

    async def test_asked_twice_is_one_until_it_too_has_failed(self, owner: Owner, training: str) -> None:
        await owner.ask(training, "cancel")
        first, same = [(await owner.ask(training, "retry"))["id"] for _ in range(2)]
        assert first == same
        await owner.ask(first, "cancel")
        assert (await owner.ask(training, "retry"))["retry_of"] == first

    async def test_needs_the_right_to_what_it_starts_from(
        self, owner: Owner, account: Account, stores: Stores, open_account: Open, fill_dataset: FillDataset
    ) -> None:
        lender = await open_account()
        lent = await add_model(stores, lender.tenant)
        share = {"visibility": "shared", "shared_with": [account.tenant], "download": True}
        assert (await lender.client.patch(f"/v1/models/{lent.id}", json=share)).status_code == 200
        training = await owner.order((await fill_dataset(account.tenant)).id, start_from={"model_id": lent.id})
        await owner.ask(training, "cancel")
        again = (await owner.ask(training, "retry"))["id"]
        await owner.ask(again, "cancel")
        withdrawn = await lender.client.patch(f"/v1/models/{lent.id}", json={"visibility": "private"})
        assert withdrawn.status_code == 200
        refused = await owner.client.post(f"/v1/jobs/{again}/retry")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")

    async def test_needs_the_model_that_gets_a_further_version(
        self, owner: Owner, account: Account, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        model = await add_model(stores, account.tenant)
        training = await owner.order((await fill_dataset(account.tenant)).id, model_id=model.id)
        await owner.ask(training, "cancel")
        assert (await owner.client.delete(f"/v1/models/{model.id}")).status_code == 204
        refused = await owner.client.post(f"/v1/jobs/{training}/retry")
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (404, "/model_id")

    async def test_has_the_bytes_of_the_first(self, owner: Owner, account: Account, hand: Hand) -> None:
        job_id = (await owner.client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)})).json()["id"]
        await owner.ask(job_id, "cancel")
        assert (await owner.ask(job_id, "retry"))["kind"] == "reimaging"
        other = (await owner.client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)})).json()["id"]
        await owner.ask(other, "cancel")
        await hand.blobs.delete(await hand.blobs.keys(f"t/{account.tenant}/"))
        answer = await owner.client.post(f"/v1/jobs/{other}/retry")
        assert (answer.status_code, answer.json()["code"]) == (404, "input_gone")

    @pytest.mark.parametrize(("path", "part"), [("reimagings", "image"), ("coverings", "map")])
    async def test_keeps_its_bytes_when_the_first_is_deleted(
        self, owner: Owner, hand: Hand, path: str, part: str
    ) -> None:
        sent = {part: ("a.png", b"\x89PNG\r\n\x1a\n")}
        first = (await owner.client.post(f"/v1/{path}", files=sent)).json()["id"]
        await owner.ask(first, "cancel")
        again = (await owner.ask(first, "retry"))["id"]
        assert (await owner.client.delete(f"/v1/{path}/{first}")).status_code == 204
        retried = await hand.claim(again)
        keys = input_keys(retried.spec)
        assert keys
        assert all([await hand.blobs.exists(key) for key in keys]), "the retry needs them"
        await hand.fail(retried, POISONED)
        assert (await owner.client.delete(f"/v1/{path}/{again}")).status_code == 204
        assert not any([await hand.blobs.exists(key) for key in keys])


class TestRights:
    @pytest.mark.parametrize("action", ["pause", "resume", "stop", "cancel", "retry"])
    async def test_a_reader_may_not_and_a_stranger_sees_nothing(
        self, open_account: Open, account: Account, training: str, action: str
    ) -> None:
        reader = await open_account(Scope.TRAININGS_READ, tenant=account.tenant)
        stranger = await open_account()
        assert (await reader.client.post(f"/v1/jobs/{training}/{action}")).status_code == 403
        assert (await stranger.client.post(f"/v1/jobs/{training}/{action}")).status_code == 404
