"""The asynchronous data layer for callers that are not asynchronous: one loop in a thread of its own."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal
from pymongo.errors import PyMongoError

from maskeraid_core.blobs import Blobs, BlobsFailed
from maskeraid_core.mongo import Database, open_database
from maskeraid_core.news import News
from maskeraid_core.queue import Doorbell
from maskeraid_core.settings import CoreSettings

P = ParamSpec("P")
T = TypeVar("T")

STORE_ERRORS = (PyMongoError, BlobsFailed, OSError)  # what may be otherwise in a moment


@dataclass(frozen=True)
class Stores:
    """The way to the database, the blobs, the bell, and the news; made once at the start of a process."""

    settings: CoreSettings
    database: Database
    blobs: Blobs
    doorbell: Doorbell
    news: News

    async def close(self) -> None:
        await self.news.close()
        await self.database.client.close()


async def open_stores(settings: CoreSettings) -> Stores:
    """Open every store on the running loop, which must be the one that uses them; make the scratch folder."""
    if settings.scratch_folder:
        settings.scratch_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = await open_database(settings)
    return Stores(settings, database, Blobs(settings.blobs_url), Doorbell(settings), News(settings.redis_url))


@dataclass(frozen=True)
class PortalStores:
    """The stores, and the door to the loop on which they live."""

    portal: BlockingPortal
    stores: Stores

    def call(self, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one call of the data layer and wait for its result. Never from the loop's own thread."""
        return self.portal.call(partial(function, *args, **kwargs))


@contextmanager
def open_portal(settings: CoreSettings) -> Iterator[PortalStores]:
    """Run the asynchronous data layer in a thread of its own, for callers that are not asynchronous."""
    with start_blocking_portal(name="data layer") as portal:
        stores = portal.call(open_stores, settings)  # clients are born on the loop that will use them
        try:
            yield PortalStores(portal, stores)
        finally:
            portal.call(stores.close)
