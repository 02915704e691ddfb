"""The models that a tenant has, kept with what Selection makes of them until something about them changes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.jobs import Job
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.pools import PoolRepository
from maskeraid_core.repositories.selectors import usable_versions
from maskeraid_inference.candidates import Candidates

UNASKED_SECONDS = 5.0  # a model that was deleted is used so much longer at most, by jobs that were ordered before
UNREAD_SECONDS = 60.0  # a note of a change can be lost with the process that made the change
MOST_REMEMBERED = 20_000  # versions, of all tenants; each takes some 10 kB


@dataclass(frozen=True)
class _Reading:
    versions: Candidates
    changes: int  # of the pool, counted before it was read
    at: datetime  # of the last look, by the database's clock, or earlier
    ask_again: float
    read_again: float


class KnownVersions:
    """Jobs that waited together share one look, and none misses a model that was there when it was accepted.

    Looking is one question by an id: whether the tenant's pool has changed. It is read anew only then.
    """

    def __init__(self, port: PortalStores, clock: Callable[[], float] = time.monotonic) -> None:
        self._port, self._clock = port, clock
        self._readings: dict[str, _Reading] = {}

    def of(self, job: Job) -> Candidates:
        """The latest version of each model of the job's tenant, and of those that it has adopted, oldest model first.

        The job is claimed. One that was ordered after a share was revoked finds nothing of that share.
        """
        known, moment = self._readings.get(job.tenant), self._clock()
        if known is None or known.at < job.created_at or known.ask_again < moment:
            known = self._look(job, known, moment)
        return known.versions

    def _look(self, job: Job, known: _Reading | None, moment: float) -> _Reading:
        changes = self._port.call(_changes, self._port.stores, job.tenant)
        if known is not None and known.changes == changes and moment < known.read_again:
            versions, read_again = known.versions, known.read_again
        else:
            versions = Candidates(self._port.call(_read, self._port.stores, job.tenant))
            read_again = moment + UNREAD_SECONDS
        # The job was claimed, and so written, before this look.
        found = _Reading(versions, changes, job.updated_at, moment + UNASKED_SECONDS, read_again)
        others = {tenant: one for tenant, one in self._readings.items() if tenant != job.tenant}
        fits = len(versions) + sum(len(one.versions) for one in others.values()) <= MOST_REMEMBERED
        self._readings = {**(others if fits else {}), job.tenant: found}
        return found


async def _changes(stores: Stores, tenant: str) -> int:
    return await PoolRepository(stores.database).changes(tenant)


async def _read(stores: Stores, tenant: str) -> Sequence[ModelVersion]:
    return await usable_versions(stores.database, tenant)
