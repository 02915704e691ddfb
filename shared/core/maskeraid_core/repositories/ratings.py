"""Ratings of one model by all who may read it; who asks has checked that the caller is among them."""

from collections.abc import Mapping
from typing import Any

from maskeraid_core.documents.models import Model
from maskeraid_core.documents.ratings import Rating
from maskeraid_core.ids import derived_id
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.models import ModelRepository
from maskeraid_core.repositories.repository import Reading, now

TRIES = 20  # of one who counts while others rate at the same time


class RatingRepository(Reading[Rating]):
    """The ratings of one model, newest first."""

    collection_name = "ratings"
    kind = Rating

    def __init__(self, database: Database, model: Model) -> None:
        super().__init__(database, model.tenant)
        self._models = ModelRepository(database, model.tenant)
        self._model = model

    async def put(self, tenant: str, stars: int, note: str | None) -> Rating:
        """Write a tenant's rating, in place of the one before, and count anew."""
        at, model = now(), self._model
        known = await self.get(self._key(tenant))
        rating = Rating(
            id=self._key(tenant), tenant=tenant, model_id=model.id, stars=stars, note=note,
            created_at=known.created_at if known else at, updated_at=at,
        )  # fmt: skip
        await self._collection.replace_one({"_id": rating.id}, rating.to_mongo(), upsert=True)
        await self._count()
        return rating

    async def _count(self) -> None:
        """Whoever counts last has seen every rating: a count that another has overtaken is made again."""
        for _ in range(TRIES):
            model = await self._models.get(self._model.id)
            if model is None:
                return
            stars = [row["stars"] async for row in self._collection.find(self._live({}), {"stars": 1})]
            if await self._models.note_ratings(model, len(stars), sum(stars) / len(stars) if stars else None):
                return

    def _key(self, tenant: str) -> str:
        return derived_id("rat", self._model.created_at, self._model.id, tenant)

    def _live(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        return {**wanted, "model_id": self._model.id}

    def _read(self, found: Mapping[str, Any]) -> Rating | None:
        return self.kind.of(dict(found)) if found["model_id"] == self._model.id else None

    def _is_indexed(self, wanted: Mapping[str, object]) -> bool:
        return False  # that of models finds them all at once
