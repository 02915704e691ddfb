"""Selectors: ordered as a training, looked at by id or as `current`, and stale when the models have changed."""

from typing import Any

import httpx
import pytest
from tests.factories import make_selector

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.models import Model, ModelFile
from maskeraid_core.documents.selectors import LeftOut, Selector, SelectorMember
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import JobError
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository
from maskeraid_core.repositories.selectors import SelectorRepository

from .conftest import Account, Hand, Open
from .made_models import add_model

ORDER = {"kind": "selector"}
FACE = {"image": {"data_url": "data:image/png;base64,iVBORw0K"}}


async def add_selector(stores: Stores, tenant: str, models: list[Model], **facts: Any) -> Selector:  # noqa: ANN401
    members = [SelectorMember(model_id=one.id, version=1, name=one.name, digest="sha256:0", images=9) for one in models]
    return await SelectorRepository(stores.database, tenant).add(make_selector(tenant, models=members, **facts))


def rows_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {row["pointer"]: row["code"] for row in answer.json()["errors"]}


class TestList:
    async def test_has_the_newest_first_and_of_nobody_else(
        self, account: Account, stores: Stores, open_account: Open
    ) -> None:
        model = await add_model(stores, account.tenant)
        old, new = [await add_selector(stores, account.tenant, [model]) for _ in range(2)]
        await add_selector(stores, (await open_account()).tenant, [model])
        listed = (await account.client.get("/v1/selectors")).json()["data"]
        assert [(one["id"], one["is_current"]) for one in listed] == [(new.id, True), (old.id, False)]
        assert listed[0] == (await account.client.get("/v1/selectors/current")).json()

    async def test_is_empty_before_one_has_learned(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/selectors")
        assert (answer.status_code, answer.json()["data"]) == (200, [])


class TestOrder:
    async def test_needs_nothing_but_its_kind(self, account: Account, stores: Stores) -> None:
        for _ in range(2):
            await add_model(stores, account.tenant)
        answer = await account.client.post("/v1/trainings", json=ORDER)
        assert answer.status_code == 202, answer.text
        training = answer.json()
        assert (training["makes"], training["name"], training["data"]) == ("selector", "Selector", [])
        again = (await account.client.get(training["urls"]["self"])).json()
        assert (again["makes"], again["selector_id"], again["model_id"]) == ("selector", None, None)
        listed = (await account.client.get("/v1/trainings")).json()["data"]
        assert [one["id"] for one in listed] == [training["id"]]

    async def test_names_its_selector_when_it_has_ended(self, account: Account, stores: Stores, hand: Hand) -> None:
        for _ in range(2):
            await add_model(stores, account.tenant)
        ordered = (await account.client.post("/v1/trainings", json={**ORDER, "name": "mine", "seed": 4})).json()
        assert (ordered["name"], ordered["seed"]) == ("mine", 4)
        job = await hand.claim(ordered["id"])
        selector_id = twin_id("sel", job.id)
        await hand.succeed(job, {"selector_id": selector_id, "accuracy": 1.0})
        shown = (await account.client.get(f"/v1/trainings/{job.id}")).json()
        assert shown["selector_id"] == selector_id
        assert shown["urls"]["selector"] == f"/v1/selectors/{selector_id}"

    async def test_one_model_is_nothing_to_choose_among(self, account: Account, stores: Stores) -> None:
        await add_model(stores, account.tenant)
        answer = await account.client.post("/v1/trainings", json=ORDER)
        assert (answer.status_code, answer.json()["code"]) == (422, "too_few_models")
        assert answer.json()["found"] == 1

    async def test_adopted_models_count(self, account: Account, stores: Stores, open_account: Open) -> None:
        await add_model(stores, account.tenant)
        other = await open_account()
        shared = await add_model(stores, other.tenant)
        change = {"visibility": "shared", "shared_with": [account.tenant]}
        assert (await other.client.patch(f"/v1/models/{shared.id}", json=change)).status_code == 200
        assert (await account.client.post("/v1/trainings", json=ORDER)).status_code == 422
        assert (await account.client.put(f"/v1/models/{shared.id}/adoption")).is_success
        assert (await account.client.post("/v1/trainings", json=ORDER)).status_code == 202

    @pytest.mark.parametrize("field", ["data", "dry_run", "architecture", "hyperparameters", "start_from"])
    async def test_what_shapes_a_model_is_refused(self, client: httpx.AsyncClient, field: str) -> None:
        values = {"data": [], "dry_run": True, "architecture": "eigen", "hyperparameters": {}, "start_from": None}
        answer = await client.post("/v1/trainings", json={**ORDER, field: values[field]})
        assert rows_of(answer) == {f"/{field}": "value_error"}
        assert "leave it out" in answer.json()["errors"][0]["detail"]

    async def test_a_failed_one_can_be_retried(self, account: Account, stores: Stores, hand: Hand) -> None:
        for _ in range(2):
            await add_model(stores, account.tenant)
        job = await hand.claim((await account.client.post("/v1/trainings", json=ORDER)).json()["id"])
        await hand.fail(job, JobError(code="too_few_models", message="-"))
        again = await account.client.post(f"/v1/jobs/{job.id}/retry")
        assert again.status_code == 202, again.text
        shown = (await account.client.get(f"/v1/trainings/{again.json()['id']}")).json()
        assert (shown["makes"], shown["status"]) == ("selector", "queued")

    async def test_has_no_checkpoint_to_begin_with(self, account: Account, stores: Stores) -> None:
        for _ in range(2):
            await add_model(stores, account.tenant)
        ordered = (await account.client.post("/v1/trainings", json=ORDER)).json()
        answer = await account.client.post(f"/v1/trainings/{ordered['id']}/checkpoints/1/promote")
        assert answer.status_code == 404


class TestModelOrder:
    async def test_misses_are_told_together_with_all_else(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/trainings", json={"preset": "fast", "colour": 1})
        assert rows_of(answer) == {
            "/name": "missing", "/data": "missing", "/preset": "value_not_allowed", "/colour": "unknown_field"
        }  # fmt: skip

    async def test_needs_a_part_of_data(self, client: httpx.AsyncClient) -> None:
        assert rows_of(await client.post("/v1/trainings", json={"name": "m", "data": []})) == {"/data": "too_short"}


class TestSelector:
    async def test_there_is_none_yet(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/selectors/current")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "train one first" in answer.json()["detail"]

    async def test_current_is_the_newest(self, account: Account, stores: Stores) -> None:
        models = [await add_model(stores, account.tenant) for _ in range(2)]
        older, newer = [await add_selector(stores, account.tenant, models) for _ in range(2)]
        shown = (await account.client.get("/v1/selectors/current")).json()
        assert (shown["id"], shown["is_current"], shown["is_stale"]) == (newer.id, True, False)
        assert [one["model_id"] for one in shown["models"]] == [model.id for model in models]
        assert shown["layers"]["total"] == 35_646_595
        assert (await account.client.get(f"/v1/selectors/{older.id}")).json()["is_current"] is False

    async def test_is_stale_when_models_have_come_or_gone(self, account: Account, stores: Stores) -> None:
        kept, gone, left_out = [await add_model(stores, account.tenant) for _ in range(3)]
        reasons = [LeftOut(model_id=left_out.id, version=1, name="m", reason="-")]
        await add_selector(stores, account.tenant, [kept, gone], left_out=reasons)
        assert (await account.client.get("/v1/selectors/current")).json()["stale_because"] == []
        await ModelRepository(stores.database, account.tenant).delete(gone.id)
        await add_model(stores, account.tenant, facts=[{"name": "new"}])
        shown = (await account.client.get("/v1/selectors/current")).json()
        assert shown["is_stale"] is True
        assert shown["stale_because"] == ["The model new has come.", "The model m is gone."]

    async def test_is_stale_when_a_model_has_a_further_version(self, account: Account, stores: Stores) -> None:
        models = [await add_model(stores, account.tenant), await add_model(stores, account.tenant, versions=2)]
        await add_selector(stores, account.tenant, models)
        because = (await account.client.get("/v1/selectors/current")).json()["stale_because"]
        assert because == ["The model m has version 2; its version 1 is known."]

    async def test_another_account_has_none_of_it(self, account: Account, stores: Stores, open_account: Open) -> None:
        selector = await add_selector(stores, account.tenant, [])
        stranger = (await open_account()).client
        for path in (selector.id, "current"):
            assert (await stranger.get(f"/v1/selectors/{path}")).status_code == 404

    async def test_needs_the_scope_to_read_models(self, account: Account, stores: Stores, open_account: Open) -> None:
        selector = await add_selector(stores, account.tenant, [])
        other_key = await open_account(Scope.REIMAGINGS_READ, tenant=account.tenant)
        assert (await other_key.client.get(f"/v1/selectors/{selector.id}")).status_code == 403


class TestFiles:
    @pytest.fixture
    async def selector(self, account: Account, stores: Stores) -> Selector:
        """Its weights have five megabytes, so that they are streamed."""
        training_id, files = new_id("trn"), []
        for name, data in (("weights.safetensors", b"0123456789" * 500_000), ("curves.png", b"picture")):
            key = f"t/{account.tenant}/jobs/{training_id}/attempt-1/{name}"
            await stores.blobs.put(key, data)
            media_type = "image/png" if name.endswith("png") else "application/octet-stream"
            files.append(ModelFile(name=name, key=key, bytes=len(data), sha256=sha256_hex(data), media_type=media_type))
        made = make_selector(account.tenant, id=twin_id("sel", training_id), training_id=training_id, files=files)
        return await SelectorRepository(stores.database, account.tenant).add(made)

    async def test_are_listed_and_served(self, client: httpx.AsyncClient, selector: Selector) -> None:
        listed = {one["name"]: one for one in (await client.get("/v1/selectors/current")).json()["files"]}
        picture = await client.get(listed["curves.png"]["url"])
        assert (picture.content, picture.headers["content-type"]) == (b"picture", "image/png")
        weights = await client.get(listed["weights.safetensors"]["url"])
        assert f"sha256:{sha256_hex(weights.content)}" == listed["weights.safetensors"]["digest"]

    async def test_ranges_by_current(self, client: httpx.AsyncClient, selector: Selector) -> None:
        answer = await client.get(
            "/v1/selectors/current/files/weights.safetensors", headers={"Range": "bytes=4000001-4000003"}
        )
        assert (answer.status_code, answer.content) == (206, b"123")

    async def test_no_such_file(self, client: httpx.AsyncClient, selector: Selector) -> None:
        assert (await client.get("/v1/selectors/current/files/weights.h5")).status_code == 404


class TestReimaging:
    """What is ordered of a re-imaging; the worker's part is tested there."""

    async def test_by_the_network_needs_a_selector(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/reimagings", json={**FACE, "selector": "cnn"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        (row,) = answer.json()["errors"]
        assert row["pointer"] == "/selector"
        assert "train one first" in row["detail"]

    async def test_the_current_selector_is_the_one_that_is_asked(self, account: Account, stores: Stores) -> None:
        selector = await add_selector(stores, account.tenant, [])
        made = await account.client.post("/v1/reimagings", json={**FACE, "selector": "cnn", "explain": True})
        assert made.status_code == 202, made.text
        options = made.json()["options"]
        assert (options["selector"], options["selector_id"], options["explain"]) == ("cnn", selector.id, True)

    async def test_an_explanation_needs_no_selector(self, client: httpx.AsyncClient) -> None:
        made = await client.post("/v1/reimagings", json={**FACE, "explain": True})
        assert made.status_code == 202
        assert made.json()["options"]["selector_id"] is None

    async def test_another_way_is_not_known(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/reimagings", json={**FACE, "selector": "dice"})
        assert rows_of(answer) == {"/selector": "value_not_allowed"}
