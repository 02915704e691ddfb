"""Exports over HTTP: what may be ordered, how the zip is fetched, and when it is gone."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest

from maskeraid_api.settings import ApiSettings
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.jobs import Job
from maskeraid_core.litter import sweep_litter
from maskeraid_core.manifests import read_manifest, write_manifest
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetVersionRepository
from maskeraid_core.repositories.repository import now

from .conftest import Account, FillDataset, Hand, Open

CONTENT = b"PK" + bytes(5_000_000)  # streamed: above what one read takes


async def order(account: Account, dataset: Dataset, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401 any field
    answer = await account.client.post("/v1/exports", json={"dataset_id": dataset.id, **wanted})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def finish(hand: Hand, export_id: str, data: bytes = CONTENT) -> Job:
    """As the curator ends it."""
    job = await hand.claim(export_id)
    key = f"{job.attempt_prefix}content.zip"
    await hand.blobs.put(key, data)
    return await hand.succeed(
        job, {"images": 8, "key": key, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    )


async def widen_one(stores: Stores, dataset: Dataset) -> None:
    """Give one image of the dataset another size."""
    versions = DatasetVersionRepository(stores.database, dataset.tenant)
    version = await versions.of_dataset(dataset.id, 1)
    assert version is not None
    rows = read_manifest(await stores.blobs.get(version.manifest_key)).to_dicts()
    rows[3] |= {"width": 64, "height": 64}
    key, digest = await stores.blobs.put_content(f"t/{dataset.tenant}/manifests", write_manifest(rows), ".parquet")
    await versions.put(version.model_copy(update={"manifest_key": key, "manifest_sha256": digest}))


class TestOrders:
    async def test_name_what_the_zip_will_be(self, account: Account, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant, 10)
        made = await order(account, dataset, where=["mouth:2"], metadata={"for": "audit"})
        assert made["object"] == made["kind"] == "export"
        assert (made["dataset_id"], made["version"], made["where"]) == (dataset.id, 1, ["mouth:2"])
        assert (made["format"], made["status"], made["metadata"]) == ("folder", "queued", {"for": "audit"})
        assert made["result"] is made["expires_at"] is None
        assert "content" not in made["urls"]
        assert made["name"].endswith("-v1.zip")
        found = (await account.client.get(made["urls"]["self"])).json()
        assert found["id"] == made["id"]
        assert (await account.client.get(f"/v1/jobs/{made['id']}")).json()["name"] == made["name"]
        (listed,) = (await account.client.get("/v1/jobs", params={"kind": "export"})).json()["data"]
        assert listed["id"] == made["id"]

    @pytest.mark.parametrize(
        ("wanted", "code", "pointer"),
        [
            ({"version": 2}, "not_found", None),
            ({"where": ["mouth:9"]}, "validation_failed", "/where/0"),
            ({"where": ["mouth:1", "eyes:9"]}, "validation_failed", "/where/1"),
            ({"where": ["hair:1"]}, "validation_failed", "/where/0"),
            ({"format": "tar"}, "validation_failed", "/format"),
            ({"images": []}, "unknown_field", "/images"),
        ],
    )
    async def test_that_cannot_be_carried_out_are_refused(
        self, account: Account, fill_dataset: FillDataset, wanted: dict[str, Any], code: str, pointer: str | None
    ) -> None:
        dataset = await fill_dataset(account.tenant, 10)
        answer = await account.client.post("/v1/exports", json={"dataset_id": dataset.id, **wanted})
        problem = answer.json()
        assert problem["code"] == code, problem
        assert pointer in (None, *(row.get("pointer") for row in problem["errors"]))

    async def test_of_arrays_need_images_of_one_size(
        self, account: Account, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        dataset = await fill_dataset(account.tenant, 10)
        assert (await order(account, dataset, format="tensors"))["name"].endswith("-v1-tensors.zip")
        mixed = await fill_dataset(account.tenant, 10)
        await widen_one(stores, mixed)
        answer = await account.client.post("/v1/exports", json={"dataset_id": mixed.id, "format": "tensors"})
        assert (answer.status_code, answer.json()["code"]) == (422, "resolution_not_supported")
        await order(account, mixed)

    async def test_of_others_or_of_nothing_are_not_found(
        self, account: Account, open_account: Open, fill_dataset: FillDataset
    ) -> None:
        dataset = await fill_dataset(account.tenant, 10)
        made = await order(account, dataset)
        other, reader = await open_account(), await open_account(Scope.DATASETS_READ, tenant=account.tenant)
        assert (await other.client.post("/v1/exports", json={"dataset_id": dataset.id})).status_code == 404
        for path in ("", "/content"):
            assert (await other.client.get(f"/v1/exports/{made['id']}{path}")).status_code == 404
        assert (await other.client.delete(f"/v1/exports/{made['id']}")).status_code == 404
        assert (await reader.client.get(f"/v1/exports/{made['id']}")).status_code == 200
        assert (await reader.client.post("/v1/exports", json={"dataset_id": dataset.id})).status_code == 403
        empty = (await account.client.post("/v1/datasets", json={"name": "empty"})).json()
        answer = await account.client.post("/v1/exports", json={"dataset_id": empty["id"]})
        assert answer.json()["code"] == "dataset_empty"

    async def test_keep_their_dataset_until_they_have_ended(
        self, account: Account, fill_dataset: FillDataset, hand: Hand
    ) -> None:
        dataset = await fill_dataset(account.tenant, 10)
        made = await order(account, dataset)
        busy = await account.client.delete(f"/v1/datasets/{dataset.id}")
        assert (busy.status_code, busy.json()["users"]) == (409, [made["id"]])
        await finish(hand, made["id"])
        assert (await account.client.delete(f"/v1/datasets/{dataset.id}")).status_code == 204
        assert (await account.client.get(f"/v1/exports/{made['id']}/content")).status_code == 404


class TestContent:
    async def test_is_a_file_to_keep(self, account: Account, fill_dataset: FillDataset, hand: Hand) -> None:
        made = await order(account, await fill_dataset(account.tenant, 10))
        path = f"/v1/exports/{made['id']}/content"
        early = await account.client.get(path)
        assert (early.status_code, early.json()["current_status"]) == (409, "queued")
        await finish(hand, made["id"])
        shown = (await account.client.get(made["urls"]["self"])).json()
        digest = hashlib.sha256(CONTENT)
        assert shown["result"] == {"images": 8, "bytes": len(CONTENT), "digest": f"sha256:{digest.hexdigest()}"}
        assert shown["urls"]["content"] == path
        assert "key" not in str(shown["result"])
        answer = await account.client.get(path)
        assert answer.content == CONTENT
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["content-disposition"] == f'attachment; filename="{made["name"]}"'
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"

    async def test_comes_in_ranges(self, account: Account, fill_dataset: FillDataset, hand: Hand) -> None:
        made = await order(account, await fill_dataset(account.tenant, 10))
        await finish(hand, made["id"])
        path = f"/v1/exports/{made['id']}/content"
        part = await account.client.get(path, headers={"Range": "bytes=0-1"})
        assert (part.status_code, part.content) == (206, b"PK")
        assert part.headers["content-range"] == f"bytes 0-1/{len(CONTENT)}"
        beyond = await account.client.get(path, headers={"Range": f"bytes={len(CONTENT)}-"})
        assert beyond.status_code == 416
        assert (await account.client.get(path, headers={"If-None-Match": part.headers["etag"]})).status_code == 304

    async def test_is_kept_for_some_days(
        self, account: Account, fill_dataset: FillDataset, hand: Hand, stores: Stores, api_settings: ApiSettings
    ) -> None:
        made = await order(account, await fill_dataset(account.tenant, 10))
        job = await finish(hand, made["id"])
        prefix, later = f"t/{account.tenant}/jobs/{job.id}", timedelta(days=api_settings.exports_kept_days)
        await sweep_litter(stores, now() + later - timedelta(hours=1))
        assert await stores.blobs.keys(prefix)
        await sweep_litter(stores, now() + later + timedelta(hours=1))
        assert await stores.blobs.keys(prefix) == []

    async def test_is_gone_when_that_is_over(
        self, account: Account, fill_dataset: FillDataset, hand: Hand, stores: Stores
    ) -> None:
        made = await order(account, await fill_dataset(account.tenant, 10))
        job = await finish(hand, made["id"])
        await stores.database["jobs"].update_one(
            {"_id": job.id}, {"$set": {"finished_at": now() - timedelta(days=7, seconds=1)}}
        )
        answer = await account.client.get(f"/v1/exports/{job.id}/content")
        assert (answer.status_code, answer.json()["code"]) == (410, "expired")
        assert (await account.client.get(f"/v1/exports/{job.id}")).json()["result"]["images"] == 8

    async def test_goes_with_its_export(
        self, account: Account, fill_dataset: FillDataset, hand: Hand, stores: Stores
    ) -> None:
        made = await order(account, await fill_dataset(account.tenant, 10))
        job = await finish(hand, made["id"])
        stale = await account.client.delete(f"/v1/exports/{job.id}", headers={"If-Match": '"old"'})
        assert stale.status_code == 412
        assert (await account.client.delete(f"/v1/exports/{job.id}")).status_code == 204
        assert (await account.client.get(f"/v1/exports/{job.id}")).status_code == 404
        assert await stores.blobs.keys(f"t/{account.tenant}/jobs/{job.id}") == []


class TestActions:
    async def test_cancel_and_retry(self, account: Account, fill_dataset: FillDataset) -> None:
        made = await order(account, await fill_dataset(account.tenant, 10))
        assert made["allowed_actions"] == ["cancel"]
        cancelled = await account.client.post(f"/v1/jobs/{made['id']}/cancel")
        assert cancelled.json()["status"] == "cancelled"
        again = await account.client.post(f"/v1/jobs/{made['id']}/retry")
        assert (again.status_code, again.json()["retry_of"]) == (202, made["id"])
        answer: httpx.Response = await account.client.get(f"/v1/exports/{again.json()['id']}")
        assert answer.json()["name"] == made["name"]
