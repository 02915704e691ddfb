"""Pages of a list: every object once, in the order of creation, whatever its identifier begins with."""

from datetime import timedelta
from typing import Literal

import pytest
from tests.factories import make_job

from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.repository import PageRequest, now

Order = Literal["asc", "desc"]
TENANT = "ten_1"
AGES_SECONDS = (-3600, 0, 1, 1, 1, 70, 70, 10**5, 10**7, 10**9)  # some at the same moment, one by a fast clock


@pytest.fixture
async def jobs(stores: Stores) -> JobRepository:
    """Jobs of two kinds and many ages; another tenant has one, too."""
    repository = JobRepository(stores.database, TENANT)
    for place, age in enumerate(AGES_SECONDS):
        await repository.add(aged(JobKind.IMPORT if place % 2 else JobKind.TRAINING, age))
    other = JobRepository(stores.database, "ten_2")
    await other.add(aged(JobKind.IMPORT, 1))
    return repository


def aged(kind: JobKind, seconds: float) -> Job:
    return make_job(kind=kind).model_copy(update={"created_at": now() - timedelta(seconds=seconds)})


async def walk(jobs: JobRepository, order: Order, **filters: object) -> list[Job]:
    found: list[Job] = []
    while True:
        page = await jobs.page(PageRequest(3, found[-1].id if found else None, order), **filters)
        found += page.items
        if not page.has_more:
            return found


class TestPages:
    @pytest.mark.parametrize("order", ["asc", "desc"])
    @pytest.mark.parametrize("kind", [None, "import", {"$in": ["import"]}])
    async def test_each_object_once_in_order(self, jobs: JobRepository, order: Order, kind: object) -> None:
        found = await walk(jobs, order, kind=kind)
        assert [job.created_at for job in found] == sorted((job.created_at for job in found), reverse=order == "desc")
        assert len({job.id for job in found}) == len(found) == (10 if kind is None else 5)
        assert {job.tenant for job in found} == {TENANT}

    async def test_behind_an_object_that_is_gone(self, jobs: JobRepository) -> None:
        newest = (await walk(jobs, "desc"))[0]
        gone = make_job().id  # made now, by its identifier
        rest = (await jobs.page(PageRequest(100, gone))).items
        assert newest.id not in {job.id for job in rest}
        assert len(rest) == len(AGES_SECONDS) - 1
