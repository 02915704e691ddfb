"""Datasets, their versions, and uploads."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from maskeraid_core.documents.datasets import Dataset, DatasetVersion, Upload, UploadPart
from maskeraid_core.errors import NameTaken
from maskeraid_core.repositories.repository import TenantRepository, now


class DatasetRepository(TenantRepository[Dataset]):
    collection_name = "datasets"
    kind = Dataset

    async def add(self, document: Dataset) -> Dataset:
        """Insert a dataset; one insert, or NameTaken: an index decides races."""
        async with self._one_of_a_name(document.name):
            return await super().add(document)

    async def change(
        self, document_id: str, facts: Mapping[str, object], *, where: Mapping[str, object] | None = None
    ) -> Dataset | None:
        """As of every document, but NameTaken when `facts` has another dataset's name."""
        async with self._one_of_a_name(facts.get("name")):
            return await super().change(document_id, facts, where=where)

    async def all_live(self) -> list[Dataset]:
        """Every dataset of the tenant."""
        return [Dataset.of(row) async for row in self._collection.find(self._live({}))]

    async def publish(self, version: DatasetVersion) -> bool:
        """Make a version the latest one, unless it is already behind or in front; one update, or nothing."""
        outcome = await self._collection.update_one(
            {"_id": version.dataset_id, "tenant": self._tenant, "latest_version": version.parent_version},
            {
                "$set": {
                    "latest_version": version.version,
                    "image_count": version.image_count,
                    "attributes": {name: part.model_dump() for name, part in version.attributes.items()},
                    "updated_at": now(),
                }
            },
        )
        return outcome.modified_count == 1

    async def delete(self, dataset_id: str) -> bool:
        """Hide a dataset from every answer. Its images stay in the store: other datasets may share them."""
        outcome = await self._collection.update_one(self._live({"_id": dataset_id}), {"$set": {"deleted_at": now()}})
        return outcome.modified_count == 1

    @asynccontextmanager
    async def _one_of_a_name(self, name: object) -> AsyncIterator[None]:
        try:
            yield
        except DuplicateKeyError as error:
            holder = await self._collection.find_one(self._live({"name": name}), {"_id": 1})
            if holder is None:  # deleted in this moment
                raise NameTaken("A dataset was called so a moment ago.", pointer="/name") from error
            detail = f"The dataset {holder['_id']} is called so already: use that one, or choose another name."
            raise NameTaken(detail, pointer="/name", dataset_id=holder["_id"]) from error


class DatasetVersionRepository(TenantRepository[DatasetVersion]):
    collection_name = "dataset_versions"
    kind = DatasetVersion

    @staticmethod
    def key(dataset_id: str, version: int) -> str:
        return f"{dataset_id}:{version}"

    async def of_dataset(self, dataset_id: str, version: int) -> DatasetVersion | None:
        return await self.get(self.key(dataset_id, version))

    async def bytes_of(self, datasets: Iterable[Dataset]) -> int:
        """What the images of the latest version of each dataset take."""
        keys = [self.key(dataset.id, dataset.latest_version) for dataset in datasets]
        found = self._collection.find(self._live({"_id": {"$in": keys}}), {"bytes": 1})
        return sum([row["bytes"] async for row in found])

    async def put(self, version: DatasetVersion) -> None:
        """Write a version that is not yet published; a repeated attempt writes it again."""
        document = {**version.to_mongo(), "tenant": self._tenant}
        await self._collection.replace_one({"_id": version.id, "tenant": self._tenant}, document, upsert=True)

    async def replace(self, left_behind: DatasetVersion, version: DatasetVersion) -> bool:
        """Put `version` where an import left one behind unpublished; one update, or nothing."""
        as_read = {"import_id": left_behind.import_id, "created_at": left_behind.created_at}
        outcome = await self._collection.replace_one(
            {"_id": left_behind.id, "tenant": self._tenant, **as_read}, {**version.to_mongo(), "tenant": self._tenant}
        )
        return outcome.matched_count == 1


class UploadRepository(TenantRepository[Upload]):
    collection_name = "uploads"
    kind = Upload

    async def note_part(self, upload_id: str, part: UploadPart) -> bool:
        """Note that a part has arrived; a part may arrive again until the upload is complete."""
        outcome = await self._collection.update_one(
            self._live({"_id": upload_id, "completed_at": None}),
            {"$set": {f"parts.{part.number}": part.model_dump()}},
        )
        return outcome.matched_count == 1

    async def complete(self, upload_id: str, at: datetime) -> Upload | None:
        await self._collection.update_one(
            self._live({"_id": upload_id, "completed_at": None}), {"$set": {"completed_at": at}}
        )
        return await self.get(upload_id)

    async def count_open(self) -> int:
        return await self._collection.count_documents(self._live({"completed_at": None}))

    async def delete(self, upload_id: str) -> bool:
        outcome = await self._collection.delete_one(self._live({"_id": upload_id}))
        return outcome.deleted_count == 1
