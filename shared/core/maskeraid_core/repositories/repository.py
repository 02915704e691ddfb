"""What tenant repositories share: the tenant in every filter, pages by id, documents instead of dicts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import gt, lt
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from maskeraid_core.documents.document import Document
from maskeraid_core.errors import NotFound
from maskeraid_core.ids import time_of
from maskeraid_core.mongo import Collection, Database
from maskeraid_core.repositories.spans import spans_before, spans_behind

DocumentT = TypeVar("DocumentT", bound=Document)
Order = Literal["asc", "desc"]


def now() -> datetime:
    """This machine's time, for facts that nothing is compared with (`created_at`), in MongoDB's milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class PageRequest:
    limit: int = 20
    after: str | None = None
    order: Order = "desc"
    start: datetime | None = None  # when `after` was created, from one who knows; else it is looked up


@dataclass(frozen=True)
class Page(Generic[DocumentT]):
    items: Sequence[DocumentT]
    has_more: bool


class Reading(Generic[DocumentT]):
    """What may be read of one collection; children say what that is, and nothing else exists here."""

    collection_name: ClassVar[str]
    indexed_filters: ClassVar[frozenset[str]] = frozenset()  # those of pages that an index covers
    kind: type[DocumentT]

    def __init__(self, database: Database, tenant: str) -> None:
        self._tenant = tenant
        self._collection: Collection = database[self.collection_name]

    def _live(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The filter, and that of what may be read."""
        raise NotImplementedError

    def _read(self, found: Mapping[str, Any]) -> DocumentT | None:
        """The document, if it may be read."""
        raise NotImplementedError

    async def get(self, document_id: str) -> DocumentT | None:
        # By the id alone, which takes the embedded server a quarter of the time of an id with further conditions.
        found = await self._collection.find_one({"_id": document_id})
        return self._read(found) if found else None

    async def require(self, document_id: str) -> DocumentT:
        """The document. Raises: NotFound, with the same words for what is another tenant's and for what never was."""
        found = await self.get(document_id)
        if found is None:
            raise NotFound
        return found

    async def readable(self, ids: Iterable[str]) -> list[DocumentT]:
        """Those of these documents that may be read, in no order; one query."""
        found = self._collection.find(self._live({"_id": {"$in": sorted(ids)}}))
        return [document async for row in found if (document := self._read(row))]

    async def page(self, request: PageRequest, **filters: object) -> Page[DocumentT]:
        """One page in the order of creation."""
        wanted = {name: value for name, value in filters.items() if value is not None}
        is_indexed = self._is_indexed(wanted)
        direction = DESCENDING if request.order == "desc" else ASCENDING
        found: list[dict[str, Any]] = []
        start = None
        if request.after:
            start = request.start or await self._created_at(request.after)
            same_moment = self._collection.find(self._live({**wanted, "created_at": start})).sort("_id", direction)
            is_beyond = lt if request.order == "desc" else gt
            found = [row async for row in same_moment if is_beyond(row["_id"], request.after)]
        for span in _spans(request.order, start, is_indexed=is_indexed):
            if len(found) > request.limit:
                break
            cursor = self._collection.find(self._live({**wanted, **span}))
            cursor = cursor.sort([("created_at", direction), ("_id", direction)])
            found += await cursor.limit(request.limit + 1 - len(found)).to_list()
        items = [document for row in found[: request.limit] if (document := self._read(row))]
        return Page(items, len(found) > request.limit)

    async def _created_at(self, document_id: str) -> datetime:
        """When an object was created; of one that is not there (any more) what its identifier says."""
        found = await self._collection.find_one({"_id": document_id})
        return found["created_at"] if found and self._read(found) else time_of(document_id)

    def _is_indexed(self, wanted: Mapping[str, object]) -> bool:
        return wanted.keys() <= self.indexed_filters and all(isinstance(value, str) for value in wanted.values())

    async def count(self, **filters: object) -> int:
        wanted = {name: value for name, value in filters.items() if value is not None}
        return await self._collection.count_documents(self._live(wanted))


class TenantRepository(Reading[DocumentT]):
    """One collection, seen by one tenant. What another tenant owns does not exist here."""

    async def add(self, document: DocumentT) -> DocumentT:
        """Insert a document of this tenant; one insert, or nothing."""
        await self._collection.insert_one({**document.to_mongo(), "tenant": self._tenant})
        return document

    async def add_once(self, document: DocumentT) -> bool:
        """Insert unless the id exists; True when this call inserted it."""
        try:
            await self.add(document)
        except DuplicateKeyError:
            return False
        return True

    async def change(
        self, document_id: str, facts: Mapping[str, object], *, where: Mapping[str, object] | None = None
    ) -> DocumentT | None:
        """Set fields of one document, if `where` still holds; one update, or nothing. None when nothing matched."""
        wanted = self._live({**(where or {}), "_id": document_id})
        outcome = await self._collection.update_one(wanted, {"$set": dict(facts)})
        return await self.get(document_id) if outcome.matched_count else None

    def _live(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The filter with the tenant and without what was deleted (absent counts as null)."""
        return {**wanted, "tenant": self._tenant, "deleted_at": None}

    def _read(self, found: Mapping[str, Any]) -> DocumentT | None:
        is_live = found["tenant"] == self._tenant and found.get("deleted_at") is None
        return self.kind.of(dict(found)) if is_live else None


def _spans(order: Order, start: datetime | None, *, is_indexed: bool) -> Iterator[dict[str, Any]]:
    """Conditions on `created_at` which together cover the time behind `start`: one only where an index is no help."""
    spans = (spans_before if order == "desc" else spans_behind)(start, now())
    every = spans if is_indexed else [{"$lt" if order == "desc" else "$gt": start} if start else {}]
    yield from ({"created_at": span} if span else {} for span in every)
