"""Images go from the store with the last dataset that has them, and those of imports that came to nothing."""

from datetime import timedelta

import pytest
from tests.factories import make_job
from tests.integration.curator.test_importing import png

from maskeraid_core.blobs import image_key, sha256_hex, thumbnail_key
from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.ids import image_id
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.litter import sweep_litter
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetVersionRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.repository import now

from .conftest import Account, FillDataset, Hand

SOON, AN_HOUR, A_DAY = timedelta(minutes=50), timedelta(hours=1, minutes=1), timedelta(days=1, hours=2)
PICTURES = [png(number) for number in range(3)]


@pytest.fixture
async def faces(account: Account, fill_dataset: FillDataset) -> Dataset:
    values = [{"subject": who} for who in ("ann", "bob", "cara")]
    return await fill_dataset(account.tenant, values=values, pictures=PICTURES)


async def keys(stores: Stores, account: Account) -> set[str]:
    """Of images, thumbnails, and manifests; without the folder."""
    found = await stores.blobs.keys(f"t/{account.tenant}")
    return {key for key in found if key.split("/")[2] in ("images", "thumbnails", "manifests")}


def of(account: Account, *pictures: bytes) -> set[str]:
    return {image_key(account.tenant, sha256_hex(picture)) for picture in pictures}


async def delete(account: Account, dataset: Dataset) -> None:
    assert (await account.client.delete(f"/v1/datasets/{dataset.id}")).status_code == 204


async def run_import(stores: Stores, account: Account, hand: Hand) -> Job:
    spec = {"dataset_id": "ds_1", "source": "upload"}
    job = await JobRepository(stores.database, account.tenant).accept(
        make_job(JobKind.IMPORT, account.tenant, spec=spec)
    )
    return await hand.claim(job.id)


class TestADeletedDataset:
    async def test_leaves_no_image_and_no_manifest(self, account: Account, faces: Dataset, stores: Stores) -> None:
        await stores.blobs.put(thumbnail_key(account.tenant, sha256_hex(PICTURES[0])), b"small")
        before = await keys(stores, account)
        await delete(account, faces)
        await sweep_litter(stores, now() + SOON)
        assert await keys(stores, account) == before
        await sweep_litter(stores, now() + AN_HOUR)
        assert await keys(stores, account) == set()
        versions = DatasetVersionRepository(stores.database, account.tenant)
        assert [one async for one in versions.each(faces.id)] == []

    async def test_leaves_what_another_dataset_has(
        self, account: Account, faces: Dataset, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        other = await fill_dataset(account.tenant, values=[{"eyes": "1"}] * 2, pictures=[PICTURES[0], png(9)])
        await delete(account, faces)
        await sweep_litter(stores, now() + AN_HOUR)
        assert {key for key in await keys(stores, account) if key.endswith(".png")} == of(account, PICTURES[0], png(9))
        assert (await account.client.get(f"/v1/images/{image_id(other.id, 1)}/content")).content == PICTURES[0]
        assert (await account.client.get("/v1/facets", params={"dataset_id": other.id})).json()["total"] == 2

    async def test_leaves_what_a_waiting_job_was_given(self, account: Account, faces: Dataset, stores: Stores) -> None:
        wanted = {"image": {"image_id": image_id(faces.id, 2)}}
        assert (await account.client.post("/v1/reimagings", json=wanted)).status_code == 202
        await delete(account, faces)
        await sweep_litter(stores, now() + AN_HOUR)
        assert await keys(stores, account) == of(account, PICTURES[1])

    async def test_waits_for_an_import_that_may_use_its_bytes(
        self, account: Account, faces: Dataset, stores: Stores, hand: Hand
    ) -> None:
        running, before = await run_import(stores, account, hand), await keys(stores, account)
        await delete(account, faces)
        await sweep_litter(stores, now() + AN_HOUR)
        assert await keys(stores, account) == before
        await hand.succeed(running, {})
        await sweep_litter(stores, now() + AN_HOUR)
        assert await keys(stores, account) == set()

    async def test_can_still_be_named_by_an_erasure(self, account: Account, faces: Dataset, stores: Stores) -> None:
        await delete(account, faces)
        await sweep_litter(stores, now() + AN_HOUR)
        ordered = await account.client.post("/v1/deletions", json={"subject": "ann"})
        assert ordered.status_code == 202, ordered.text


class TestAnImportThatCameToNothing:
    async def test_leaves_nothing_after_a_day(
        self, account: Account, faces: Dataset, stores: Stores, fill_dataset: FillDataset
    ) -> None:
        await sweep_litter(stores, now())
        lost = png(7)
        await stores.blobs.put(image_key(account.tenant, sha256_hex(lost)), lost)
        await sweep_litter(stores, now() + AN_HOUR)
        assert of(account, lost) <= await keys(stores, account)
        await sweep_litter(stores, now() + A_DAY)
        left = await keys(stores, account)
        assert {key for key in left if key.endswith(".png")} == of(account, *PICTURES)
        assert len(left) == len(PICTURES) + 1

    async def test_leaves_no_version_behind(self, account: Account, faces: Dataset, stores: Stores) -> None:
        versions = DatasetVersionRepository(stores.database, account.tenant)
        latest = await versions.of_dataset(faces.id, 1)
        assert latest is not None
        key, digest = await stores.blobs.put_content(f"t/{account.tenant}/manifests", b"unpublished", ".parquet")
        facts = {"id": versions.key(faces.id, 2), "version": 2, "manifest_key": key, "manifest_sha256": digest}
        await versions.put(latest.model_copy(update=facts))
        await sweep_litter(stores, now() + AN_HOUR)
        assert not await stores.blobs.exists(key)
        assert [one.version async for one in versions.each(faces.id)] == [1]
        assert (await account.client.get("/v1/facets", params={"dataset_id": faces.id})).json()["total"] == 3

    async def test_is_left_where_a_manifest_cannot_be_read(
        self, account: Account, faces: Dataset, stores: Stores
    ) -> None:
        lost = png(7)
        await stores.blobs.put(image_key(account.tenant, sha256_hex(lost)), lost)
        (manifest,) = await stores.blobs.keys(f"t/{account.tenant}/manifests")
        await stores.blobs.put(manifest, b"damaged")
        await sweep_litter(stores, now() + A_DAY)
        assert {key for key in await keys(stores, account) if key.endswith(".png")} == of(account, *PICTURES, lost)
