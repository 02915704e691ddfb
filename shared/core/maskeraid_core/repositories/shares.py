"""What others share with a tenant: read only, and only while a grant is there. Also which of that it has adopted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pymongo.errors import DuplicateKeyError

from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.documents.grants import EVERYONE, Adoption, Grant
from maskeraid_core.documents.models import Model, ModelFlag, ModelVersion
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository, facts_of
from maskeraid_core.repositories.pools import PoolRepository
from maskeraid_core.repositories.repository import Page, PageRequest, Reading, TenantRepository, now

SharedT = TypeVar("SharedT", Model, Dataset)


class SharedRepository(Reading[SharedT]):
    """What other tenants share with this one, as it may see it. There is nothing here that writes."""

    def __init__(self, database: Database, tenant: str) -> None:
        super().__init__(database, tenant)
        self._database = database

    def _live(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        readers = [self._tenant, EVERYONE]
        others = {"tenant": {"$ne": self._tenant}, "deleted_at": None}
        return {"grants.reader": {"$in": readers}, **wanted, **others}

    def _read(self, found: Mapping[str, Any]) -> SharedT | None:
        if found["tenant"] == self._tenant or found.get("deleted_at") is not None:
            return None
        return self.kind.of(dict(found)).seen_by(self._tenant)

    def _is_indexed(self, wanted: Mapping[str, object]) -> bool:
        return False  # that of readers finds them all at once


class SharedModelRepository(SharedRepository[Model]):
    """Models of other tenants that this one may read."""

    collection_name = "models"
    kind = Model

    async def get(self, document_id: str) -> Model | None:
        found = await super().get(document_id)
        return (await self._told([found]))[0] if found else None

    async def page(self, request: PageRequest, **filters: object) -> Page[Model]:
        page = await super().page(request, **await self._of_open_versions(filters))
        return Page(await self._told(page.items), page.has_more)

    async def count(self, **filters: object) -> int:
        return await super().count(**await self._of_open_versions(filters))

    async def _told(self, models: Sequence[Model]) -> list[Model]:
        """The models with what they repeat of their latest version, where that is not the one of the document."""
        versions = {
            model.id: found
            for model in models
            if model.architecture is None and (found := await self.version(model, model.latest_version))
        }
        return [
            model.model_copy(update={**facts_of(version), "updated_at": changed_at(model.grants, version.created_at)})
            if (version := versions.get(model.id))
            else model
            for model in models
        ]

    async def _of_open_versions(self, filters: Mapping[str, object]) -> dict[str, object]:
        """The filters, that by architecture asked of the version that the reader sees."""
        architecture = filters.get("architecture")
        if architecture is None:
            return dict(filters)
        others = {name: value for name, value in filters.items() if name != "architecture" and value is not None}
        found = [model async for row in self._collection.find(self._live(others)) if (model := self._read(row))]
        return {
            **others,
            "_id": {"$in": [one.id for one in await self._told(found) if one.architecture == architecture]},
        }

    async def version(self, model: Model, number: int) -> ModelVersion | None:
        """A version of a model that was read here; None behind the last one that the grant opens.

        Nor is one there for everyone that was found to copy, whenever that was.
        """
        if number > model.latest_version:
            return None
        found = await ModelVersionRepository(self._database, model.tenant).of_model(model.id, number)
        is_for_everyone = all(grant.reader == EVERYONE for grant in model.grants)
        return found.shown_to_others() if found and not (found.copies and is_for_everyone) else None

    async def flags(self, model: Model) -> list[ModelFlag]:
        """Those of a model that was read here; its owner's business, but also a reason not to show it to more."""
        found = await self._collection.find_one({"_id": model.id})
        return self.kind.of(dict(found)).flags if found else []

    async def adopted(self) -> list[ModelVersion]:
        """The latest version of each model that the tenant has adopted and may still read, oldest model first."""
        adoptions = self._database[AdoptionRepository.collection_name].find({"tenant": self._tenant})
        ids = sorted([row["model_id"] async for row in adoptions])
        if not ids:
            return []
        rows = [row async for row in self._collection.find(self._live({"_id": {"$in": ids}})).sort("_id", 1)]
        models = [model for row in rows if (model := self._read(row))]
        found = [await self.version(model, model.latest_version) for model in models]
        return [version for version in found if version]

    async def public_version(self, model_id: str) -> ModelVersion | None:
        """The latest version that everyone may use of a model, if it still has one whose weights are there."""
        model = await self.get(model_id)
        grant = model.public_grant if model else None
        if model is None or grant is None:
            return None
        found = await self.version(model, grant.up_to or model.latest_version)
        return found if found and found.pruned_at is None else None


class AdoptionRepository(TenantRepository[Adoption]):
    collection_name = "adoptions"
    kind = Adoption

    async def adopt(self, model_id: str) -> None:
        """Let a shared model take part in Selection; twice is once."""
        adoption = Adoption(id=self._key(model_id), tenant=self._tenant, model_id=model_id, created_at=now())
        try:
            await self.add(adoption)
        except DuplicateKeyError:
            return
        await PoolRepository(self._collection.database).note_changed(self._tenant)

    async def forgo(self, model_id: str) -> bool:
        """Take that back; False when it was not so."""
        outcome = await self._collection.delete_one(self._live({"_id": self._key(model_id)}))
        if outcome.deleted_count:
            await PoolRepository(self._collection.database).note_changed(self._tenant)
        return outcome.deleted_count == 1

    async def among(self, model_ids: list[str]) -> set[str]:
        """Which of these models the tenant has adopted."""
        wanted = self._live({"_id": {"$in": [self._key(model_id) for model_id in model_ids]}})
        return {row["model_id"] async for row in self._collection.find(wanted, {"model_id": 1})}

    def _key(self, model_id: str) -> str:
        return f"{model_id}:{self._tenant}"


def changed_at(grants: Sequence[Grant], made_at: datetime) -> datetime:
    """When a reader could see a change last: not when a version was made that is closed to it."""
    return max(made_at, *(grant.given_at for grant in grants))


async def readable_version(database: Database, tenant: str, model_id: str, number: int) -> ModelVersion | None:
    """That of a model of the tenant's, or of one that is shared with it now, as it may see it."""
    if await ModelRepository(database, tenant).get(model_id):
        return await ModelVersionRepository(database, tenant).of_model(model_id, number)
    shares = SharedModelRepository(database, tenant)
    shared = await shares.get(model_id)
    return await shares.version(shared, number) if shared else None
