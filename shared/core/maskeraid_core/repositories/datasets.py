"""Datasets, their versions, and uploads."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from maskeraid_core.documents.datasets import Attribute, Dataset, DatasetVersion, Upload, UploadPart
from maskeraid_core.documents.notices import Notice
from maskeraid_core.errors import NameTaken
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.repository import TenantRepository, now

MOST_TRIES = 100  # of one who comes at the same time as others
MOST = 500  # in one list; the next round finds the others


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

    async def latest_versions(self, before: datetime) -> dict[str, int]:
        """The latest version of each dataset, without those that were deleted before then."""
        is_kept = {"$or": [{"deleted_at": None}, {"deleted_at": {"$gte": before}}]}
        found = self._collection.find({"tenant": self._tenant, **is_kept}, {"latest_version": 1})
        return {row["_id"]: row["latest_version"] async for row in found}

    async def publish(self, version: DatasetVersion) -> bool:
        """Make a version the latest one, unless it is already behind or in front; one update, or nothing.

        What its owner has made private, or added to the schema, since the version was begun stays so.
        """
        for _ in range(MOST_TRIES):
            known = await self.get(version.dataset_id)
            if known is None or known.latest_version != version.parent_version:
                return False
            facts = {"latest_version": version.version, "image_count": version.image_count, "updated_at": now()}
            added = {name: part for name, part in known.attributes.items() if name not in version.attributes}
            schema = {**version.attributes, **added}
            attributes = {name: _as_changed(part, known.attributes.get(name)) for name, part in schema.items()}
            outcome = await self._collection.update_one(
                self._live({"_id": known.id, "latest_version": known.latest_version, "updated_at": known.updated_at}),
                {"$set": {**facts, "attributes": attributes}},
            )
            if outcome.modified_count:
                return True
        return False

    async def delete(
        self, dataset_id: str, notice: Notice | None = None, where: Mapping[str, object] | None = None
    ) -> bool:
        """Hide a dataset from every answer if `where` holds, and put a notice into its outbox; one update, or nothing.

        Its images, which other datasets may share, follow as litter (`image_litter`).
        """
        change: dict[str, Any] = {"$set": {"deleted_at": now()}}
        if notice:
            change = {"$set": {"deleted_at": now(), "has_outbox": True}, "$push": {"outbox": notice.model_dump()}}
        outcome = await self._collection.update_one(self._live({**(where or {}), "_id": dataset_id}), change)
        return outcome.modified_count == 1

    async def schemas_of(self, dataset_ids: Sequence[str]) -> list[tuple[str, dict[str, Attribute]]]:
        """The schemas of datasets, also of deleted ones."""
        found = self._collection.find({"_id": {"$in": list(dataset_ids)}, "tenant": self._tenant})
        return [(one.id, one.attributes) for one in [Dataset.of(row) async for row in found]]

    async def set_attributes(self, dataset_id: str, attributes: Mapping[str, Attribute]) -> None:
        """Write the schema of a dataset, also of a deleted one."""
        facts = {"attributes": {name: part.model_dump() for name, part in attributes.items()}}
        await self._collection.update_one({"_id": dataset_id, "tenant": self._tenant}, {"$set": facts})

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


async def ended_datasets(database: Database, at: datetime) -> list[Dataset]:
    """Datasets of all tenants that were to be kept until before then, those that ended first in front."""
    wanted = {"retain_until": {"$lt": at}, "deleted_at": None}
    found = database[DatasetRepository.collection_name].find(wanted).sort("retain_until", 1).limit(MOST)
    return [Dataset.of(row) async for row in found]


async def idle_datasets(database: Database, before: datetime, whose: Mapping[str, object]) -> list[Dataset]:
    """Datasets without such a date that were not changed since then; `whose` is a condition on their tenants."""
    wanted = {**whose, "retain_until": None, "updated_at": {"$lt": before}, "deleted_at": None}
    found = database[DatasetRepository.collection_name].find(wanted)
    return [Dataset.of(row) async for row in found]


async def narrowed(database: Database) -> list[tuple[str, datetime]]:
    """Datasets of all tenants whose sharing was narrowed, and when, without that models were flagged since."""
    found = database[DatasetRepository.collection_name].find({"narrowed_at": {"$gt": datetime.fromtimestamp(0, UTC)}})
    return [(row["_id"], row["narrowed_at"]) async for row in found.limit(MOST)]


async def note_flagged(database: Database, dataset_id: str, narrowed_at: datetime) -> None:
    """The models of former readers were flagged; unless others have become such meanwhile, nothing is left to do."""
    await database[DatasetRepository.collection_name].update_one(
        {"_id": dataset_id, "narrowed_at": narrowed_at}, {"$set": {"narrowed_at": None}}
    )


def _as_changed(part: Attribute, known: Attribute | None) -> dict[str, Any]:
    if known is None:
        return part.model_dump()
    values = known.values if known.type == part.type == "enum" else part.values
    return {**part.model_dump(), "private": known.private, "values": values}


class DatasetVersionRepository(TenantRepository[DatasetVersion]):
    """Every write that changes a published version notes it on its dataset, for those who keep what they read of it.

    The note follows the change, so that nobody who has seen the note reads what was before.
    """

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

    async def each(self, dataset_id: str | None = None) -> AsyncIterator[DatasetVersion]:
        """Every version of a dataset, or of all, also of deleted datasets and those that were never published."""
        about = {"dataset_id": dataset_id} if dataset_id else {}
        for row in await self._collection.find(self._live(about)).sort("_id", 1).to_list():
            yield DatasetVersion.of(row)

    async def change(
        self, document_id: str, facts: Mapping[str, object], *, where: Mapping[str, object] | None = None
    ) -> DatasetVersion | None:
        changed = await super().change(document_id, facts, where=where)
        await self._note_rewritten(document_id)
        return changed

    async def mark_erased(self, version_id: str, rows: Sequence[int]) -> None:
        """Hide images of a version from whoever reads its rows; one update, and its note. Done twice, done once."""
        hidden = {"$addToSet": {"erased_rows": {"$each": list(rows)}}, "$set": {"erased_at": now()}}
        await self._collection.update_one(self._live({"_id": version_id}), hidden)
        await self._note_rewritten(version_id)

    async def rewrite(self, as_read: DatasetVersion, facts: Mapping[str, object]) -> bool:
        """Put other rows in place of a version's, unless those or its tombstones changed; one update, or nothing."""
        unchanged = {"manifest_sha256": as_read.manifest_sha256, "erased_rows": as_read.erased_rows}
        return await self.change(as_read.id, {**facts, "erased_rows": []}, where=unchanged) is not None

    async def note_all_rewritten(self) -> None:
        """Note it on every dataset of the tenant: after a job that may have died once between a change and its note."""
        datasets = self._collection.database[DatasetRepository.collection_name]
        await datasets.update_many({"tenant": self._tenant}, {"$inc": {"rewritten": 1}})

    async def _note_rewritten(self, version_id: str) -> None:
        dataset = {"_id": version_id.rpartition(":")[0], "tenant": self._tenant}
        await self._collection.database[DatasetRepository.collection_name].update_one(
            dataset, {"$inc": {"rewritten": 1}}
        )

    async def manifest_keys(self) -> set[str]:
        """Where the manifests of all versions lie."""
        return {row["manifest_key"] async for row in self._collection.find(self._live({}), {"manifest_key": 1})}

    async def forget(self, as_read: DatasetVersion) -> None:
        """Delete the document of a version, unless an import has put another in its place."""
        wanted = {"_id": as_read.id, "tenant": self._tenant, "import_id": as_read.import_id}
        await self._collection.delete_one(wanted)

    async def replace(self, left_behind: DatasetVersion, version: DatasetVersion) -> bool:
        """Put `version` where an import left one behind unpublished; one update, or nothing."""
        as_read = {"import_id": left_behind.import_id, "created_at": left_behind.created_at}
        outcome = await self._collection.replace_one(
            {"_id": left_behind.id, "tenant": self._tenant, **as_read}, {**version.to_mongo(), "tenant": self._tenant}
        )
        return outcome.matched_count == 1


async def versions_made_from(database: Database, dataset_ids: Sequence[str]) -> list[DatasetVersion]:
    """Versions of all tenants whose imports took something from these datasets, also such as were never published."""
    wanted = {"lineage.dataset_id": {"$in": list(dataset_ids)}}
    found = database[DatasetVersionRepository.collection_name].find(wanted).sort("_id", 1)
    return [DatasetVersion.of(row) async for row in found]


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
