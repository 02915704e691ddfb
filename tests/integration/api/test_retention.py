"""Datasets end when their time is over: as by DELETE, told to their owner, and never while a job of his uses them."""

from datetime import timedelta

import pytest
from tests.factories import make_job

from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.jobs import JobKind
from maskeraid_core.litter import sweep_litter
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetRepository
from maskeraid_core.repositories.deliveries import DeliveryRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.retention import end_expired_datasets

from .conftest import Account, FillDataset, Open
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

    @pytest.mark.parametrize("is_by_owner", [True, False], ids=["its owner's", "a reader's"])
    @pytest.mark.parametrize(("days", "is_kept"), [(29, True), (31, False)])
    async def test_it_ends_so_long_after_its_last_use(
        self, account: Account, fill_dataset: FillDataset, stores: Stores, days: int, is_kept: bool, is_by_owner: bool
    ) -> None:
        dataset = await fill_dataset(account.tenant)
        part = {"dataset_id": dataset.id, "version": 1, "where": []}
        await DatasetRepository(stores.database, account.tenant).change(dataset.id, {"updated_at": now() - 100 * DAY})
        user = account.tenant if is_by_owner else "ten_reader"
        used = make_job(JobKind.TRAINING, user, spec={"data": [part]}, status="succeeded")
        await JobRepository(stores.database, user).add(used)
        stores.settings.datasets_kept_days = 30
        await end_expired_datasets(stores, now() + days * DAY)
        assert await is_there(account, dataset) is is_kept
