"""A person is erased: gone from every answer at once, from the stores when the job has ended, and nobody else."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from anyio import to_thread
from tests.factories import make_job, make_selector
from tests.integration.curator.test_importing import png

from maskeraid_core import failpoints, hiding
from maskeraid_core.blobs import image_key, sha256_hex, thumbnail_key
from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.documents.deletions import DeletionSpec, Erasure
from maskeraid_core.documents.models import Model, ModelFile
from maskeraid_core.documents.own_outputs import OwnOutputs
from maskeraid_core.documents.selectors import Selector, SelectorMember
from maskeraid_core.erasing import find
from maskeraid_core.flagging import flag_if_withdrawn
from maskeraid_core.hiding import hide_at_once
from maskeraid_core.ids import image_id
from maskeraid_core.jobs import Job, JobKind, QueueName
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.batches import BatchRepository
from maskeraid_core.repositories.deliveries import DeliveryRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelVersionRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.repositories.selectors import SelectorRepository
from maskeraid_core.worker import Worker
from maskeraid_curator import erasing, exporting, importing

from .conftest import Account, FillDataset, Hand, Open
from .made_models import add_model

ANN = "ann-0417"
CARRY_OUT = {
    JobKind.IMPORT: importing.carry_out, JobKind.EXPORT: exporting.carry_out, JobKind.DELETION: erasing.carry_out,
}  # fmt: skip
WHO = [ANN, "bob", ANN, "", "bob", ANN]
THEIRS = (1, 3, 6)  # rows


@pytest.fixture
def worker(port: PortalStores) -> Iterator[Worker]:
    opened = Worker(port, QueueName.CURATOR)
    yield opened
    opened.close()


@dataclass(frozen=True)
class Desk:
    """An account, and a curator that carries out what it orders."""

    account: Account
    worker: Worker

    @property
    def client(self) -> httpx.AsyncClient:
        return self.account.client

    async def order(self, kind: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401 any field
        answer = await self.client.post(f"/v1/{kind}", json=body)
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    async def carry_out(self, made: dict[str, Any]) -> dict[str, Any]:
        await to_thread.run_sync(self._work, made["id"])
        return await self.json(made["urls"]["self"])

    async def done(self, kind: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401 any field
        ended = await self.carry_out(await self.order(kind, **body))
        assert ended["status"] == "succeeded", ended["error"]
        return ended

    async def json(self, path: str, **query: object) -> dict[str, Any]:
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def _work(self, job_id: str) -> None:
        claim = self.worker.claim(job_id)
        assert claim is not None
        with self.worker.holding(claim) as held:
            CARRY_OUT[claim.job.kind](held, self.worker.port, threading.Event())


@pytest.fixture
def desk(account: Account, worker: Worker) -> Desk:
    return Desk(account, worker)


def people(side: int = 32) -> dict[str, Any]:
    """Six faces: three of Ann, two of Bob, one of nobody known."""
    values = [{"subject": who, "mouth": str(1 + place % 2)} for place, who in enumerate(WHO)]
    return {"values": values, "pictures": [png(place, (side, side)) for place in range(6)], "side": side}


@pytest.fixture
async def faces(account: Account, fill_dataset: FillDataset) -> Dataset:
    return await fill_dataset(account.tenant, **people(), name="our faces")


async def seen(desk: Desk, dataset_id: str, **query: object) -> list[int]:
    return [row["row"] for row in (await desk.json("/v1/images", dataset_id=dataset_id, **query))["data"]]


async def dump(stores: Stores, without: Job) -> str:
    """Every document and every object, but for the order itself."""
    documents = [
        str(row)
        for name in await stores.database.list_collection_names()
        for row in await stores.database[name].find().to_list()
        if row["_id"] != without.id
    ]
    objects = [bytes(await stores.blobs.get(key)).decode("latin-1") + key for key in await stores.blobs.keys("t")]
    return "\n".join([*documents, *objects])


async def job_of(stores: Stores, deletion: dict[str, Any]) -> Job:
    found = await JobMoves(stores.database).get(deletion["id"])
    assert found is not None
    return found


async def learned(stores: Stores, tenant: str, dataset: Dataset, *where: str) -> Model:
    part = {"dataset_id": dataset.id, "version": 1, "where": list(where)}
    return await add_model(stores, tenant, facts=[{"lineage": {"training_id": "trn_1", "data": [part]}}])


async def add_selector_with_maps(stores: Stores, tenant: str, model: Model) -> Selector:
    member = SelectorMember(model_id=model.id, version=1, name=model.name, digest="sha256:0", images=9)
    files = []
    for name in ("features-first.png", "features-last.png", "curves.png"):
        key, digest = await stores.blobs.put_content(f"t/{tenant}/jobs", f"{model.id} {name}".encode(), ".png")
        files.append(
            ModelFile(name=name, key=key, bytes=len(f"{model.id} {name}"), sha256=digest, media_type="image/png")
        )
    selector = make_selector(tenant, models=[member], files=files)
    return await SelectorRepository(stores.database, tenant).add(selector)


async def reimaged(desk: Desk, hand: Hand, wanted: str) -> dict[str, Any]:
    made = await desk.order("reimagings", image={"image_id": wanted})
    await hand.succeed(await hand.claim(made["id"]), {"candidates": []}, {"final.png": wanted.encode()})
    return made


class TestFromTheOrderOn:
    async def test_no_answer_shows_the_person(
        self, desk: Desk, faces: Dataset, hand: Hand, fill_dataset: FillDataset
    ) -> None:
        client, theirs = desk.client, [image_id(faces.id, row) for row in THEIRS]
        everyone = await desk.done("exports", dataset_id=faces.id)
        others = await desk.done("exports", dataset_id=faces.id, where=["subject:bob"])
        filled, of_bob = await reimaged(desk, hand, theirs[0]), await reimaged(desk, hand, image_id(faces.id, 2))
        await desk.done(
            "imports", dataset_id=faces.id, source={"type": "edit", "where": ["mouth:2"], "set": {"mouth": "1"}}
        )
        await desk.order("deletions", subject=ANN)
        for wanted in theirs:
            for path in (
                f"/v1/images/{wanted}",
                f"/v1/images/{wanted}/content",
                f"/v1/images/{wanted}/content?size=thumb",
            ):
                assert (await client.get(path)).status_code == 404
        for version in (1, 2):
            assert await seen(desk, faces.id, version=version) == [2, 4, 5]
            found = await desk.json("/v1/facets", dataset_id=faces.id, version=version)
            assert found["total"] == 3
            assert ANN not in json.dumps(found)
        sheet = await client.get("/v1/image-sheets", params={"dataset_id": faces.id})
        assert (sheet.status_code, sheet.headers["Sheet-Count"]) == (200, "3")
        for gone in (
            f"/v1/exports/{everyone['id']}/content",
            f"/v1/reimagings/{filled['id']}",
            f"/v1/jobs/{filled['id']}",
        ):
            assert (await client.get(gone)).status_code == 404
        for stays in (f"/v1/exports/{others['id']}/content", f"/v1/reimagings/{of_bob['id']}"):
            assert (await client.get(stays)).status_code == 200
        refused = await client.post("/v1/reimagings", json={"image": {"image_id": theirs[0]}})
        assert refused.status_code == 404

    async def test_what_is_about_to_show_the_person_is_cancelled(self, desk: Desk, faces: Dataset) -> None:
        other = (await desk.client.post("/v1/datasets", json={"name": "other"})).json()["id"]
        merge = await desk.order(
            "imports", dataset_id=other, source={"type": "merge", "parts": [{"dataset_id": faces.id}]}
        )
        claim = await to_thread.run_sync(desk.worker.claim, merge["id"])
        assert claim is not None
        ordered = await desk.order("deletions", subject=ANN)
        assert (await desk.json(f"/v1/jobs/{merge['id']}"))["cancel_requested"] is True

        def end() -> None:
            with desk.worker.holding(claim) as held:
                importing.carry_out(held, desk.worker.port, threading.Event())

        await to_thread.run_sync(end)
        assert (await desk.json(f"/v1/datasets/{other}"))["latest_version"] == 0
        assert (await desk.carry_out(ordered))["result"]["cancelled_jobs"] == [merge["id"]]

    async def test_what_was_published_during_the_search_is_hidden_too(
        self, desk: Desk, faces: Dataset, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = (await desk.client.post("/v1/datasets", json={"name": "other"})).json()["id"]
        merges = [{"type": "merge", "parts": [{"dataset_id": faces.id}]}]

        async def search(*args: Any) -> Erasure:  # noqa: ANN401 those of `find`
            found = await find(*args)
            if merges:
                await desk.done("imports", dataset_id=other, source=merges.pop())
            return found

        monkeypatch.setattr(hiding, "find", search)
        await desk.order("deletions", subject=ANN)
        assert await seen(desk, other) == [2, 4, 5]

    async def test_an_order_that_was_carried_out_meanwhile_leaves_no_note(
        self, desk: Desk, faces: Dataset, stores: Stores
    ) -> None:
        ended = await desk.done("deletions", subject=ANN)
        job = await job_of(stores, ended)
        await hide_at_once(stores, job, DeletionSpec.model_validate(job.spec))
        assert await stores.database["erasures"].find().to_list() == []

    async def test_it_cannot_be_cancelled_for_all_is_hidden(self, desk: Desk, faces: Dataset) -> None:
        made = await desk.order("deletions", subject=ANN)
        refused = await desk.client.post(f"/v1/jobs/{made['id']}/cancel")
        assert (refused.status_code, refused.json()["code"]) == (409, "job_state_conflict")
        assert refused.json()["allowed_actions"] == made["allowed_actions"] == []
        assert "hidden already" in refused.json()["detail"]
        assert (await desk.carry_out(made))["status"] == "succeeded"

    async def test_what_is_hidden_holds_no_idempotency_key(self, desk: Desk, faces: Dataset) -> None:
        wanted = {"json": {"dataset_id": faces.id}, "headers": {"Idempotency-Key": "k-1"}}
        first = await desk.client.post("/v1/exports", **wanted)
        await desk.order("deletions", subject=ANN)
        again = await desk.client.post("/v1/exports", **wanted)
        assert (again.status_code, again.json()["id"] != first.json()["id"]) == (202, True)

    async def test_a_dry_run_only_tells(self, desk: Desk, faces: Dataset, hand: Hand, stores: Stores) -> None:
        model = await learned(stores, desk.account.tenant, faces)
        await learned(stores, desk.account.tenant, faces, "subject:bob")
        export = await desk.order("exports", dataset_id=faces.id)
        filled = await reimaged(desk, hand, image_id(faces.id, 1))
        told = await desk.done("deletions", subject=ANN, dry_run=True)
        assert told["result"] is None
        assert told["impact"] == {
            "images": 3, "covered_copies": 0, "exports": [export["id"]], "reimagings": [filled["id"]], "batches": [],
            "versions": [{"dataset_id": faces.id, "version": 1, "images": 3}], "probes": [],
            "unfinished_jobs": [export["id"]], "models": [{"model_id": model.id, "version": 1}],
            "copies_of_others": 0,
        }  # fmt: skip
        assert await seen(desk, faces.id) == [1, 2, 3, 4, 5, 6]
        assert (await desk.json(f"/v1/models/{model.id}"))["flags"] == []

    async def test_orders_say_whom_and_where(self, desk: Desk, open_account: Open, faces: Dataset) -> None:
        other = await open_account()
        some = [image_id(faces.id, 1)]
        for body in (
            {"dataset_id": faces.id}, {"subject": ""}, {"subject": ANN, "all": True}, {"image_ids": []},
            {"subject": ANN, "image_ids": some}, {"dataset_id": faces.id, "image_ids": some},
        ):  # fmt: skip
            assert (await desk.client.post("/v1/deletions", json=body)).status_code == 422
        refused = await other.client.post("/v1/deletions", json={"subject": ANN, "dataset_id": faces.id})
        assert refused.status_code == 404
        strange = await other.client.post("/v1/deletions", json={"image_ids": some})
        assert (strange.status_code, strange.json()["errors"][0]["pointer"]) == (404, "/image_ids/0")
        made = await desk.order("deletions", subject=ANN)
        assert (await other.client.get(f"/v1/deletions/{made['id']}")).status_code == 404


class TestWhenItHasEnded:
    async def test_nothing_of_the_person_is_left_but_the_order(
        self, desk: Desk, faces: Dataset, hand: Hand, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        tenant, theirs = desk.account.tenant, [sha256_hex(png(row - 1)) for row in THEIRS]
        await desk.done(
            "imports", dataset_id=faces.id, source={"type": "edit", "where": ["mouth:1"], "set": {"subject": None}}
        )
        merged = await fill_dataset(tenant, values=[{"subject": "cara"}], pictures=[png(20)])
        await desk.done(
            "imports", dataset_id=merged.id, source={"type": "merge", "parts": [{"dataset_id": faces.id, "version": 1}]}
        )
        covered = await desk.client.post("/v1/datasets", json={"name": "covered", "role": "test"})
        source = {
            "type": "coverings",
            "of": {"dataset_id": faces.id, "version": 1},
            "families": ["surgical"],
            "seed": 7,
        }
        await desk.done("imports", dataset_id=covered.json()["id"], source=source)
        await desk.done("exports", dataset_id=faces.id, version=1, where=[f"subject:{ANN}"])
        filled = await reimaged(desk, hand, image_id(faces.id, 3))
        made = OwnOutputs(id=filled["id"], tenant=tenant, digests=[], hashes=b"", parts=[], created_at=now())
        await OwnOutputRepository(stores.database).add(made)
        await stores.blobs.put(thumbnail_key(tenant, theirs[0]), b"small")
        ended = await desk.done("deletions", subject=ANN)
        left = await dump(stores, await job_of(stores, ended))
        found = [
            part[max(0, part.index(ANN) - 200) : part.index(ANN) + 60] for part in left.splitlines() if ANN in part
        ]
        assert found == []
        assert [digest for digest in theirs if digest in left] == []
        assert filled["id"] not in left
        assert all(png(row - 1).decode("latin-1") not in left for row in THEIRS)
        assert png(1).decode("latin-1") in left
        receipt = ended["result"]
        assert receipt["statement"] == "Deleting pictures does not make a model forget them."
        assert receipt["deleted"]["images"] == 6
        assert receipt["deleted"]["covered_copies"] == 3
        assert receipt["deleted"]["thumbnails"] == 1
        assert (receipt["deleted"]["exports"], receipt["deleted"]["reimagings"]) == (1, 1)
        assert receipt["kept"] == {"digests": [], "reason": None}
        assert {f"sha256:{digest}" for digest in theirs} <= set(receipt["digests"])
        assert len(receipt["digests"]) == receipt["deleted"]["objects"]

    async def test_covered_copies_go_that_do_not_say_whom_they_show(self, desk: Desk, faces: Dataset) -> None:
        schema = {"mouth": {"type": "enum", "values": ["1", "2"]}}
        target = await desk.client.post("/v1/datasets", json={"name": "covered", "role": "test", "attributes": schema})
        covered = target.json()["id"]
        source = {"type": "coverings", "of": {"dataset_id": faces.id}, "families": ["surgical"], "seed": 7}
        await desk.done("imports", dataset_id=covered, source=source)
        assert await seen(desk, covered) == [1, 2, 3, 4, 5, 6]
        ended = await desk.done("deletions", subject=ANN)
        assert await seen(desk, covered) == [2, 4, 5]
        assert ended["result"]["deleted"]["covered_copies"] == 3

    async def test_what_jobs_were_asked_for_names_the_person_no_more(
        self, desk: Desk, faces: Dataset, stores: Stores
    ) -> None:
        jobs = JobRepository(stores.database, desk.account.tenant)
        data = {"data": [{"dataset_id": faces.id, "version": 1, "where": [f"subject:{ANN}", "mouth:1"]}]}
        edit = {"dataset_id": faces.id, "source": "edit", "edit": {"rows": [1], "set": {"subject": ANN}}}
        asked = [
            await jobs.add(make_job(kind, desk.account.tenant, spec=spec, status="succeeded"))
            for kind, spec in ((JobKind.TRAINING, data), (JobKind.IMPORT, edit))
        ]
        await desk.done("deletions", subject=ANN)
        training, changed = [(await jobs.require(job.id)).spec for job in asked]
        assert training["data"][0]["where"] == ["subject:(erased)", "mouth:1"]
        assert changed["edit"]["set"] == {"subject": "(erased)"}

    async def test_each_dataset_has_a_version_that_follows(self, desk: Desk, faces: Dataset) -> None:
        before = await desk.json(f"/v1/datasets/{faces.id}/versions/1")
        ended = await desk.done("deletions", subject=ANN)
        after = await desk.json(f"/v1/datasets/{faces.id}")
        assert (after["latest_version"], after["image_count"]) == (2, 3)
        assert after["attributes"]["subject"]["values"] == ["bob"]
        for number in (1, 2):
            version = await desk.json(f"/v1/datasets/{faces.id}/versions/{number}")
            assert (version["image_count"], version["digest"] != before["digest"]) == (3, True)
            assert await seen(desk, faces.id, version=number) == [2, 4, 5]
        assert version["import_id"] == ended["id"]
        again = await desk.done("deletions", subject=ANN)
        assert set(again["result"]["deleted"].values()) == {0}
        assert (await desk.json(f"/v1/datasets/{faces.id}"))["latest_version"] == 2

    async def test_models_that_learned_are_flagged_and_told_how_to_learn_anew(
        self, desk: Desk, faces: Dataset, stores: Stores
    ) -> None:
        await desk.client.post("/v1/webhook-endpoints", json={"url": "https://example.org/", "event_types": ["*"]})
        model = await learned(stores, desk.account.tenant, faces)
        other = await learned(stores, desk.account.tenant, faces, "subject:bob")
        ended = await desk.done("deletions", subject=ANN)
        (affected,) = ended["result"]["affected_models"]
        assert (affected["model_id"], affected["version"]) == (model.id, 1)
        assert affected["training"]["data"] == [{"dataset_id": faces.id, "version": "latest", "where": []}]
        (flag,) = (await desk.json(f"/v1/models/{model.id}"))["flags"]
        assert (flag["code"], flag["deletion_id"]) == ("subject_erased", ended["id"])
        shared = await desk.client.patch(f"/v1/models/{model.id}", json={"visibility": "public", "licence": "MIT"})
        assert (shared.status_code, shared.json()["code"]) == (403, "sharing_blocked")
        assert (await desk.json(f"/v1/models/{other.id}"))["flags"] == []
        deliveries = DeliveryRepository(stores.database, desk.account.tenant)
        for event, subject in (("model.flagged", model.id), ("deletion.completed", ended["id"])):
            told = await deliveries.page(PageRequest(), event=event)
            assert [row.subject for row in told.items] == [subject]

    async def test_models_of_readers_are_flagged_and_only_counted(
        self, desk: Desk, faces: Dataset, open_account: Open, stores: Stores
    ) -> None:
        reader = await open_account()
        shared = {"visibility": "shared", "shared_with": [reader.tenant]}
        assert (await desk.client.patch(f"/v1/datasets/{faces.id}", json=shared)).status_code == 200
        theirs = await learned(stores, reader.tenant, faces)
        spared = await learned(stores, reader.tenant, faces, "mouth:9")
        ended = await desk.done("deletions", subject=ANN)
        assert ended["result"]["changed"]["models_of_others"] == 1
        assert theirs.id not in json.dumps(ended) + json.dumps(ended["result"])
        (flag,) = (await reader.client.get(f"/v1/models/{theirs.id}")).json()["flags"]
        assert (flag["code"], flag["dataset_id"], flag["deletion_id"]) == ("subject_erased", faces.id, None)
        assert (await reader.client.get(f"/v1/models/{spared.id}")).json()["flags"] == []

    async def test_what_readers_made_of_the_images_is_gone_and_only_counted(
        self, desk: Desk, faces: Dataset, open_account: Open, worker: Worker, stores: Stores, hand: Hand
    ) -> None:
        reader = Desk(await open_account(), worker)
        shared = {"visibility": "shared", "shared_with": [reader.account.tenant], "download": True}
        await desk.client.patch(f"/v1/datasets/{faces.id}", json=shared)
        whole = await reader.done("exports", dataset_id=faces.id)
        filled, spared = [await reimaged(reader, hand, image_id(faces.id, row)) for row in (1, 2)]
        batch = await reader.order("batches", images=[{"image_id": image_id(faces.id, row)} for row in (2, 3)])
        made = [whole["id"], filled["id"], batch["id"]]
        told = await desk.done("deletions", subject=ANN, dry_run=True)
        await desk.order("deletions", subject=ANN)
        for path in (f"/v1/exports/{whole['id']}/content", f"/v1/reimagings/{filled['id']}"):
            assert (await reader.client.get(path)).status_code == 404
        ended = await desk.done("deletions", subject=ANN)
        assert ended["result"]["changed"]["jobs_of_others"] == len(made)
        assert not [one for one in made if one in json.dumps([told["impact"], ended["result"]])]
        assert (await reader.json(f"/v1/batches/{batch['id']}"))["status"] == "cancelled"
        left = await stores.blobs.keys(f"t/{reader.account.tenant}/jobs")
        assert {key.split("/")[3] for key in left} == {spared["id"]}
        inputs = await BatchRepository(stores.database).inputs(batch["id"])
        assert inputs is not None
        assert [one.image.image_id for one in inputs.inputs] == [image_id(faces.id, 2), None]
        assert (await reader.client.get(f"/v1/reimagings/{spared['id']}")).status_code == 200

    async def test_a_training_that_ran_meanwhile_makes_a_flagged_model(
        self, desk: Desk, faces: Dataset, open_account: Open, stores: Stores
    ) -> None:
        reader, before = await open_account(), now()
        shared = {"visibility": "shared", "shared_with": [reader.tenant]}
        await desk.client.patch(f"/v1/datasets/{faces.id}", json=shared)
        await desk.done("deletions", subject=ANN)
        model = await learned(stores, reader.tenant, faces)
        version = await ModelVersionRepository(stores.database, reader.tenant).of_model(model.id, 1)
        assert version is not None
        for ordered_at, codes in ((now(), []), (before, ["subject_erased"])):
            await flag_if_withdrawn(stores, version, ordered_at)
            flags = (await reader.client.get(f"/v1/models/{model.id}")).json()["flags"]
            assert [flag["code"] for flag in flags] == codes

    async def test_selectors_show_no_face_that_their_models_learned_from(
        self, desk: Desk, faces: Dataset, stores: Stores
    ) -> None:
        model = await learned(stores, desk.account.tenant, faces)
        other = await learned(stores, desk.account.tenant, faces, "subject:bob")
        theirs = await add_selector_with_maps(stores, desk.account.tenant, model)
        of_bob = await add_selector_with_maps(stores, desk.account.tenant, other)
        await desk.done("deletions", subject=ANN)
        for selector, status in ((theirs, 404), (of_bob, 200)):
            path = f"/v1/selectors/{selector.id}/files"
            assert (await desk.client.get(f"{path}/features-first.png")).status_code == status
            assert (await desk.client.get(f"{path}/curves.png")).status_code == 200
            assert await stores.blobs.exists(selector.files[0].key) is (status == 200)

    async def test_what_others_have_stays(
        self, desk: Desk, faces: Dataset, open_account: Open, worker: Worker, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        other = Desk(await open_account(), worker)
        theirs = await fill_dataset(other.account.tenant, **people())
        twin = await fill_dataset(desk.account.tenant, values=[{"subject": "bob"}], pictures=[png(0)])
        ended = await desk.done("deletions", subject=ANN)
        assert await seen(other, theirs.id) == [1, 2, 3, 4, 5, 6]
        assert (await other.client.get(f"/v1/images/{image_id(theirs.id, 1)}/content")).status_code == 200
        assert (await desk.client.get(f"/v1/images/{image_id(twin.id, 1)}/content")).status_code == 200
        assert ended["result"]["kept"]["digests"] == [f"sha256:{sha256_hex(png(0))}"]
        assert "same bytes" in ended["result"]["kept"]["reason"]
        assert not await stores.blobs.exists(image_key(desk.account.tenant, sha256_hex(png(2))))

    async def test_one_dataset_alone_may_be_meant(self, desk: Desk, faces: Dataset, fill_dataset: FillDataset) -> None:
        second = await fill_dataset(desk.account.tenant, values=[{"person": ANN}], pictures=[png(9)])
        await desk.done("deletions", subject=ANN, dataset_id=faces.id)
        assert (await seen(desk, faces.id), await seen(desk, second.id)) == ([2, 4, 5], [1])
        await desk.done("deletions", subject=ANN)
        assert await seen(desk, second.id) == []

    async def test_images_are_erased_by_their_ids_whoever_they_show(
        self, desk: Desk, faces: Dataset, stores: Stores, fill_dataset: FillDataset, hand: Hand
    ) -> None:
        same = await fill_dataset(desk.account.tenant, values=[{"subject": "cara"}], pictures=[png(1)])
        filled = await reimaged(desk, hand, image_id(faces.id, 4))
        ordered = await desk.order("deletions", image_ids=[image_id(faces.id, row) for row in (4, 2)])
        assert await seen(desk, faces.id) == [1, 3, 5, 6]
        assert (await desk.client.get(f"/v1/reimagings/{filled['id']}")).status_code == 404
        ended = await desk.carry_out(ordered)
        assert ended["image_ids"] == [image_id(faces.id, row) for row in (2, 4)]
        assert (ended["subject"], ended["result"]["deleted"]["images"], await seen(desk, same.id)) == (None, 3, [])
        for row in (2, 4):
            assert not await stores.blobs.exists(image_key(desk.account.tenant, sha256_hex(png(row - 1))))
        assert (await desk.json("/v1/facets", dataset_id=faces.id, where=f"subject:{ANN}"))["total"] == 3

    async def test_whoever_could_be_imported_can_be_erased(
        self, desk: Desk, faces: Dataset, fill_dataset: FillDataset
    ) -> None:
        names = ["x" * 1000, "two\nlines", "\u202eback", "nul\0"]
        odd = await fill_dataset(desk.account.tenant, values=[{"subject": one} for one in [*names, "bob"]])
        for name in names:
            ended = await desk.done("deletions", subject=name)
            assert ended["result"]["deleted"]["images"] == 1
        assert await seen(desk, odd.id) == [5]

    async def test_images_of_a_deleted_dataset_go_too(self, desk: Desk, faces: Dataset, stores: Stores) -> None:
        assert (await desk.client.delete(f"/v1/datasets/{faces.id}")).status_code == 204
        ended = await desk.done("deletions", subject=ANN)
        assert ended["result"]["deleted"]["images"] == 3
        assert ANN not in await dump(stores, await job_of(stores, ended))

    async def test_jobs_that_use_the_images_are_cancelled_and_no_others(
        self, desk: Desk, faces: Dataset, hand: Hand
    ) -> None:
        export = await desk.order("exports", dataset_id=faces.id)
        others = await desk.order("exports", dataset_id=faces.id, where=["subject:bob"])
        waits = await desk.order("imports", dataset_id=faces.id, source={"type": "generator", "set": "faces-light"})
        ended = await desk.done("deletions", subject=ANN)
        assert ended["result"]["cancelled_jobs"] == [export["id"]]
        for job in (others, waits):
            assert (await desk.json(job["urls"]["self"]))["status"] == "queued"


class TestCopiesOfReaders:
    async def test_go_by_an_order_in_the_readers_name(
        self, desk: Desk, faces: Dataset, open_account: Open, worker: Worker, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        reader = Desk(await open_account(), worker)
        own = await fill_dataset(reader.account.tenant, values=[{"subject": "mine"}], pictures=[png(0)])
        copy = await copied(desk, faces, reader)
        learner = await learned(stores, reader.account.tenant, copy)
        told = await desk.done("deletions", subject=ANN, dry_run=True)
        ordered = await desk.order("deletions", subject=ANN)
        assert await seen(reader, copy.id) == [2, 4, 5]
        (order,) = await orders_of(reader)
        assert [one["code"] for one in order["warnings"]] == ["source_erased"]
        ended = await desk.carry_out(ordered)
        theirs = await reader.carry_out(order)
        assert (told["impact"]["copies_of_others"], ended["result"]["changed"]["copies_of_others"]) == (3, 3)
        said = json.dumps([told["impact"], ended["result"]])
        assert not [one for one in (copy.id, reader.account.tenant, order["id"]) if one in said]
        assert theirs["result"]["deleted"]["images"] == 3
        assert ANN not in json.dumps([order, theirs])
        after = await reader.json(f"/v1/datasets/{copy.id}")
        assert (after["latest_version"], after["image_count"]) == (2, 3)
        assert (await reader.json(f"/v1/datasets/{copy.id}/versions/2"))["import_id"] == order["id"]
        (flag,) = (await reader.json(f"/v1/models/{learner.id}"))["flags"]
        assert (flag["code"], flag["deletion_id"]) == ("subject_erased", order["id"])
        assert not await stores.blobs.exists(image_key(reader.account.tenant, sha256_hex(png(2))))
        assert await seen(reader, own.id) == [1], "their own picture, though its bytes are the same"
        assert await stores.blobs.exists(image_key(reader.account.tenant, sha256_hex(png(0))))

    async def test_go_whatever_the_reader_calls_them_and_wherever_they_were_copied_on(
        self, desk: Desk, faces: Dataset, open_account: Open, worker: Worker
    ) -> None:
        reader, second = Desk(await open_account(), worker), Desk(await open_account(), worker)
        copy = await copied(desk, faces, reader)
        edit = {"type": "edit", "where": [f"subject:{ANN}"], "set": {"subject": "bob"}}
        await reader.done("imports", dataset_id=copy.id, source=edit)
        covered = (await reader.client.post("/v1/datasets", json={"name": "covered", "role": "test"})).json()["id"]
        source = {"type": "coverings", "of": {"dataset_id": copy.id}, "families": ["surgical"], "seed": 7}
        await reader.done("imports", dataset_id=covered, source=source)
        far = await copied(reader, copy, second)
        await copied(second, far, desk, "back again")
        await desk.order("deletions", subject=ANN)
        for place, dataset in ((reader, copy.id), (reader, covered), (second, far.id)):
            assert await seen(place, dataset) == [2, 4, 5]
        for place in (reader, second):
            for order in await orders_of(place):
                assert (await place.carry_out(order))["status"] == "succeeded"

    async def test_an_import_that_reads_them_now_is_cancelled(
        self, desk: Desk, faces: Dataset, open_account: Open, worker: Worker
    ) -> None:
        reader = Desk(await open_account(), worker)
        await share(desk, faces.id, reader)
        target = (await reader.client.post("/v1/datasets", json={"name": "copies"})).json()["id"]
        merge = await reader.order("imports", dataset_id=target, source=merge_of(faces.id))
        others = await reader.order("imports", dataset_id=target, source=merge_of(faces.id, "subject:bob"))
        for one in (merge, others):
            assert await to_thread.run_sync(worker.claim, one["id"]) is not None
        await desk.order("deletions", subject=ANN)
        for one, is_cancelled in ((merge, True), (others, False)):
            assert (await reader.json(f"/v1/jobs/{one['id']}"))["cancel_requested"] is is_cancelled

    async def test_what_was_copied_before_the_share_ended_goes_too(
        self, desk: Desk, faces: Dataset, open_account: Open, worker: Worker
    ) -> None:
        reader = Desk(await open_account(), worker)
        copy = await copied(desk, faces, reader)
        await desk.client.patch(f"/v1/datasets/{faces.id}", json={"visibility": "private"})
        await desk.order("deletions", image_ids=[image_id(faces.id, row) for row in THEIRS])
        assert await seen(reader, copy.id) == [2, 4, 5]

    async def test_are_ordered_once_whoever_dies(
        self, desk: Desk, faces: Dataset, open_account: Open, worker: Worker, stores: Stores
    ) -> None:
        reader = Desk(await open_account(), worker)
        await copied(desk, faces, reader)
        job = await job_of(stores, await desk.order("deletions", subject=ANN))
        for _ in range(2):
            await hide_at_once(stores, job, DeletionSpec.model_validate(job.spec))
        assert len(await orders_of(reader)) == 1


def merge_of(dataset_id: str, *where: str) -> dict[str, Any]:
    return {"type": "merge", "parts": [{"dataset_id": dataset_id, "where": list(where)}]}


async def share(owner: Desk, dataset_id: str, reader: Desk) -> None:
    shared = {"visibility": "shared", "shared_with": [reader.account.tenant], "download": True}
    assert (await owner.client.patch(f"/v1/datasets/{dataset_id}", json=shared)).status_code == 200


async def copied(owner: Desk, dataset: Dataset, reader: Desk, name: str = "copies") -> Dataset:
    """Share a dataset, and let the reader merge it into one of its own."""
    await share(owner, dataset.id, reader)
    attestation = {"basis": "generated", "purpose": "tests", "minors_excluded": True}
    body = {"name": name, "attestation": attestation}
    target = (await reader.client.post("/v1/datasets", json=body)).json()["id"]
    await reader.done("imports", dataset_id=target, source=merge_of(dataset.id))
    return dataset.model_copy(update={"id": target, "tenant": reader.account.tenant})


async def orders_of(place: Desk) -> list[dict[str, Any]]:
    """What is to be erased by orders that nobody here has given."""
    jobs = (await place.json("/v1/jobs", kind="deletion", status="queued"))["data"]
    return [job for job in jobs if job["warnings"]]


class TestACrash:
    @pytest.mark.parametrize("point", ["deletion.planned", "deletion.rewritten", "deletion.bytes_deleted"])
    async def test_is_finished_by_the_next_attempt(
        self, desk: Desk, faces: Dataset, stores: Stores, monkeypatch: pytest.MonkeyPatch, point: str, hand: Hand
    ) -> None:
        await reimaged(desk, hand, image_id(faces.id, 1))
        made = await desk.order("deletions", subject=ANN)
        with monkeypatch.context() as patch:
            patch.setattr(failpoints, "_armed", lambda: failpoints.parse(f"{point}=raise"))
            crashed = await desk.carry_out(made)
        assert crashed["status"] == "queued"
        await wait_for_turn(stores, made["id"])
        ended = await desk.carry_out(made)
        assert ended["status"] == "succeeded", ended["error"]
        deleted = ended["result"]["deleted"]
        assert (deleted["images"], deleted["objects"], deleted["reimagings"]) == (3, 3, 1)
        assert (await desk.json(f"/v1/datasets/{faces.id}"))["latest_version"] == 2
        assert ANN not in await dump(stores, await job_of(stores, ended))


async def wait_for_turn(stores: Stores, job_id: str) -> None:
    """A crashed job waits a little before it is claimed again."""
    job = await JobMoves(stores.database).get(job_id)
    assert job is not None
    await stores.database["jobs"].update_one({"_id": job_id}, {"$set": {"not_before": job.created_at}})
