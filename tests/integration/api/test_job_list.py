"""The list of all jobs: what each is about, and which of them only measure, check, or look."""

from tests.factories import make_job

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.jobs import JobRepository

from .conftest import Account, FillDataset, Open
from .made_models import add_model


async def listed(account: Account, **asked: object) -> list[dict[str, object]]:
    answer = await account.client.get("/v1/jobs", params=asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, object]] = answer.json()["data"]
    return rows


async def training(stores: Stores, tenant: str, *dataset_ids: str, **spec: object) -> Job:
    wanted = {"name": "ours", "model_id": new_id("mdl"), "data": [{"dataset_id": one} for one in dataset_ids], **spec}
    return await JobRepository(stores.database, tenant).accept(make_job(JobKind.TRAINING, tenant, spec=wanted))


class TestWhatTheyAreAbout:
    async def test_datasets_and_models_are_named_as_they_are_called_now(
        self, account: Account, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        dataset = await fill_dataset(account.tenant, name="faces")
        model = await add_model(stores, account.tenant, name="a model")
        job = await training(stores, account.tenant, dataset.id, model_id=model.id)
        assert (await account.client.patch(f"/v1/datasets/{dataset.id}", json={"name": "our faces"})).status_code == 200
        about = [{"id": model.id, "name": "a model"}, {"id": dataset.id, "name": "our faces"}]
        assert [row["about"] for row in await listed(account)] == [about]
        for path, verb in ((f"/v1/jobs/{job.id}", "GET"), (f"/v1/jobs/{job.id}/cancel", "POST")):
            assert (await account.client.request(verb, path)).json()["about"] == about

    async def test_what_is_gone_or_not_the_keys_to_read_shows_its_id(
        self, account: Account, open_account: Open, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        gone, dataset = new_id("ds"), await fill_dataset(account.tenant, name="faces")
        await training(stores, account.tenant, gone, dataset.id)
        (row,) = await listed(account)
        assert [one["name"] for one in row["about"]][1:] == [gone, "faces"]  # type: ignore[attr-defined]
        weak = await open_account(Scope.TRAININGS_READ, tenant=account.tenant)
        (row,) = await listed(weak)
        assert [one["name"] for one in row["about"]][1:] == [gone, dataset.id]  # type: ignore[attr-defined]

    async def test_others_things_are_named_while_they_are_shared(
        self, account: Account, open_account: Open, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        other = await open_account()
        grants = [{"reader": account.tenant, "up_to": None, "given_at": "2026-01-01T00:00:00Z"}]
        shared = await fill_dataset(other.tenant, name="theirs", grants=grants)
        secret = await fill_dataset(other.tenant, name="secret")
        await training(stores, account.tenant, shared.id, secret.id)
        (row,) = await listed(account)
        assert [one["name"] for one in row["about"]][1:] == ["theirs", secret.id]  # type: ignore[attr-defined]


class TestDryRuns:
    async def test_they_are_told_and_can_be_left_out(self, account: Account, stores: Stores) -> None:
        real, estimate = [(await training(stores, account.tenant, dry_run=is_dry)).id for is_dry in (False, True)]
        assert {row["id"]: row["dry_run"] for row in await listed(account)} == {real: False, estimate: True}
        assert [row["id"] for row in await listed(account, dry_run="false")] == [real]
        assert [row["id"] for row in await listed(account, dry_run="true")] == [estimate]

    async def test_the_total_is_that_of_the_list(self, account: Account, stores: Stores) -> None:
        for is_dry in (False, True, True):
            await training(stores, account.tenant, dry_run=is_dry)
        asked = {"include": "total", "limit": 1, "dry_run": "true", "kind": "training"}
        assert (await account.client.get("/v1/jobs", params=asked)).json()["total"] == 2

    async def test_jobs_of_other_kinds_are_no_dry_runs(self, account: Account, stores: Stores) -> None:
        await JobRepository(stores.database, account.tenant).accept(make_job(JobKind.EXPORT, account.tenant))
        assert [row["dry_run"] for row in await listed(account, dry_run="false")] == [False]
