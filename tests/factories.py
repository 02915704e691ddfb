"""Documents for tests, each in one line."""

from typing import Any

from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.repositories.repository import now


def make_job(kind: JobKind = JobKind.REIMAGING, tenant: str = "ten_1", **facts: Any) -> Job:  # noqa: ANN401 any field
    """A job as the API would accept it."""
    at = now()
    required: dict[str, Any] = {
        "id": new_id(kind.id_prefix), "tenant": tenant, "kind": kind, "queue": kind.queue, "spec": {},
        "spec_digest": "0" * 64, "not_before": at, "created_at": at, "updated_at": at,
    }  # fmt: skip
    return Job(**{**required, **facts})
