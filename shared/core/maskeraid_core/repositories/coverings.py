"""Coverings of a tenant, found by the jobs that hold them: nothing is written twice, and none outlives its bytes."""

from maskeraid_core.documents.coverings import MAP_FILE, PREFIX, Covering, has_covering
from maskeraid_core.errors import NotFound
from maskeraid_core.ids import twin_id
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.repositories.jobs import JobRepository


class CoveringRepository:
    """Maps that were sent, and those that re-imagings used."""

    def __init__(self, jobs: JobRepository) -> None:
        self._jobs = jobs

    async def get(self, covering_id: str) -> Covering | None:
        job = await self.job_of(covering_id)
        return Covering.of(job) if job else None

    async def require(self, covering_id: str) -> Covering:
        """The covering. Raises: NotFound, with the same words for what is another tenant's and for what never was."""
        found = await self.get(covering_id)
        if found is None:
            raise NotFound
        return found

    async def job_of(self, covering_id: str) -> Job | None:
        """The job that holds it."""
        if not covering_id.startswith(f"{PREFIX}_"):
            return None
        sent = await self._jobs.get(covering_id)
        if sent is not None:
            return sent
        reimaging = await self._jobs.get(twin_id(JobKind.REIMAGING.id_prefix, covering_id))
        return reimaging if reimaging and has_covering(reimaging) else None

    async def stored_bytes(self) -> int:
        """What the maps take that were sent and read; those of re-imagings are counted nowhere, as their pictures."""
        results = await self._jobs.results_of(JobKind.COVERING, JobStatus.SUCCEEDED)
        return sum(result["files"][MAP_FILE]["bytes"] for result in results)
