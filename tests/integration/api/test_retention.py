"""Datasets end when their time is over: as by DELETE, told to their owner, and never while a job of his uses them."""

import json
from datetime import timedelta

import pytest
from tests.factories import PICTURE, make_job

from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.documents.grants import EVERYONE, Grant
from maskeraid_core.jobs import JobKind
from maskeraid_core.litter import sweep_litter
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetRepository
from maskeraid_core.repositories.deliveries import DeliveryRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.retention import end_expired_datasets

from .conftest import Account, FillDataset, Hand, Open
from .made_models import add_model

DAY = timedelta(days=1)


async def is_there(account: Account, dataset: Dataset) -> bool:
    return (await account.client.get(f"/v1/datasets/{dataset.id}")).status_code == 200


class TestRetainUntil:
    async def test_is_the_end(
        self, account: Account, open_account: Open, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        reader = await open_account()
        hook = {"url": "https://example.org/", "event_types": ["dataset.deleted"]}
        await account.client.post("/v1/webhook-endpoints", json=hook)
        over, lasting, endless = [
            await fill_dataset(account.tenant, retain_until=until) for until in (now() - DAY, now() + DAY, None)
        ]
        lineage = {"data": [{"dataset_id": over.id, "version": 1, "where": []}]}
        models = [(one, await add_model(stores, one.tenant, facts=[{"lineage": lineage}])) for one in (account, reader)]
        await sweep_litter(stores, now())
        assert [await is_there(account, one) for one in (over, lasting, endless)] == [False, True, True]
        for one, model in models:
            flags = (await one.client.get(f"/v1/models/{model.id}")).json()["flags"]
            assert [(flag["code"], flag["dataset_id"]) for flag in flags] == [("dataset_deleted", over.id)]
        (told,) = (await DeliveryRepository(stores.database, account.tenant).page(PageRequest())).items
        assert (told.event, told.data["id"], told.data["status"]) == ("dataset.deleted", over.id, "deleted")

    async def test_waits_for_jobs(self, account: Account, fill_dataset: FillDataset, stores: Stores) -> None:
        dataset = await fill_dataset(account.tenant, retain_until=now() - DAY)
        jobs = JobRepository(stores.database, account.tenant)
        part = {"dataset_id": dataset.id, "version": 1, "where": []}
        job = await jobs.add(make_job(JobKind.TRAINING, account.tenant, spec={"data": [part]}))
        await end_expired_datasets(stores, now())
        assert await is_there(account, dataset)
        await jobs.change(job.id, {"status": "cancelled"})
        await end_expired_datasets(stores, now())
        assert not await is_there(account, dataset)

    async def test_may_be_put_off_until_the_last_moment(
        self, account: Account, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        dataset = await fill_dataset(account.tenant, retain_until=now() - DAY)
        later = (now() + DAY).isoformat()
        assert (
            await account.client.patch(f"/v1/datasets/{dataset.id}", json={"retain_until": later})
        ).status_code == 200
        await end_expired_datasets(stores, now())
        assert await is_there(account, dataset)
        unchanged = {"retain_until": dataset.retain_until}
        assert not await DatasetRepository(stores.database, account.tenant).delete(dataset.id, None, unchanged)


class TestWithoutADate:
    async def test_nothing_ends_unless_who_runs_the_service_says_when(
        self, account: Account, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        dataset = await fill_dataset(account.tenant)
        await end_expired_datasets(stores, now() + 1000 * DAY)
        assert await is_there(account, dataset)

    @pytest.mark.parametrize("reader", [None, "ten_reader", EVERYONE], ids=["its owner's", "a reader's", "anybody's"])
    @pytest.mark.parametrize(("days", "is_kept"), [(29, True), (31, False)])
    async def test_it_ends_so_long_after_its_last_use(
        self, account: Account, fill_dataset: FillDataset, stores: Stores, days: int, is_kept: bool, reader: str | None
    ) -> None:
        dataset = await fill_dataset(account.tenant)
        part = {"dataset_id": dataset.id, "version": 1, "where": []}
        grants = [Grant(reader=reader, given_at=now()).model_dump()] if reader else []
        facts = {"updated_at": now() - 100 * DAY, "grants": grants}
        await DatasetRepository(stores.database, account.tenant).change(dataset.id, facts)
        user = "ten_reader" if reader else account.tenant
        used = make_job(JobKind.TRAINING, user, spec={"data": [part]}, status="succeeded")
        await JobRepository(stores.database, user).add(used)
        stores.settings.datasets_kept_days = 30
        await end_expired_datasets(stores, now() + days * DAY)
        assert await is_there(account, dataset) is is_kept


class TestReimagings:
    """Results and what they were made from go when their time is over: their own, else that of the service."""

    @pytest.mark.parametrize(
        ("own", "of_service", "days", "is_kept"),
        [(None, None, 1000, True), (None, 30, 29, True), (None, 30, 31, False), (2, 30, 1, True), (2, 30, 3, False),
         (40, 30, 35, True), (0, None, 0.1, False)],
    )  # fmt: skip
    async def test_are_kept_so_long(
        self, account: Account, hand: Hand, stores: Stores, own: int | None, of_service: float | None, days: float,
        is_kept: bool,
    ) -> None:  # fmt: skip
        stores.settings.reimagings_kept_days = of_service
        options = {} if own is None else {"retention_days": own}
        sent = {"image": ("a.png", PICTURE)}
        made = await account.client.post("/v1/reimagings", files=sent, data={"options": json.dumps(options)})
        assert made.status_code == 202, made.text
        assert made.json()["options"]["retention_days"] == own
        path = f"/v1/reimagings/{made.json()['id']}"
        await sweep_litter(stores, now() + timedelta(days=days))
        assert (await account.client.get(path)).status_code == 200, "it has not ended"
        job = await hand.claim(made.json()["id"])
        await hand.succeed(job, {"candidates": []}, {"final.png": b"picture"})
        await sweep_litter(stores, now() + timedelta(days=days))
        assert ((await account.client.get(path)).status_code == 200) is is_kept
        left = await stores.blobs.keys(f"t/{account.tenant}/jobs/{job.id}")
        assert bool(left) is is_kept
