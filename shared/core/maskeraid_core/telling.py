"""Tells of short jobs that have ended: several together, while their worker goes on with the next ones."""

from collections.abc import Sequence

import structlog
from pymongo.errors import ConnectionFailure

from maskeraid_core.gathering import Gathering
from maskeraid_core.jobs import Job
from maskeraid_core.outbox import drain_ended
from maskeraid_core.portal import STORE_ERRORS, Stores

log = structlog.get_logger()


class Telling:
    """Lives on the loop of its stores. What is lost here the sweeper does."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._ended = Gathering(self._tell)

    async def add(self, job: Job) -> None:
        """Wake whoever waits for the job's end; the rest follows in a moment."""
        await self._stores.news.publish(job.id)
        self._ended.add(job)

    async def finish(self) -> None:
        """Return when all that was added has been told, or left to the sweeper."""
        await self._ended.finish()

    async def _tell(self, jobs: Sequence[Job]) -> None:
        if not await self._tell_together(jobs) and len(jobs) > 1:
            for job in jobs:
                await self._tell_together([job])

    async def _tell_together(self, jobs: Sequence[Job]) -> bool:
        """Tell of these jobs; False when it is worth trying each by itself, for something is wrong with one of them."""
        try:
            await drain_ended(self._stores, jobs)
        except ConnectionFailure as error:
            log.warning("left to the sweeper", jobs=len(jobs), error=str(error))
        except STORE_ERRORS as error:
            log.warning("not told", jobs=[job.id for job in jobs], error=str(error))
            return False
        except Exception as error:
            log.error("not told", jobs=[job.id for job in jobs], exc_info=error)
            return False
        return True
