"""What orders to erase a person have found, and the jobs that use images: also those that are hidden already."""

from collections.abc import Collection, Mapping
from typing import Any

from maskeraid_core.documents.deletions import Erasure
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.mongo import Collection as MongoCollection
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.repository import TenantRepository

LIVE = [status for status in JobStatus if not status.is_terminal]


class ErasureRepository(TenantRepository[Erasure]):
    collection_name = "erasures"
    kind = Erasure

    async def put(self, erasure: Erasure) -> None:
        """Write it, in place of what was found before."""
        document = {**erasure.to_mongo(), "tenant": self._tenant}
        await self._collection.replace_one({"_id": erasure.id, "tenant": self._tenant}, document, upsert=True)

    async def delete(self, job_id: str) -> None:
        await self._collection.delete_one({"_id": job_id, "tenant": self._tenant})


class Uses:
    """Which of a tenant's jobs use images of its datasets."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._tenant = tenant
        self._jobs: MongoCollection = database["jobs"]
        self._inputs: MongoCollection = database["batch_inputs"]

    async def exports_of(self, datasets: Collection[str]) -> list[Job]:
        return await self._found({"kind": JobKind.EXPORT, "spec.dataset_id": {"$in": list(datasets)}})

    async def unfinished(self) -> list[Job]:
        """Every job that has not ended, but for deletions."""
        return await self._found({"status": {"$in": LIVE}, "kind": {"$ne": JobKind.DELETION}})

    async def reimagings_of(self, image_ids: Collection[str], digests: Collection[str]) -> list[str]:
        """Ids of re-imagings of these images, in whichever status."""
        return [row["_id"] for row in await self._with_image(JobKind.REIMAGING, "spec.image", image_ids, digests)]

    async def probes_of(self, image_ids: Collection[str], digests: Collection[str]) -> list[str]:
        """Ids of trainings that fill one of these images at each checkpoint."""
        return [row["_id"] for row in await self._with_image(JobKind.TRAINING, "spec.probe.image", image_ids, digests)]

    async def batches_of(self, image_ids: Collection[str], digests: Collection[str]) -> list[str]:
        """Ids of batches that have one of these images among their inputs."""
        found = self._inputs.find({"tenant": self._tenant, **_shows("inputs.image", image_ids, digests)}, {"_id": 1})
        return [row["_id"] async for row in found]

    async def all_of_kinds(self, *kinds: JobKind) -> list[Job]:
        return await self._found({"kind": {"$in": list(kinds)}})

    async def _with_image(
        self, kind: JobKind, place: str, image_ids: Collection[str], digests: Collection[str]
    ) -> list[dict[str, Any]]:
        wanted = {"tenant": self._tenant, "kind": kind, **_shows(place, image_ids, digests)}
        return await self._jobs.find(wanted, {"_id": 1}).to_list()

    async def _found(self, wanted: Mapping[str, object]) -> list[Job]:
        return [Job.of(row) async for row in self._jobs.find({"tenant": self._tenant, **wanted})]


def _shows(place: str, image_ids: Collection[str], digests: Collection[str]) -> dict[str, Any]:
    return {"$or": [{f"{place}.image_id": {"$in": list(image_ids)}}, {f"{place}.sha256": {"$in": list(digests)}}]}
