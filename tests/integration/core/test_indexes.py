"""Indexes that an earlier version created are gone once others have taken their place: each costs every write."""

from pymongo import ASCENDING, DESCENDING

from maskeraid_core.mongo import FORMER_INDEXES, create_indexes
from maskeraid_core.portal import Stores


async def test_former_indexes_of_jobs_are_dropped(stores: Stores) -> None:
    jobs = stores.database["jobs"]
    for fields in (("queue", "status", "priority", "_id"), ("tenant", "queue", "status", "priority")):
        await jobs.create_index([(name, DESCENDING if name == "priority" else ASCENDING) for name in fields])
    before = set(await jobs.index_information())
    assert before >= FORMER_INDEXES
    for _ in range(2):  # also of a database that has none of them any more
        await create_indexes(stores.database)
    assert set(await jobs.index_information()) == before - FORMER_INDEXES
