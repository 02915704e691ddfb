"""Documents for tests, each in one line."""

from typing import Any

from maskeraid_core.documents.selectors import Selector
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.repositories.repository import now

ROW = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "images": 1}

PICTURE = b"\x89PNG\r\n\x1a\nx"  # begins like one, which is all that the gateway looks at


def make_job(kind: JobKind = JobKind.REIMAGING, tenant: str = "ten_1", **facts: Any) -> Job:  # noqa: ANN401 any field
    """A job as the API would accept it."""
    at = now()
    required: dict[str, Any] = {
        "id": new_id(kind.id_prefix), "tenant": tenant, "kind": kind, "queue": kind.queue, "spec": {},
        "spec_digest": "0" * 64, "not_before": at, "created_at": at, "updated_at": at,
    }  # fmt: skip
    return Job(**{**required, **facts})


def make_selector(tenant: str = "ten_1", **facts: Any) -> Selector:  # noqa: ANN401 any field
    """A selector as a training would leave it."""
    training_id = new_id(JobKind.TRAINING.id_prefix)
    required: dict[str, Any] = {
        "id": twin_id("sel", training_id), "tenant": tenant, "training_id": training_id, "name": "Selector",
        "digest": "sha256:0", "models": [], "images": {"training": 4, "validation": 1, "test": 1}, "curves": [],
        "report": {"accuracy": 1.0, "models": {}, "mean": ROW, "weighted": ROW}, "confusion": [],
        "layers": {"total": 35_646_595, "trainable": 35_645_059, "rows": []}, "stopped": "learned", "seconds": 1.0,
        "files": [], "seed": 0, "software": {"maskeraid": "0"}, "created_at": now(),
    }  # fmt: skip
    return Selector(**{**required, **facts})
