"""Models and their versions."""

from collections.abc import Iterable

from pymongo import DESCENDING

from maskeraid_core.documents.models import Model, ModelVersion
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.repository import TenantRepository, now


class ModelRepository(TenantRepository[Model]):
    collection_name = "models"
    kind = Model

    async def all_live(self) -> list[Model]:
        """Every model of the tenant, oldest first."""
        return [Model.of(row) async for row in self._collection.find(self._live({})).sort("_id", 1)]

    async def delete(self, model_id: str) -> bool:
        """Hide a model from every answer; its files are swept when it has been so for an hour."""
        outcome = await self._collection.update_one(self._live({"_id": model_id}), {"$set": {"deleted_at": now()}})
        return outcome.modified_count == 1


class ModelVersionRepository(TenantRepository[ModelVersion]):
    collection_name = "model_versions"
    kind = ModelVersion

    @staticmethod
    def key(model_id: str, version: int) -> str:
        return f"{model_id}:{version}"

    async def of_model(self, model_id: str, version: int) -> ModelVersion | None:
        return await self.get(self.key(model_id, version))

    async def learned_from(self, dataset_id: str) -> list[str]:
        """Ids of models that have a version which learned from a dataset."""
        return sorted(await self._collection.distinct("model_id", self._live({"lineage.data.dataset_id": dataset_id})))

    async def latest_of(self, models: Iterable[Model]) -> list[ModelVersion]:
        """The latest version of each model."""
        keys = [self.key(model.id, model.latest_version) for model in models]
        return [ModelVersion.of(row) async for row in self._collection.find(self._live({"_id": {"$in": keys}}))]


async def newest_versions(database: Database, limit: int) -> list[ModelVersion]:
    """The newest model versions of all tenants, for workers that load them ahead; a limit of 0 means none."""
    if not limit:
        return []
    cursor = database[ModelVersionRepository.collection_name].find({}).sort("_id", DESCENDING).limit(limit)
    return [ModelVersion.of(row) async for row in cursor]
