"""The service's default model. It is no tenant's: whoever runs the server chooses it, and everyone may know."""

from maskeraid_core.documents.default_models import DEFAULT_MODEL, DefaultModel
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.repository import now


class DefaultModelRepository:
    collection_name = "default_models"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.collection_name]

    async def model_id(self) -> str | None:
        """Which model it is, whether or not that is still there and public."""
        found = await self._collection.find_one({"_id": DEFAULT_MODEL})
        return DefaultModel.of(found).model_id if found else None

    async def choose(self, model_id: str) -> None:
        """Take a model in place of the one before; one update."""
        chosen = DefaultModel(id=DEFAULT_MODEL, model_id=model_id, chosen_at=now())
        await self._collection.replace_one({"_id": DEFAULT_MODEL}, chosen.to_mongo(), upsert=True)

    async def forgo(self, model_id: str) -> bool:
        """Have none any more; False when it was not this one."""
        outcome = await self._collection.delete_one({"_id": DEFAULT_MODEL, "model_id": model_id})
        return outcome.deleted_count == 1
