"""The models that a tenant has, read again for every job that was accepted after the last reading."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.jobs import Job
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.selectors import usable_versions

KEPT_SECONDS = 5.0  # a model that was deleted is used so much longer at most
MOST_REMEMBERED = 1_000


@dataclass(frozen=True)
class _Reading:
    versions: Sequence[ModelVersion]
    at: datetime  # by the database's clock, or earlier
    until: float


class KnownVersions:
    """Jobs that waited together share one reading, and none misses a model that was there when it was accepted."""

    def __init__(self, port: PortalStores) -> None:
        self._port = port
        self._readings: dict[str, _Reading] = {}

    def of(self, job: Job) -> Sequence[ModelVersion]:
        """The latest version of each model of the job's tenant, and of those that it has adopted, oldest model first.

        The job is claimed. One that was ordered after a share was revoked finds nothing of that share.
        """
        known = self._readings.get(job.tenant)
        if known is None or known.at < job.created_at or known.until < time.monotonic():
            if len(self._readings) >= MOST_REMEMBERED:
                self._readings.clear()
            versions = self._port.call(_read, self._port.stores, job.tenant)
            known = _Reading(versions, job.updated_at, time.monotonic() + KEPT_SECONDS)  # it was claimed before
            self._readings[job.tenant] = known
        return known.versions


async def _read(stores: Stores, tenant: str) -> Sequence[ModelVersion]:
    return await usable_versions(stores.database, tenant)
