"""Selectors as their tenant sees them."""

from pymongo import DESCENDING

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.selectors import Selector
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import TenantRepository, now
from maskeraid_core.repositories.shares import SharedModelRepository

KEPT = 3  # the newest of a tenant; each has 76 MB


class SelectorRepository(TenantRepository[Selector]):
    collection_name = "selectors"
    kind = Selector

    async def current(self) -> Selector | None:
        """The newest one."""
        found = await self._newest(1)
        return found[0] if found else None

    async def publish(self, selector: Selector) -> None:
        """Insert a selector, and hide those behind the newest three; done twice it is done once."""
        await self.add_once(selector)
        for old in (await self._newest(KEPT + 100))[KEPT:]:
            await self.change(old.id, {"deleted_at": now()})

    async def kept(self) -> list[Selector]:
        """All of them, the newest first."""
        return await self._newest(KEPT)

    async def bytes_kept(self) -> int:
        """What the files of all of them take."""
        return sum(file.bytes for one in await self._newest(KEPT) for file in one.files)

    async def _newest(self, most: int) -> list[Selector]:
        rows = self._collection.find(self._live({})).sort("_id", DESCENDING).limit(most)
        return [Selector.of(row) async for row in rows]


async def usable_versions(database: Database, tenant: str) -> list[ModelVersion]:
    """The latest version of each model of a tenant's, and of those that it has adopted, oldest model first."""
    models = await ModelRepository(database, tenant).all_live()
    found = await ModelVersionRepository(database, tenant).latest_of(models)
    found += await SharedModelRepository(database, tenant).adopted()
    return sorted(found, key=lambda version: version.id)
