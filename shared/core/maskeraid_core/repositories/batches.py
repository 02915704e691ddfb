"""Batches beside their jobs: inputs, and how far the items are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pymongo.errors import BulkWriteError

from maskeraid_core.documents.batches import BatchInputs, BatchProgress
from maskeraid_core.ids import item_id
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.own_outputs import OwnOutputRepository

ASKED_AT_ONCE = 50  # ids: the embedded server takes 3 ms for 20, 30 ms for 100, and 5 s for 1,000
DUPLICATE = 11_000
ENDED = [status for status in JobStatus if status.is_terminal]


class BatchRepository:
    """For all tenants: who reads here has found the job with its tenant, or is the service itself.

    Each write is one insert or one update by `_id`.
    """

    def __init__(self, database: Database) -> None:
        self._batches = database["batches"]
        self._inputs = database["batch_inputs"]
        self._jobs = database["jobs"]
        self._events = database["job_events"]
        self._outputs = OwnOutputRepository(database)

    async def add(self, inputs: BatchInputs) -> None:
        """Put away what a batch is about, before its job exists."""
        await self._inputs.insert_one(inputs.to_mongo())
        progress = BatchProgress(
            id=inputs.id, tenant=inputs.tenant, total=len(inputs.inputs), created_at=inputs.created_at
        )
        await self._batches.insert_one(progress.to_mongo())

    async def inputs(self, batch_id: str) -> BatchInputs | None:
        found = await self._inputs.find_one({"_id": batch_id})
        return BatchInputs.of(found) if found else None

    async def replace_inputs(self, inputs: BatchInputs) -> None:
        """Write the inputs anew: those that show a person who is erased name no picture any more."""
        await self._inputs.replace_one({"_id": inputs.id}, inputs.to_mongo())

    async def progress(self, batch_id: str) -> BatchProgress | None:
        found = await self._batches.find_one({"_id": batch_id})
        return BatchProgress.of(found) if found else None

    async def open_of(self, tenant: str) -> list[BatchProgress]:
        """Those of a tenant that items may wait for, oldest first."""
        found = [BatchProgress.of(row) async for row in self._batches.find({"tenant": tenant, "is_open": True})]
        return sorted(found, key=lambda progress: progress.id)

    async def next_items(self, tenant: str, limit: int) -> list[str]:
        """Ids of items that have not ended, in the order of their batches and inputs; some may be running."""
        ids: list[str] = []
        for progress in await self.open_of(tenant):
            for index in progress.unfinished():
                if len(ids) >= limit:
                    return ids
                ids.append(item_id(progress.id, index))
        return ids

    async def add_items(self, batch_id: str, items: Sequence[Job], added: int) -> None:
        """Insert items by one write; those that exist stay as they are. From then on `added` of the batch exist."""
        try:
            await self._jobs.insert_many([item.to_mongo() for item in items], ordered=False)
        except BulkWriteError as error:
            if any(row["code"] != DUPLICATE for row in error.details["writeErrors"]):
                raise
        await self._batches.update_one({"_id": batch_id}, {"$max": {"added": added}})

    async def items(self, batch_id: str, indices: Sequence[int]) -> list[Job]:
        """Those of the items that exist, in the order of their indices."""
        found: list[Job] = []
        for first in range(0, len(indices), ASKED_AT_ONCE):
            ids = [item_id(batch_id, index) for index in indices[first : first + ASKED_AT_ONCE]]
            found += [Job.of(row) async for row in self._jobs.find({"_id": {"$in": ids}})]
        return sorted(found, key=lambda item: item.id)

    async def running(self, batch_id: str) -> set[int]:
        """Indices of the items that run now: among what runs, which is little."""
        rows = self._jobs.find({"status": JobStatus.RUNNING}, {"batch": 1})
        places = [row.get("batch") or {} async for row in rows]
        return {place["index"] for place in places if place.get("batch_id") == batch_id}

    async def delete_items(self, items: Sequence[Job]) -> None:
        """Forget items that have ended and have nothing more to tell, with their histories; give few."""
        ids = [item.id for item in items]
        await self._jobs.delete_many({"_id": {"$in": ids}, "status": {"$in": ENDED}})
        await self._events.delete_many({"job": {"$in": ids}})
        await self._outputs.delete(ids)

    async def note_ended(self, batch_id: str, ended: Mapping[int, str]) -> BatchProgress | None:
        """Note how items ended; how far the batch is then. None when it is gone."""
        await self._batches.update_one({"_id": batch_id}, {"$set": {f"ended.{i}": how for i, how in ended.items()}})
        return await self.progress(batch_id)

    async def note_told(self, batch_id: str, at: datetime) -> None:
        await self._batches.update_one({"_id": batch_id}, {"$set": {"told_at": at}})

    async def close(self, batch_id: str) -> None:
        """No item of it waits any more."""
        await self._batches.update_one({"_id": batch_id}, {"$set": {"is_open": False}})

    async def delete(self, batch_id: str) -> None:
        await self._inputs.delete_one({"_id": batch_id})
        await self._batches.delete_one({"_id": batch_id})

    async def without_job(self, before: datetime) -> list[str]:
        """Ids of batches that were put away before then and have no job: whose gateway died over them."""
        rows = await self._batches.find({"created_at": {"$lt": before}}, {"_id": 1}).to_list()
        return [row["_id"] for row in rows if await self._jobs.find_one({"_id": row["_id"]}, {"_id": 1}) is None]
