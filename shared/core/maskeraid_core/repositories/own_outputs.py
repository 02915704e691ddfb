"""The register of pictures that were made here, of all tenants: whoever asks learns that one is, and nothing more."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pymongo import DESCENDING
from pymongo.errors import BulkWriteError

from maskeraid_core.documents.own_outputs import FilledPart, OwnOutputs
from maskeraid_core.mongo import Collection as Documents
from maskeraid_core.mongo import Database

DUPLICATE_KEY = 11000  # MongoDB's code
MOST_COMPARED = 20_000  # re-imagings, the newest, whose pictures are told by their looks; by their pixels all are


class OwnOutputRepository:
    """Entries by the re-imagings that made the pictures."""

    collection_name = "own_outputs"

    def __init__(self, database: Database) -> None:
        self._collection: Documents = database[self.collection_name]

    async def add(self, *outputs: OwnOutputs) -> None:
        """Note what re-imagings have made; one insert. The entry of an attempt before stays."""
        try:
            await self._collection.insert_many([one.to_mongo() for one in outputs], ordered=False)
        except BulkWriteError as error:
            if any(failed["code"] != DUPLICATE_KEY for failed in error.details["writeErrors"]):
                raise

    async def delete(self, reimaging_ids: Collection[str]) -> None:
        await self._collection.delete_many({"_id": {"$in": list(reimaging_ids)}})

    async def without_job(self, after: datetime, before: datetime) -> list[str]:
        """Ids of entries of that time whose re-imaging is gone: deleted, and its worker died before it looked."""
        rows = self._collection.find({"created_at": {"$gt": after, "$lt": before}}, {"_id": 1})
        return await self.without_live_job([row["_id"] async for row in rows])

    async def without_live_job(self, reimaging_ids: Sequence[str]) -> list[str]:
        """Those of the re-imagings that are gone, or deleted; one look-up by id."""
        live = {"_id": {"$in": reimaging_ids}, "deleted_at": None}
        found = {row["_id"] async for row in self._collection.database["jobs"].find(live, {"_id": 1})}
        return [one for one in reimaging_ids if one not in found]

    async def makers(self, digests: Collection[bytes]) -> Mapping[bytes, set[str]]:
        """The tenants for whom pictures of these digests were made; one look-up in an index. For nobody to be told."""
        found: dict[bytes, set[str]] = {digest: set() for digest in digests}
        async for row in self._collection.find({"digests": {"$in": list(found)}}, {"digests": 1, "tenant": 1}):
            for digest in found.keys() & row["digests"]:
                found[digest].add(row["tenant"])
        return found

    async def hashes(self) -> Sequence[tuple[str, bytes]]:
        """Ids and hashes of the newest re-imagings; one query."""
        rows = self._collection.find({}, {"hashes": 1}).sort("created_at", DESCENDING).limit(MOST_COMPARED)
        return [(row["_id"], row["hashes"]) async for row in rows if row["hashes"]]

    async def parts(self, reimaging_ids: Collection[str]) -> Mapping[str, Sequence[FilledPart]]:
        rows = self._collection.find({"_id": {"$in": list(reimaging_ids)}}, {"parts": 1})
        return {row["_id"]: [FilledPart.model_validate(part) for part in row["parts"]] async for row in rows}
