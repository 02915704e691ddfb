"""Sharing models: what a reader sees and may do, what it never sees, and that it ends at once."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.factories import make_job

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.models import Model
from maskeraid_core.measuring import note_measured
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.shares import SharedModelRepository

from .conftest import Account, FillDataset, Hand, Open
from .made_models import JUDGED_CARD, add_model, make_version

DATA_URL = "data:image/png;base64,iVBORw0K"
TRAITS = [{"attribute": "person", "value": "anna"}, {"attribute": "tone", "value": "light"}]
LINEAGE = {"training_id": "trn_01KADNQ9NH5KMKB59KYA35S2FP", "software": "1", "seed": 7,
           "data": [{"dataset_id": "ds_secret", "version": 1, "where": ["person:anna"]}]}  # fmt: skip
CARD = {**JUDGED_CARD, "start_from": {"training_id": "trn_01KADNQ9NH5KMKB59KYA35S2FP", "step": 60}}


@pytest.fixture
async def reader(open_account: Open) -> Account:
    return await open_account()


@pytest.fixture
async def model(account: Account, stores: Stores) -> Model:
    return await add_model(
        stores, account.tenant, versions=2, facts=[{"lineage": LINEAGE, "guarantees": TRAITS, "card": CARD}] * 2,
        metadata={"mine": "x"}, tags=["demo"],
    )  # fmt: skip


async def share(owner: Account, model: Model, **change: Any) -> httpx.Response:  # noqa: ANN401 fields of the API
    return await owner.client.patch(f"/v1/models/{model.id}", json=change)


async def share_with(owner: Account, model: Model, *readers: Account, **change: Any) -> None:  # noqa: ANN401
    answer = await share(owner, model, visibility="shared", shared_with=[reader.tenant for reader in readers], **change)
    assert answer.status_code == 200, answer.text


def plain(answer: httpx.Response) -> object:
    return {name: value for name, value in answer.json().items() if name not in ("request_id", "instance")}


class TestReader:
    async def test_sees_the_model_and_not_what_is_its_owners(
        self, account: Account, reader: Account, model: Model, open_account: Open
    ) -> None:
        await share_with(account, model, reader, await open_account(), licence="CC-BY-4.0")
        (found,) = (await reader.client.get("/v1/models")).json()["data"]
        owner = (await account.client.get("/v1/me")).json()["tenant_name"]
        assert (found["access"], found["owner"], found["licence"]) == ("shared", owner, "CC-BY-4.0")
        assert (found["shared_with"], found["metadata"], found["tags"]) == ([], {}, ["demo"])
        assert found == (await reader.client.get(f"/v1/models/{model.id}")).json()
        version = await reader.client.get(f"/v1/models/{model.id}/versions/champion")
        assert version.json()["lineage"] == {"software": "1"}
        assert version.json()["guarantees"] == TRAITS[1:]
        own = await account.client.get(f"/v1/models/{model.id}/versions/champion")
        assert own.json()["card"] == CARD
        for answer in (version, await reader.client.get(f"/v1/models/{model.id}/versions")):
            assert not [word for word in ("ds_secret", "anna", "trn_", account.tenant) if word in answer.text]
        assert (await reader.client.get("/v1/images", params={"model_id": model.id})).status_code == 404

    async def test_looks_at_pictures_and_downloads_only_with_leave(
        self, account: Account, reader: Account, model: Model
    ) -> None:
        await share_with(account, model, reader)
        path = f"/v1/models/{model.id}/versions/1"
        shown = {file["name"] for file in (await reader.client.get(path)).json()["files"]}
        assert shown == {"card.json", "samples.png"}
        assert (await reader.client.get(f"{path}/files/samples.png")).status_code == 200
        refused = await reader.client.get(f"{path}/files/generator.safetensors")
        assert refused.status_code == 404
        assert "does not allow its download" in refused.json()["detail"]
        assert (await share(account, model, download=True)).json()["download"] is True
        assert (await reader.client.get(f"{path}/files/generator.safetensors")).status_code == 200

    async def test_begins_a_training_with_it_only_with_leave_to_download(
        self, account: Account, reader: Account, model: Model, fill_dataset: FillDataset, hand: Hand
    ) -> None:
        data = [{"dataset_id": (await fill_dataset(reader.tenant)).id}]
        order = {"name": "t", "data": data, "start_from": {"model_id": model.id}}
        await share_with(account, model, reader)
        refused = await reader.client.post("/v1/trainings", json=order)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert "ask its owner to allow downloads" in refused.json()["detail"]
        await share_with(account, model, reader, download=True)
        ordered = await reader.client.post("/v1/trainings", json=order)
        assert ordered.status_code == 202
        start = (await hand.claim(ordered.json()["id"])).spec["start_from"]
        assert (start["data"], start["is_whole"]) == ([], False), "what it learned from is its owner's to know"

    async def test_changes_nothing(self, account: Account, reader: Account, model: Model) -> None:
        await share_with(account, model, reader, download=True)
        path = f"/v1/models/{model.id}"
        before = (await account.client.get(path)).json()
        tries = [
            await reader.client.patch(path, json={"name": "n"}), await reader.client.delete(path),
            await reader.client.patch(path, json={"visibility": "public", "licence": "MIT"}),
            await reader.client.put(f"{path}/aliases/mine", json={"version": 1}),
            await reader.client.delete(f"{path}/aliases/champion"),
        ]  # fmt: skip
        assert {answer.status_code for answer in tries} == {404}
        assert (await account.client.get(path)).json() == before

    async def test_tries_it_on_a_photo_of_its_own(self, account: Account, reader: Account, model: Model) -> None:
        await share_with(account, model, reader)
        order = {"image": {"data_url": DATA_URL}, "model": {"model_id": model.id}}
        ordered = await reader.client.post("/v1/reimagings", json=order)
        assert ordered.json()["options"]["model"] == {"model_id": model.id, "version": 2}

    async def test_can_only_read(self, stores: Stores) -> None:
        writing = {"add", "add_once", "change", "delete", "publish", "flag", "point", "prune", "put"}
        assert not writing & set(dir(SharedModelRepository(stores.database, "ten_1")))


class TestNotices:
    async def test_each_new_reader_is_told_once_and_nobody_else(
        self, account: Account, model: Model, open_account: Open, stores: Stores
    ) -> None:
        readers = [await open_account(), await open_account()]
        for one in (account, *readers):
            hook = {"url": "https://example.org/", "event_types": ["model.shared"]}
            assert (await one.client.post("/v1/webhook-endpoints", json=hook)).status_code == 201
        await share_with(account, model, readers[0])
        await share_with(account, model, *readers)
        told = [(await one.client.get("/v1/deliveries")).json()["data"] for one in (account, *readers)]
        assert [len(rows) for rows in told] == [0, 1, 1]
        assert told[1][0]["data"] == {
            "id": model.id, "object": "model", "status": "shared", "url": f"/v1/models/{model.id}",
        }  # fmt: skip


class TestEnd:
    async def test_has_effect_at_once_for_all_that_is_asked_from_then_on(
        self, account: Account, reader: Account, model: Model
    ) -> None:
        await share_with(account, model, reader)
        path, order = f"/v1/models/{model.id}", {"image": {"data_url": DATA_URL}, "model": {"model_id": model.id}}
        unknown = f"/v1/models/mdl_{'0' * 26}"
        assert (await reader.client.post("/v1/reimagings", json=order)).status_code == 202
        assert (await share(account, model, visibility="private")).status_code == 200
        for gone, never in ((path, unknown), (f"{path}/versions/1", f"{unknown}/versions/1")):
            found = await reader.client.get(gone)
            assert (found.status_code, plain(found)) == (404, plain(await reader.client.get(never)))
        assert (await reader.client.get(f"{path}/versions/1/files/samples.png")).status_code == 404
        assert (await reader.client.post("/v1/reimagings", json=order)).status_code == 404
        assert (await reader.client.get("/v1/models")).json()["data"] == []

    async def test_of_one_reader_leaves_the_others(self, account: Account, model: Model, open_account: Open) -> None:
        first, second = await open_account(), await open_account()
        await share_with(account, model, first, second)
        await share_with(account, model, second)
        codes = [(await one.client.get(f"/v1/models/{model.id}")).status_code for one in (first, second)]
        assert codes == [404, 200]

    async def test_comes_with_the_models(self, account: Account, reader: Account, model: Model) -> None:
        await share_with(account, model, reader)
        assert (await account.client.delete(f"/v1/models/{model.id}")).status_code == 204
        assert (await reader.client.get("/v1/models")).json()["data"] == []


class TestPublic:
    async def test_needs_a_licence(self, account: Account, model: Model) -> None:
        refused = await share(account, model, visibility="public")
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/licence")

    @pytest.mark.parametrize(
        "facts",
        [
            {"card": {"images": 99}}, {"card": {}}, {"card": {"images": 500, "flags": []}},
            {"card": {"images": 500, "flags": [{"code": "copying"}]}},
            {"card": {"images": 500, "memorisation": {"verdict": "copying", "gate": "blocks"}}},
            {"kind": "drawn", "card": {"images": 500, "memorisation": {"verdict": "cannot_tell", "gate": "blocks"}}},
        ],
    )  # fmt: skip
    async def test_is_refused_for_what_may_show_people(
        self, account: Account, reader: Account, stores: Stores, facts: dict[str, Any]
    ) -> None:
        model = await add_model(stores, account.tenant, versions=2, facts=[facts])
        refused = await share(account, model, visibility="public", licence="MIT")
        assert (refused.status_code, refused.json()["code"], refused.json()["version"]) == (403, "sharing_blocked", 1)
        assert (await reader.client.get(f"/v1/models/{model.id}")).status_code == 404

    @pytest.mark.parametrize("gate", ["passes", "reports_only"])
    async def test_is_refused_for_a_model_that_repeats_itself(
        self, account: Account, stores: Stores, gate: str
    ) -> None:
        """Also where nobody is shown: such a model is of no use to anybody."""
        flag = {"code": "collapse", "message": "The model repeats itself: it comes near to 4% of the faces."}
        card = {"images": 500, "flags": [flag], "memorisation": {"verdict": "healthy", "reason": "1%", "gate": gate}}
        model = await add_model(stores, account.tenant, facts=[{"kind": "drawn", "card": card}])
        refused = await share(account, model, visibility="public", licence="MIT")
        assert (refused.status_code, refused.json()["code"]) == (403, "sharing_blocked")
        assert "The model repeats itself: it comes near to 4%" in refused.json()["detail"]

    async def test_passes_for_an_undertrained_model_that_copies_nothing(self, account: Account, stores: Stores) -> None:
        flag = {"code": "undertrained", "message": "The model is undertrained."}
        card = {"images": 500, "flags": [flag], "memorisation": {"verdict": "healthy", "gate": "passes"}}
        model = await add_model(stores, account.tenant, facts=[{"kind": "photo", "card": card}])
        assert (await share(account, model, visibility="public", licence="MIT")).status_code == 200

    async def test_passes_for_drawn_faces(self, account: Account, reader: Account, stores: Stores) -> None:
        model = await add_model(stores, account.tenant, facts=[{"kind": "drawn", "card": {"images": 25}}])
        assert (await share(account, model, visibility="public", licence="MIT")).status_code == 200
        assert (await reader.client.get(f"/v1/models/{model.id}")).json()["visibility"] == "public"

    async def test_opens_the_versions_that_were_judged(
        self, account: Account, reader: Account, model: Model, stores: Stores
    ) -> None:
        assert (await share(account, model, visibility="public", licence="MIT")).status_code == 200
        other = {"architecture": "r3", "resolution": 64}
        copies = make_version(account.tenant, model.id, 3, card={"images": 9}, **other)
        await ModelVersionRepository(stores.database, account.tenant).add(copies)
        models = ModelRepository(stores.database, account.tenant)
        assert await models.publish(copies)
        assert await models.point(model.id, "best", 3, where={})
        found = (await reader.client.get(f"/v1/models/{model.id}")).json()
        assert (found["latest_version"], found["aliases"]) == (2, {"champion": 1})
        assert (found["architecture"], found["kind"], found["resolution"]) == ("eigen", "photo", 32)
        assert found["updated_at"] < copies.created_at.isoformat()
        for architecture, ids in (("eigen", [model.id]), ("r3", [])):
            page = await reader.client.get("/v1/models", params={"architecture": architecture, "include": "total"})
            assert [row["id"] for row in page.json()["data"]] == ids
            assert page.json()["total"] == len(ids)
            assert page.json()["data"] == [found] * len(ids)
        for version in ("3", "best"):
            assert (await reader.client.get(f"/v1/models/{model.id}/versions/{version}")).status_code == 404
        assert (await share(account, model, visibility="public")).status_code == 403
        assert (await share(account, model, download=True)).status_code == 200
        assert (await reader.client.get(f"/v1/models/{model.id}")).json()["latest_version"] == 2


FOUND = {"verdict": "copying", "reason": "9% are near", "gate": "blocks"}


class TestFoundToCopy:
    async def test_ends_what_everyone_may_see_and_its_owner_is_told_once(
        self, account: Account, reader: Account, model: Model, stores: Stores
    ) -> None:
        hook = {"url": "https://example.org/", "event_types": ["model.flagged"]}
        assert (await account.client.post("/v1/webhook-endpoints", json=hook)).status_code == 201
        assert (await share(account, model, visibility="public", licence="MIT")).status_code == 200
        job = make_job(tenant=account.tenant)
        data = {"model_id": model.id, "version": 1, "card": {"memorisation": FOUND, "flags": []}}
        for _ in range(2):
            await note_measured(stores, job, data)
        assert (await reader.client.get(f"/v1/models/{model.id}")).status_code == 404
        assert (await account.client.get(f"/v1/models/{model.id}")).json()["visibility"] == "private"
        (told,) = (await account.client.get("/v1/deliveries")).json()["data"]
        assert (told["event"], told["data"]["id"]) == ("model.flagged", model.id)
        assert (await share(account, model, visibility="public")).status_code == 403

    async def test_is_not_acquitted_by_other_samples(self, account: Account, model: Model, stores: Stores) -> None:
        better = {"verdict": "healthy", "reason": "1% are near", "gate": "passes"}
        for found in (FOUND, better):
            card = {"memorisation": found, "flags": []}
            data = {"model_id": model.id, "version": 1, "card": card}
            await note_measured(stores, make_job(tenant=account.tenant), data)
        version = (await account.client.get(f"/v1/models/{model.id}/versions/1")).json()
        assert version["card"]["memorisation"] == FOUND

    async def test_is_for_nobody_but_those_whom_its_owner_named(
        self, account: Account, reader: Account, model: Model, stores: Stores
    ) -> None:
        """However it came that the model is still public."""
        versions = ModelVersionRepository(stores.database, account.tenant)
        path = f"/v1/models/{model.id}/versions"
        assert (await share(account, model, visibility="public", licence="MIT")).status_code == 200
        await versions.change(f"{model.id}:2", {"card": {"images": 500, "memorisation": FOUND}})
        assert [(await reader.client.get(f"{path}/{number}")).status_code for number in (1, 2)] == [200, 404]
        order = {"image": {"data_url": DATA_URL}, "model": {"model_id": model.id}}
        assert (await reader.client.post("/v1/reimagings", json=order)).status_code == 404
        assert await SharedModelRepository(stores.database, reader.tenant).public_version(model.id) is None
        await share_with(account, model, reader)
        assert (await reader.client.get(f"{path}/2")).status_code == 200

    async def test_a_pruned_version_closes_nothing(self, account: Account, reader: Account, stores: Stores) -> None:
        copies = {"card": {"images": 500, "memorisation": FOUND}, "pruned_at": now()}
        model = await add_model(stores, account.tenant, versions=2, facts=[copies])
        assert (await share(account, model, visibility="public", licence="MIT")).status_code == 200
        path = f"/v1/models/{model.id}/versions"
        assert [row["version"] for row in (await reader.client.get(path)).json()["data"]] == [2]
        assert (await reader.client.get(f"{path}/1/files/samples.png")).status_code == 404

    async def test_a_version_that_is_deleted_neither(self, account: Account, reader: Account, stores: Stores) -> None:
        copies = {"card": {"images": 500, "memorisation": FOUND}}
        model = await add_model(stores, account.tenant, versions=2, facts=[copies], aliases={})
        refused = await share(account, model, visibility="public", licence="MIT")
        assert "Delete that version to open the others." in refused.json()["detail"]
        assert (await account.client.delete(f"/v1/models/{model.id}/versions/1")).status_code == 204
        assert (await share(account, model, visibility="public", licence="MIT")).status_code == 200


class TestFlagged:
    async def test_is_shared_with_fewer_and_with_nobody_new(
        self, account: Account, model: Model, open_account: Open, stores: Stores
    ) -> None:
        first, second, third = [await open_account() for _ in range(3)]
        await share_with(account, model, first, second)
        flag = {"code": "dataset_deleted", "detail": "Gone.", "dataset_id": f"ds_{'0' * 26}", "at": now()}
        assert await ModelRepository(stores.database, account.tenant).change(model.id, {"flags": [flag]})
        await share_with(account, model, first)
        refused = await share(account, model, shared_with=[first.tenant, third.tenant])
        assert (refused.status_code, refused.json()["code"]) == (403, "sharing_blocked")
        assert (await second.client.get(f"/v1/models/{model.id}")).status_code == 404
        assert (await first.client.get(f"/v1/models/{model.id}")).json()["flags"] == []

    async def test_is_not_given_away_nor_made_the_default(self, account: Account, model: Model, stores: Stores) -> None:
        assert (await share(account, model, visibility="public", licence="MIT")).status_code == 200
        flag = {"code": "dataset_deleted", "detail": "Gone.", "dataset_id": f"ds_{'0' * 26}", "at": now()}
        assert await ModelRepository(stores.database, account.tenant).change(model.id, {"flags": [flag]})
        tries = [
            await share(account, model, download=True), await account.client.put(f"/v1/models/{model.id}/default"),
        ]  # fmt: skip
        assert {(refused.status_code, refused.json()["code"]) for refused in tries} == {(403, "sharing_blocked")}
        assert (await share(account, model, download=False)).status_code == 200

    async def test_is_not_the_default_of_another_account_either(
        self, account: Account, reader: Account, stores: Stores
    ) -> None:
        theirs = await add_model(stores, reader.tenant)
        assert (await share(reader, theirs, visibility="public", licence="MIT")).status_code == 200
        flag = {"code": "dataset_deleted", "detail": "Gone.", "dataset_id": f"ds_{'0' * 26}", "at": now()}
        assert await ModelRepository(stores.database, reader.tenant).change(theirs.id, {"flags": [flag]})
        refused = await account.client.put(f"/v1/models/{theirs.id}/default")
        assert (refused.status_code, refused.json()["code"]) == (403, "sharing_blocked")


class TestRules:
    async def test_others_are_accounts_of_this_service(self, account: Account, model: Model) -> None:
        for strange in (account.tenant, f"ten_{'0' * 26}"):
            refused = await share(account, model, visibility="shared", shared_with=[strange])
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/shared_with/0")
        assert (await share(account, model, shared_with=[account.tenant])).status_code == 422

    async def test_sharing_needs_its_own_scope(self, account: Account, model: Model, open_account: Open) -> None:
        writer = await open_account(Scope.MODELS_WRITE, tenant=account.tenant)
        refused = await share(writer, model, visibility="public", licence="MIT")
        assert (refused.status_code, refused.json()["scope"]) == (403, "models:share")
        assert (await share(writer, model, name="n")).status_code == 200


class TestPages:
    async def test_of_own_and_shared_models_lead_to_each_other(
        self, account: Account, reader: Account, stores: Stores
    ) -> None:
        made = []
        for number in range(6):
            owner = (account, reader)[number % 2]
            at = now() - timedelta(hours=number)  # a training is ordered, and named, before its model is there
            made.insert(0, await add_model(stores, owner.tenant, created_at=at))
            if owner is account:
                await share_with(account, made[0], reader)
        for order in ("asc", "desc"):
            url, seen = f"/v1/models?limit=2&include=total&order={order}", []
            while url:
                answer = await reader.client.get(url)
                assert answer.json()["total"] == 6
                seen += [row["id"] for row in answer.json()["data"]]
                url = answer.links.get("next", {}).get("url")
            assert seen == [model.id for model in made][:: 1 if order == "asc" else -1]
        mine = (await reader.client.get("/v1/models", params={"access": "owner"})).json()["data"]
        assert {row["access"] for row in mine} == {"owner"}
        assert len(mine) == 3


class TestAdoption:
    async def test_is_the_readers_wish_while_it_is_shared(
        self, account: Account, reader: Account, model: Model, stores: Stores
    ) -> None:
        path = f"/v1/models/{model.id}/adoption"
        assert (await reader.client.put(path)).status_code == 404
        await share_with(account, model, reader)
        shares = SharedModelRepository(stores.database, reader.tenant)
        assert await shares.adopted() == []
        for _ in range(2):
            assert (await reader.client.put(path)).json()["is_adopted"] is True
        (adopted,) = await shares.adopted()
        assert (adopted.id, adopted.lineage) == (f"{model.id}:2", {"software": "1"})
        await share(account, model, visibility="private")
        assert await shares.adopted() == []
        assert [(await reader.client.delete(path)).status_code for _ in range(2)] == [204, 404]


class TestRatings:
    async def test_one_an_account_and_their_mean_on_the_model(
        self, account: Account, reader: Account, model: Model, open_account: Open
    ) -> None:
        path = f"/v1/models/{model.id}/ratings"
        assert (await reader.client.put(path, json={"stars": 5})).status_code == 404
        others = [reader, *[await open_account() for _ in range(4)]]
        await share_with(account, model, *others)
        assert (await reader.client.put(path, json={"stars": 1})).status_code == 200
        stars = (2, 4, 5, 5, 3)
        await asyncio.gather(
            *(one.client.put(path, json={"stars": n, "note": "so"}) for one, n in zip(others, stars, strict=True))
        )
        found = (await account.client.get(f"/v1/models/{model.id}")).json()
        assert (found["rating_count"], found["rating_mean"]) == (5, 3.8)
        rows = (await reader.client.get(path, params={"limit": 2, "include": "total"})).json()
        assert (len(rows["data"]), rows["total"], rows["has_more"]) == (2, 5, True)
        rest = (await reader.client.get(path, params={"after": rows["last_id"]})).json()["data"]
        own = [row for row in [*rows["data"], *rest] if row["is_yours"]]
        name = (await reader.client.get("/v1/me")).json()["tenant_name"]
        assert [(row["stars"], row["note"], row["author"]) for row in own] == [(2, "so", name)]

    @pytest.mark.parametrize("body", [{"stars": 0}, {"stars": 6}, {"stars": 3, "note": ""}, {"note": "x"}])
    async def test_what_is_no_rating(
        self, account: Account, reader: Account, model: Model, body: dict[str, object]
    ) -> None:
        await share_with(account, model, reader)
        refused = await reader.client.put(f"/v1/models/{model.id}/ratings", json=body)
        assert (refused.status_code, "parameter" in refused.json()["errors"][0]) == (422, False)

    async def test_nobody_rates_a_model_of_their_own(self, account: Account, model: Model) -> None:
        refused = await account.client.put(f"/v1/models/{model.id}/ratings", json={"stars": 5})
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "model_id")
        assert (await account.client.get(f"/v1/models/{model.id}")).json()["rating_count"] == 0

    @pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u007f", "\u0085", "\u2028", "\x00"])
    async def test_a_note_has_nothing_that_turns_or_hides_text(
        self, account: Account, reader: Account, model: Model, character: str
    ) -> None:
        await share_with(account, model, reader)
        path = f"/v1/models/{model.id}/ratings"
        refused = await reader.client.put(path, json={"stars": 1, "note": f"a{character}b"})
        (row,) = refused.json()["errors"]
        assert (row["pointer"], row["detail"][:31]) == ("/note", "must have no control characters")
        assert (await reader.client.put(path, json={"stars": 1, "note": "a\nשלם ü"})).status_code == 200


class TestDefault:
    """The service's default model: one that whoever runs the server lets serve those who have none."""

    @pytest.fixture
    async def public(self, account: Account, model: Model) -> Model:
        assert (await share(account, model, visibility="public", licence="MIT")).status_code == 200
        return model

    async def test_is_marked_for_all_who_see_it(self, account: Account, reader: Account, public: Model) -> None:
        path = f"/v1/models/{public.id}"
        chosen = await account.client.put(f"{path}/default")
        assert (chosen.status_code, chosen.json()["is_default"]) == (200, True)
        for one in (account, reader):
            (found,) = (await one.client.get("/v1/models")).json()["data"]
            assert found["is_default"] is True
            assert found == (await one.client.get(path)).json()
        seen = (await account.client.get(path)).headers["etag"]
        renamed = await account.client.patch(path, json={"name": "n"}, headers={"If-Match": seen})
        assert (renamed.status_code, renamed.json()["is_default"]) == (200, True)
        assert [(await account.client.delete(f"{path}/default")).status_code for _ in range(2)] == [204, 404]
        assert (await reader.client.get(path)).json()["is_default"] is False

    async def test_is_one(self, account: Account, public: Model, stores: Stores) -> None:
        other = await add_model(stores, account.tenant)
        assert (await share(account, other, visibility="public", licence="MIT")).status_code == 200
        for model in (public, other):
            assert (await account.client.put(f"/v1/models/{model.id}/default")).status_code == 200
        rows = (await account.client.get("/v1/models")).json()["data"]
        assert {row["id"]: row["is_default"] for row in rows} == {public.id: False, other.id: True}

    async def test_may_be_another_accounts(self, account: Account, reader: Account, stores: Stores) -> None:
        theirs = await add_model(stores, reader.tenant)
        assert (await account.client.put(f"/v1/models/{theirs.id}/default")).status_code == 404
        assert (await share(reader, theirs, visibility="public", licence="MIT")).status_code == 200
        assert (await account.client.put(f"/v1/models/{theirs.id}/default")).status_code == 200
        (found,) = (await reader.client.get("/v1/models")).json()["data"]
        assert (found["access"], found["is_default"]) == ("owner", True)

    async def test_is_chosen_by_the_first_account_with_all_rights(
        self, account: Account, reader: Account, public: Model, open_account: Open
    ) -> None:
        writer = await open_account(Scope.MODELS_WRITE, Scope.MODELS_SHARE, tenant=account.tenant)
        for one in (reader, writer):
            refused = await one.client.put(f"/v1/models/{public.id}/default")
            assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
        assert (await account.client.put(f"/v1/models/{public.id}/default")).status_code == 200
        assert (await reader.client.delete(f"/v1/models/{public.id}/default")).status_code == 403

    async def test_is_public_and_passes_the_gate_now(self, account: Account, public: Model, stores: Stores) -> None:
        private = await add_model(stores, account.tenant)
        versions = ModelVersionRepository(stores.database, account.tenant)
        measured = {"images": 500, "flags": [], "memorisation": {"verdict": "copying", "gate": "blocks"}}
        assert await versions.change(f"{public.id}:2", {"card": measured})
        for model in (private, public):
            refused = await account.client.put(f"/v1/models/{model.id}/default")
            assert (refused.status_code, refused.json()["code"]) == (403, "sharing_blocked")

    async def test_ends_when_it_is_public_no_more(self, account: Account, reader: Account, public: Model) -> None:
        path = f"/v1/models/{public.id}"
        assert (await account.client.put(f"{path}/default")).status_code == 200
        await share_with(account, public, reader)
        assert (await account.client.get(path)).json()["is_default"] is False
        assert (await reader.client.get(path)).json()["is_default"] is False
