"""Which scopes a kind of job asks for, and finding a job that the caller may see."""

from collections.abc import Mapping

from maskeraid_api.access import Caller
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.errors import NotFound
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.repositories.jobs import JobRepository

READ_SCOPES: Mapping[JobKind, Scope] = {
    JobKind.IMPORT: Scope.DATASETS_READ, JobKind.EXPORT: Scope.DATASETS_READ, JobKind.DELETION: Scope.DATASETS_READ,
    JobKind.TRAINING: Scope.TRAININGS_READ, JobKind.EVALUATION: Scope.MODELS_READ,
    JobKind.REIMAGING: Scope.REIMAGINGS_READ, JobKind.BATCH: Scope.REIMAGINGS_READ,
    JobKind.COVERING: Scope.REIMAGINGS_READ,
}  # fmt: skip
WRITE_SCOPES: Mapping[JobKind, Scope] = {
    JobKind.IMPORT: Scope.DATASETS_WRITE, JobKind.EXPORT: Scope.DATASETS_WRITE, JobKind.DELETION: Scope.DATASETS_WRITE,
    JobKind.TRAINING: Scope.TRAININGS_WRITE, JobKind.EVALUATION: Scope.MODELS_WRITE,
    JobKind.REIMAGING: Scope.REIMAGINGS_WRITE, JobKind.BATCH: Scope.REIMAGINGS_WRITE,
    JobKind.COVERING: Scope.REIMAGINGS_WRITE,
}  # fmt: skip


def write_scope(kind: JobKind) -> Scope:
    return WRITE_SCOPES[kind]


def readable_kinds(caller: Caller, *wanted: JobKind) -> list[JobKind]:
    """The kinds that the key may read; ScopeMissing when one of those wanted is not among them."""
    for kind in wanted:
        caller.need(READ_SCOPES[kind])
    return [kind for kind in JobKind if caller.may(READ_SCOPES[kind])]


async def job_of(jobs: JobRepository, caller: Caller, job_id: str, kind: JobKind | None = None) -> Job:
    """A job of the tenant, of that kind if one is given, that the key may read; else NotFound or ScopeMissing."""
    job = await jobs.get(job_id)
    if job is None or (kind is not None and job.kind is not kind):
        raise NotFound
    caller.need(READ_SCOPES[job.kind])
    return job
