"""Sharing datasets: what a reader sees and may do with them, what it never sees, and that it ends at once."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.factories import make_job

from maskeraid_core.blobs import sha256_hex, thumbnail_key
from maskeraid_core.documents.datasets import Attribute, Dataset, DatasetVersion
from maskeraid_core.flagging import flag_if_withdrawn
from maskeraid_core.ids import image_id
from maskeraid_core.jobs import JobKind
from maskeraid_core.manifests import read_manifest, write_manifest
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.dataset_shares import SharedDatasetRepository
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.deliveries import DeliveryRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelVersionRepository
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.sweeper import sweep

from .conftest import ATTESTATION, Account, FillDataset, Hand, Open
from .made_models import add_model

REPORTS = ("/reports/coverage", "/reports/confounds")
DRAWN = {"type": "generator", "set": "faces-light"}
PRIVATE = Attribute(private=True)
PLACE = Attribute(type="geo", exact=True)


@pytest.fixture
async def reader(open_account: Open) -> Account:
    return await open_account()


@pytest.fixture
async def dataset(account: Account, fill_dataset: FillDataset) -> Dataset:
    return await fill_dataset(account.tenant, 10, metadata={"mine": "x"}, client_reference_id="c-1")


AddVersion = Callable[..., Any]


@pytest.fixture
def add_version(stores: Stores) -> AddVersion:
    """The next version of a dataset, with further attributes, as (schema, value of every row) by name."""

    async def add(dataset: Dataset, **more: tuple[Attribute, str]) -> Dataset:
        datasets = DatasetRepository(stores.database, dataset.tenant)
        versions = DatasetVersionRepository(stores.database, dataset.tenant)
        known = await datasets.require(dataset.id)
        before = await versions.of_dataset(dataset.id, known.latest_version)
        assert before is not None
        rows = [
            {**row, **{f"attr:{name}": value for name, (_, value) in more.items()}}
            for row in await _rows(stores, before)
        ]
        key, digest = await stores.blobs.put_content(f"t/{dataset.tenant}/manifests", write_manifest(rows), ".parquet")
        number = known.latest_version + 1
        facts = {
            "id": f"{dataset.id}:{number}", "version": number, "parent_version": known.latest_version,
            "manifest_key": key, "manifest_sha256": digest, "report": {"rows": "secret"},
            "attributes": {**before.attributes, **{name: one for name, (one, _) in more.items()}},
        }  # fmt: skip
        version = before.model_copy(update=facts)
        await versions.put(version)
        assert await datasets.publish(version)
        return await datasets.require(dataset.id)

    return add


async def _rows(stores: Stores, version: DatasetVersion) -> list[dict[str, Any]]:
    return read_manifest(await stores.blobs.get(version.manifest_key, version.manifest_sha256)).to_dicts()


async def share(owner: Account, dataset: Dataset, **change: Any) -> httpx.Response:  # noqa: ANN401 fields of the API
    return await owner.client.patch(f"/v1/datasets/{dataset.id}", json=change)


async def share_with(owner: Account, dataset: Dataset, *readers: Account, **change: Any) -> None:  # noqa: ANN401
    named = [reader.tenant for reader in readers]
    answer = await share(owner, dataset, visibility="shared", shared_with=named, **change)
    assert answer.status_code == 200, answer.text


async def order_training(caller: Account, dataset: Dataset, **choice: Any) -> httpx.Response:  # noqa: ANN401
    return await caller.client.post("/v1/trainings", json={"name": "t", "data": [{"dataset_id": dataset.id, **choice}]})


def plain(answer: httpx.Response) -> object:
    return {name: value for name, value in answer.json().items() if name not in ("request_id", "instance")}


class TestReader:
    async def test_sees_the_dataset_and_not_what_is_its_owners(
        self, account: Account, reader: Account, dataset: Dataset, add_version: AddVersion, open_account: Open
    ) -> None:
        await add_version(dataset)
        await share_with(account, dataset, reader, await open_account(), licence="CC-BY-4.0")
        path = f"/v1/datasets/{dataset.id}"
        (found,) = (await reader.client.get("/v1/datasets", params={"visibility": "shared"})).json()["data"]
        assert found == (await reader.client.get(path)).json()
        owner = (await account.client.get("/v1/me")).json()["tenant_name"]
        assert (found["access"], found["owner"], found["licence"]) == ("shared", owner, "CC-BY-4.0")
        assert (found["shared_with"], found["metadata"], found["client_reference_id"]) == ([], {}, None)
        assert (found["attestation"]["basis"], found["image_count"]) == ("consent", 10)
        version = (await reader.client.get(f"{path}/versions/latest")).json()
        assert (version["version"], version["import_id"], version["report"]) == (2, None, {})
        listed = (await reader.client.get(f"{path}/versions")).json()["data"]
        assert [one["import_id"] for one in listed] == [None, None]
        assert account.tenant not in str(found) + str(version)
        for shelf in ("own", "public"):
            assert (await reader.client.get("/v1/datasets", params={"visibility": shelf})).json()["data"] == []

    async def test_looks_at_rows_counts_and_pictures(
        self, account: Account, reader: Account, dataset: Dataset, stores: Stores
    ) -> None:
        await share_with(account, dataset, reader)
        query = {"dataset_id": dataset.id, "where": "mouth:2"}
        first, *others = (await reader.client.get("/v1/images", params=query)).json()["data"]
        assert (len(others), first["attributes"]) == (4, {"mouth": "2"})
        facets = (await reader.client.get("/v1/facets", params=query)).json()
        assert facets["sentence"] == "5 images. mouth: 1 value"
        assert (await reader.client.get(first["urls"]["self"])).json()["sha256"] == first["sha256"]
        assert (await reader.client.get(first["urls"]["content"])).content == b"picture 1"
        await stores.blobs.put(thumbnail_key(account.tenant, first["sha256"]), b"small")
        assert (await reader.client.get(first["urls"]["thumbnail"])).content == b"small"
        sheet = await reader.client.get("/v1/image-sheets", params=query)
        assert (sheet.status_code, sheet.headers["sheet-count"]) == (200, "5")

    async def test_never_learns_the_names_of_files(
        self, account: Account, reader: Account, fill_dataset: FillDataset
    ) -> None:
        dataset = await fill_dataset(account.tenant, 3, measured=lambda row: {"file": f"ann-{row}.png"})
        await share_with(account, dataset, reader)
        query = {"dataset_id": dataset.id}
        for one, names in ((account, ["ann-1.png", "ann-2.png", "ann-3.png"]), (reader, ["1.png", "2.png", "3.png"])):
            rows = (await one.client.get("/v1/images", params=query)).json()["data"]
            assert [row["file"] for row in rows] == names

    async def test_trains_on_it_and_sees_what_learned_from_it(
        self, account: Account, reader: Account, dataset: Dataset, stores: Stores
    ) -> None:
        await share_with(account, dataset, reader)
        ordered = await order_training(reader, dataset, where=["mouth:1"], version="latest")
        assert ordered.status_code == 422, "five images are too few"
        ordered = await order_training(reader, dataset)
        assert ordered.status_code == 202
        assert ordered.json()["data"] == [{"dataset_id": dataset.id, "version": 1, "where": []}]
        lineage = {"data": ordered.json()["data"]}
        model = await add_model(stores, reader.tenant, facts=[{"lineage": lineage}])
        rows = (await reader.client.get("/v1/images", params={"model_id": model.id})).json()["data"]
        assert len(rows) == 10
        assert rows[0]["models"] == [{"model_id": model.id, "version": 1}]
        own = (await account.client.get("/v1/images", params={"dataset_id": dataset.id})).json()["data"]
        assert own[0]["models"] == [], "another's models are another's business"

    async def test_re_images_its_pictures(self, account: Account, reader: Account, dataset: Dataset) -> None:
        image = {"image_id": image_id(dataset.id, 3)}
        orders: list[tuple[str, dict[str, Any]]] = [
            ("reimagings", {"image": image}),
            ("batches", {"images": [image]}),
            ("batches", {"dataset": {"dataset_id": dataset.id, "where": ["mouth:2"]}}),
        ]
        for path, body in orders:
            assert (await reader.client.post(f"/v1/{path}", json=body)).status_code == 404
        await share_with(account, dataset, reader)
        for path, body in orders:
            made = await reader.client.post(f"/v1/{path}", json=body)
            assert made.status_code == 202, made.text
        await share(account, dataset, visibility="private")
        for path, body in orders:
            assert (await reader.client.post(f"/v1/{path}", json=body)).status_code == 404

    async def test_exports_it_while_downloads_are_allowed(
        self, account: Account, reader: Account, dataset: Dataset, hand: Hand
    ) -> None:
        wanted = {"dataset_id": dataset.id}
        await share_with(account, dataset, reader)
        refused = await reader.client.post("/v1/exports", json=wanted)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (404, "/dataset_id")
        assert "ask its owner to allow downloads" in refused.json()["detail"]
        await share_with(account, dataset, reader, download=True)
        made = (await reader.client.post("/v1/exports", json=wanted)).json()
        job = await hand.claim(made["id"])
        await hand.blobs.put(f"{job.attempt_prefix}content.zip", b"zip")
        facts = {"images": 10, "key": f"{job.attempt_prefix}content.zip", "bytes": 3, "sha256": sha256_hex(b"zip")}
        await hand.succeed(job, facts)
        path = f"/v1/exports/{made['id']}/content"
        assert (await reader.client.get(path)).content == b"zip"
        assert (await account.client.get(path)).status_code == 404, "another's export"
        await share_with(account, dataset, reader, download=False)
        assert (await reader.client.get(path)).status_code == 404
        await share(account, dataset, visibility="private")
        assert (await reader.client.get(path)).status_code == 404

    async def test_covers_its_faces_while_downloads_are_allowed(
        self, account: Account, reader: Account, dataset: Dataset
    ) -> None:
        into = (await reader.client.post("/v1/datasets", json={"name": "mine"})).json()["id"]
        wanted = {"dataset_id": into, "source": {"type": "coverings", "of": {"dataset_id": dataset.id}}}
        for may, status in ((False, 404), (True, 202)):
            await share_with(account, dataset, reader, download=may)
            assert (await reader.client.post("/v1/imports", json=wanted)).status_code == status
        assert (await reader.client.get(f"/v1/datasets/{into}")).json()["attestation"] is None, "another's word"

    async def test_changes_nothing(self, account: Account, reader: Account, dataset: Dataset) -> None:
        await share_with(account, dataset, reader, download=True)
        path, client = f"/v1/datasets/{dataset.id}", reader.client
        before = (await account.client.get(path)).json()
        tries = [
            await client.patch(path, json={"name": "n"}), await client.delete(path, params={"force": True}),
            await client.patch(path, json={"visibility": "public", "licence": "MIT"}),
            await client.post("/v1/imports", json={"dataset_id": dataset.id, "source": DRAWN}),
            await client.post("/v1/imports", data={"dataset_id": dataset.id}, files={"files": ("a.png", b"x")}),
        ]  # fmt: skip
        assert [answer.status_code for answer in tries] == [404] * len(tries), [answer.text for answer in tries]
        assert (await account.client.get(path)).json() == before

    async def test_is_told(self, account: Account, reader: Account, dataset: Dataset, stores: Stores) -> None:
        await reader.client.post("/v1/webhook-endpoints", json={"url": "https://example.org/"})
        for _ in range(2):  # who has it already is not told again
            await share_with(account, dataset, reader)
        told = await DeliveryRepository(stores.database, reader.tenant).page(PageRequest())
        assert [(one.event, one.data["id"]) for one in told.items] == [("dataset.shared", dataset.id)]

    def test_its_repository_has_nothing_that_writes(self, stores: Stores) -> None:
        writing = {"add", "add_once", "change", "delete", "publish"}
        assert not writing & set(dir(SharedDatasetRepository(stores.database, "ten_1")))


class TestStranger:
    async def test_finds_what_is_shared_with_others_no_more_than_what_never_was(
        self, account: Account, reader: Account, dataset: Dataset, open_account: Open
    ) -> None:
        await share_with(account, dataset, reader)
        stranger = (await open_account()).client
        for path in (
            "/v1/datasets/{}",
            "/v1/datasets/{}/versions",
            "/v1/images?dataset_id={}",
            "/v1/facets?dataset_id={}",
        ):
            foreign = await stranger.get(path.format(dataset.id))
            unknown = await stranger.get(path.format("ds_" + "0" * 26))
            assert foreign.status_code == 404, path
            assert plain(foreign) == plain(unknown), path
        for shelf in ("own", "shared", "public"):
            query = {"visibility": shelf, "include": "total"}
            assert (await stranger.get("/v1/datasets", params=query)).json()["total"] == 0


class TestPrivateAttributes:
    @pytest.fixture
    async def secretive(self, dataset: Dataset, add_version: AddVersion) -> Dataset:
        found: Dataset = await add_version(dataset, person=(PRIVATE, "anna"), place=(PLACE, "52.520008,13.404954"))
        return found

    async def test_stay_with_their_owner_everywhere(
        self, account: Account, reader: Account, secretive: Dataset
    ) -> None:
        await share_with(account, secretive, reader, download=True)
        for name in ("facets", "images"):  # what is kept in memory for the owner is no answer for a reader
            assert "anna" in (await account.client.get(f"/v1/{name}", params={"dataset_id": secretive.id})).text
        query, path = {"dataset_id": secretive.id}, f"/v1/datasets/{secretive.id}"
        seen = [
            await reader.client.get(f"/v1/{name}", params=query) for name in ("images", "facets")
        ] + [await reader.client.get(f"{path}{end}") for end in ("", "/versions/2", *REPORTS)]  # fmt: skip
        assert {answer.status_code for answer in seen} == {200}
        assert not [answer.url for answer in seen if "anna" in answer.text or "person" in answer.text]
        refused = await reader.client.get("/v1/images", params={**query, "where": "person:anna"})
        unknown = await reader.client.get("/v1/images", params={**query, "where": "whoever:anna"})
        assert refused.status_code == unknown.status_code == 422
        assert refused.text.replace("person", "whoever").split("request_id")[0] == unknown.text.split("request_id")[0]
        assert (await order_training(reader, secretive, where=["person:anna"])).status_code == 422
        browsed = {"visibility": "shared", "where": "person:anna"}
        assert (await reader.client.get("/v1/datasets", params=browsed)).json()["data"] == []
        assert (await account.client.get("/v1/facets", params=query)).json()["facets"][-2]["attribute"] == "person"

    async def test_places_are_coarse_for_others(self, account: Account, reader: Account, secretive: Dataset) -> None:
        await share_with(account, secretive, reader)
        query = {"dataset_id": secretive.id, "limit": 1}
        (theirs,) = (await reader.client.get("/v1/images", params=query)).json()["data"]
        (own,) = (await account.client.get("/v1/images", params=query)).json()["data"]
        assert (theirs["attributes"]["place"], own["attributes"]["place"]) == ("52.5,13.4", "52.520008,13.404954")
        exact = {**query, "where": "place:52.520008,13.404954"}
        assert len((await reader.client.get("/v1/images", params=exact)).json()["data"]) == 1, "rounded, it matches"

    async def test_become_private_afterwards_and_in_older_versions(
        self, account: Account, reader: Account, dataset: Dataset, add_version: AddVersion, stores: Stores
    ) -> None:
        await share_with(account, dataset, reader)
        lineage = {"data": [{"dataset_id": dataset.id, "version": 1, "where": ["mouth:2"]}]}
        model = await add_model(stores, reader.tenant, facts=[{"lineage": lineage}])
        changed = await share(account, dataset, attributes={"mouth": {"private": True}})
        assert changed.json()["attributes"]["mouth"]["private"] is True
        await add_version(dataset)  # whose schema was read before
        query = {"dataset_id": dataset.id, "version": "1", "limit": 1}
        (row,) = (await reader.client.get("/v1/images", params=query)).json()["data"]
        assert (row["attributes"], row["models"]) == ({}, [{"model_id": model.id, "version": 1}])
        assert (await reader.client.get("/v1/images", params={"model_id": model.id})).json()["data"][0][
            "attributes"
        ] == {}
        assert (await reader.client.get(f"/v1/datasets/{dataset.id}")).json()["attributes"] == {}

    async def test_only_of_attributes_that_there_are(self, account: Account, dataset: Dataset) -> None:
        refused = (await share(account, dataset, attributes={"nose": {"private": True}})).json()
        assert refused["errors"][0]["pointer"] == "/attributes/nose"

    async def test_who_is_shown_is_private_unless_said_otherwise(self, client: httpx.AsyncClient) -> None:
        schema = {"subject": {}, "person": {"private": False}, "mouth": {}}
        made = (await client.post("/v1/datasets", json={"name": "a", "attributes": schema})).json()["attributes"]
        assert {name: one["private"] for name, one in made.items()} == {
            "subject": True,
            "person": False,
            "mouth": False,
        }


class TestEveryone:
    async def test_sees_the_versions_of_the_day_and_no_later_one(
        self, account: Account, reader: Account, dataset: Dataset, add_version: AddVersion
    ) -> None:
        assert (await share(account, dataset, visibility="public")).json()["errors"][0]["pointer"] == "/licence"
        assert (await share(account, dataset, visibility="public", licence="CC0-1.0")).status_code == 200
        opened = (await reader.client.get(f"/v1/datasets/{dataset.id}")).json()
        await add_version(dataset, beard=(Attribute(), "yes"))
        path, query = f"/v1/datasets/{dataset.id}", {"visibility": "public"}
        seen = (await reader.client.get(path)).json()
        assert (seen["latest_version"], list(seen["attributes"])) == (1, ["mouth"])
        assert {**seen, "updated_at": 0} == {**opened, "updated_at": 0}
        assert (await reader.client.get(f"{path}/versions/2")).status_code == 404
        assert (
            await reader.client.get("/v1/images", params={"dataset_id": dataset.id, "version": "2"})
        ).status_code == 404
        assert (await reader.client.get("/v1/datasets", params=query)).json()["data"] == [seen]
        assert (await account.client.get("/v1/datasets", params=query)).json()["data"] == [], "its own are not others'"
        await share(account, dataset, visibility="public")
        assert (await reader.client.get(path)).json()["latest_version"] == 2

    async def test_needs_that_somebody_vouches_for_the_faces(
        self, account: Account, reader: Account, fill_dataset: FillDataset
    ) -> None:
        dataset = await fill_dataset(account.tenant, attestation=None)
        refused = await share(account, dataset, visibility="shared", shared_with=[reader.tenant])
        assert (refused.status_code, refused.json()["code"]) == (422, "attestation_missing")
        await share_with(account, dataset, reader, attestation=ATTESTATION)

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"visibility": "shared"}, "/shared_with"), ({"shared_with": ["ten_" + "0" * 26]}, "/shared_with"),
            ({"visibility": "shared", "shared_with": ["ten_" + "0" * 26]}, "/shared_with/0"),
            ({"visibility": "tenants"}, "/visibility"),
        ],
    )  # fmt: skip
    async def test_names_what_is_wrong(
        self, account: Account, dataset: Dataset, change: dict[str, Any], pointer: str
    ) -> None:
        assert (await share(account, dataset, **change)).json()["errors"][0]["pointer"] == pointer


class TestRevocation:
    async def test_works_at_once_and_flags_models(
        self, account: Account, reader: Account, dataset: Dataset, open_account: Open, stores: Stores, hand: Hand
    ) -> None:
        other = await open_account()
        await share_with(account, dataset, reader, other)
        lineage = {"data": [{"dataset_id": dataset.id, "version": 1, "where": []}]}
        model, kept, own = [
            await add_model(stores, one.tenant, facts=[{"lineage": lineage}]) for one in (reader, other, account)
        ]
        job_id = (await order_training(reader, dataset)).json()["id"]
        await reader.client.post(f"/v1/jobs/{job_id}/cancel")
        await share_with(account, dataset, other)
        for path in (f"/v1/datasets/{dataset.id}", f"/v1/images?dataset_id={dataset.id}"):
            assert (await reader.client.get(path)).status_code == 404
            assert (await other.client.get(path)).status_code == 200
        assert (await order_training(reader, dataset)).status_code == 404
        assert (await reader.client.post(f"/v1/jobs/{job_id}/retry")).status_code == 404
        assert (await reader.client.get("/v1/images", params={"model_id": model.id})).json()["data"] == []
        flagged = (await reader.client.get(f"/v1/models/{model.id}")).json()["flags"]
        assert [(flag["code"], flag["dataset_id"]) for flag in flagged] == [("share_revoked", dataset.id)]
        for one, untouched in ((other, kept), (account, own)):
            assert (await one.client.get(f"/v1/models/{untouched.id}")).json()["flags"] == []
        refused = await reader.client.patch(f"/v1/models/{model.id}", json={"visibility": "public", "licence": "MIT"})
        assert refused.json()["code"] == "sharing_blocked"

    async def test_is_carried_on_by_the_sweeper(
        self, account: Account, reader: Account, dataset: Dataset, stores: Stores
    ) -> None:
        lineage = {"data": [{"dataset_id": dataset.id, "version": 1, "where": []}]}
        model = await add_model(stores, reader.tenant, facts=[{"lineage": lineage}])
        facts = {"grants": [], "narrowed_at": now()}  # and then the gateway died
        await DatasetRepository(stores.database, account.tenant).change(dataset.id, facts)
        await sweep(stores)
        assert (await reader.client.get(f"/v1/models/{model.id}")).json()["flags"][0]["code"] == "share_revoked"
        assert (await DatasetRepository(stores.database, account.tenant).require(dataset.id)).narrowed_at is None

    async def test_during_a_training_flags_its_model(
        self, account: Account, reader: Account, dataset: Dataset, stores: Stores
    ) -> None:
        lineage = {"data": [{"dataset_id": dataset.id, "version": 1, "where": []}]}
        model = await add_model(stores, reader.tenant, facts=[{"lineage": lineage}])
        version = await ModelVersionRepository(stores.database, reader.tenant).of_model(model.id, 1)
        assert version is not None
        await share_with(account, dataset, reader)
        await flag_if_withdrawn(stores, version, now())
        assert (await reader.client.get(f"/v1/models/{model.id}")).json()["flags"] == []
        await share(account, dataset, visibility="private")
        await flag_if_withdrawn(stores, version, now())
        assert len((await reader.client.get(f"/v1/models/{model.id}")).json()["flags"]) == 1

    async def test_deleting_it_flags_the_models_of_its_readers_and_waits_for_no_job_of_theirs(
        self, account: Account, reader: Account, dataset: Dataset, stores: Stores
    ) -> None:
        await share_with(account, dataset, reader)
        lineage = {"data": [{"dataset_id": dataset.id, "version": 1, "where": []}]}
        model = await add_model(stores, reader.tenant, facts=[{"lineage": lineage}])
        job = make_job(JobKind.TRAINING, reader.tenant, spec={"data": lineage["data"]})
        await JobRepository(stores.database, reader.tenant).add(job)
        assert (await account.client.delete(f"/v1/datasets/{dataset.id}")).status_code == 204
        assert (await reader.client.get(f"/v1/models/{model.id}")).json()["flags"][0]["code"] == "dataset_deleted"
        assert (await reader.client.get(f"/v1/datasets/{dataset.id}")).status_code == 404
