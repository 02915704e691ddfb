"""What orders to erase a person have found, and the jobs that use images: also those that are hidden already."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from maskeraid_core.documents.deletions import Erasure, JobOfOther
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

    async def is_deleting(self) -> bool:
        """Whether an erasure has looked through all versions and not yet ended."""
        wanted = {"tenant": self._tenant, "counts": {"$ne": None}}
        return await self._collection.find_one(wanted, {"_id": 1}) is not None

    async def has_ended_since(self, at: datetime) -> bool:
        """Whether an erasure has ended since then."""
        ended = {"tenant": self._tenant, "kind": JobKind.DELETION, "finished_at": {"$gte": at}}
        return await self._collection.database["jobs"].find_one(ended, {"_id": 1}) is not None

    async def delete(self, job_id: str) -> None:
        await self._collection.delete_one({"_id": job_id, "tenant": self._tenant})


class Uses:
    """Which jobs use images of a tenant's datasets: its own, and of others those that name images shared with them.

    What is looked for among all tenants is one indexed field: of two, or of alternatives, the embedded server scans.
    """

    def __init__(self, database: Database, tenant: str) -> None:
        self._tenant = tenant
        self._jobs: MongoCollection = database["jobs"]
        self._inputs: MongoCollection = database["batch_inputs"]

    async def exports_of(self, datasets: Collection[str]) -> list[Job]:
        found = await self._found({"spec.dataset_id": {"$in": list(datasets)}})
        return [job for job in found if job.kind is JobKind.EXPORT]

    async def unfinished(self) -> list[Job]:
        """Every job of the tenant that has not ended, but for deletions."""
        return await self._own({"status": {"$in": LIVE}, "kind": {"$ne": JobKind.DELETION}})

    async def imports_of_others(self, datasets: Collection[str]) -> list[Job]:
        """Imports of others that run, and copy from these datasets: they may have read them before the tombstones."""
        copies = [{f"spec.{place}.dataset_id": {"$in": list(datasets)}} for place in ("parts", "covered")]
        running = {"kind": JobKind.IMPORT, "status": JobStatus.RUNNING, "tenant": {"$ne": self._tenant}}
        return await self._found({**running, "$or": copies})

    async def unfinished_among(self, job_ids: Collection[str]) -> list[str]:
        """Which of these jobs have not ended."""
        return [job.id for job in await self._found({"_id": {"$in": list(job_ids)}, "status": {"$in": LIVE}})]

    async def of_others_among(self, job_ids: Collection[str]) -> list[JobOfOther]:
        """Which of these jobs are other tenants'."""
        wanted = {"_id": {"$in": list(job_ids)}, "tenant": {"$ne": self._tenant}}
        return [JobOfOther(tenant=job.tenant, job_id=job.id) for job in await self._found(wanted)]

    async def reimagings_of(self, image_ids: Collection[str], digests: Collection[str]) -> list[str]:
        """Ids of re-imagings of these images, in whichever status."""
        return await self._with_image(JobKind.REIMAGING, "spec.image", image_ids, digests)

    async def probes_of(self, image_ids: Collection[str], digests: Collection[str]) -> list[str]:
        """Ids of trainings that fill one of these images at each checkpoint."""
        return await self._with_image(JobKind.TRAINING, "spec.probe.image", image_ids, digests)

    async def batches_of(self, image_ids: Collection[str], digests: Collection[str]) -> list[str]:
        """Ids of batches that have one of these images among their inputs."""
        return [row["_id"] for row in await self._showing(self._inputs, "inputs.image", image_ids, digests)]

    async def all_of_kinds(self, *kinds: JobKind) -> list[Job]:
        return await self._own({"kind": {"$in": list(kinds)}})

    async def _with_image(
        self, kind: JobKind, place: str, image_ids: Collection[str], digests: Collection[str]
    ) -> list[str]:
        return [row["_id"] for row in await self._showing(self._jobs, place, image_ids, digests) if row["kind"] == kind]

    async def _showing(
        self, collection: MongoCollection, place: str, image_ids: Collection[str], digests: Collection[str]
    ) -> list[dict[str, Any]]:
        """Id and kind of what shows the images; of others not by the bytes: theirs may be of a picture of their own."""
        by_id = {f"{place}.image_id": {"$in": list(image_ids)}}
        by_bytes = {"tenant": self._tenant, f"{place}.sha256": {"$in": list(digests)}}
        found = [row for one in (by_id, by_bytes) for row in await collection.find(one, {"kind": 1}).to_list()]
        return list({row["_id"]: row for row in found}.values())

    async def _own(self, wanted: Mapping[str, object]) -> list[Job]:
        return await self._found({"tenant": self._tenant, **wanted})

    async def _found(self, wanted: Mapping[str, object]) -> list[Job]:
        return [Job.of(row) async for row in self._jobs.find(wanted)]
