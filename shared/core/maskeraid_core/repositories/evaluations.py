"""Evaluations as their tenant sees them: jobs, and the ranking that they make of a dataset's models."""

from maskeraid_core.documents.evaluations import EvaluationKind
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.repositories.jobs import JobRepository

MOST_RANKED = 1000  # the newest ones; each takes seconds of a trainer


class EvaluationRepository(JobRepository):
    """A tenant's own evaluations."""

    async def ranked(self, dataset_id: str | None) -> list[Job]:
        """The newest evaluation of quality of each model's version on a dataset, or on any, the highest score first."""
        wanted = {"kind": JobKind.EVALUATION, "status": JobStatus.SUCCEEDED, "spec.kind": EvaluationKind.QUALITY}
        on_dataset = {"spec.data.dataset_id": dataset_id} if dataset_id else {}
        rows = self._collection.find(self._live({**wanted, **on_dataset}))
        found = [Job.of(row) async for row in rows.sort("created_at", -1).limit(MOST_RANKED)]
        newest: dict[object, Job] = {}
        for job in found:
            newest.setdefault((job.spec["model_id"], job.spec["version"], str(job.spec["data"])), job)
        return sorted(newest.values(), key=lambda job: (-score_of(job), job.id))


def score_of(job: Job) -> float:
    """Of an evaluation of quality that has succeeded; higher is better, 1 at the best."""
    return float((job.result or {})["score"])
