"""Batches: one set of options over many images, and what a batch shows."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from maskeraid_api.estimates import Wait
from maskeraid_api.schemas.jobs import JobFields, shared_fields
from maskeraid_api.schemas.parts import Text, View
from maskeraid_api.schemas.reimaging_requests import IN_AGREEMENT, ImageChoice, ReimagingOptions
from maskeraid_api.schemas.reimagings import options_of_spec
from maskeraid_api.schemas.training_requests import DataChoice
from maskeraid_core.documents.batches import MOST_ITEMS, BatchProgress, BatchSpec
from maskeraid_core.documents.reimagings import STATEMENT
from maskeraid_core.jobs import Job, JobStatus, Progress

BATCH_BYTES = 100 * 2**20  # of files
JSON_BYTES = 16 * 2**20  # pictures inside JSON keep everybody waiting while they are read
LONGEST_DEADLINE = 7 * 86_400  # seconds


class BatchImage(ImageChoice):
    """One image, and what you call it."""

    client_reference_id: Text | None = None


class BatchOptions(ReimagingOptions):
    """How the covered part of every image is filled. All have the same seed: a result does not depend on the others."""

    deadline_seconds: int | None = Field(
        default=None, ge=10, le=LONGEST_DEADLINE, description="Cancel what has not ended by then; a day when absent."
    )


def _with(one: str, kind: str, other: str) -> dict[str, Any]:
    """JSON Schema's words for: this one, and not the other."""
    return {"required": [one], "properties": {one: {"type": kind}, other: {"type": "null"}}}


class BatchRequest(BatchOptions):
    """Images one by one, or those of a dataset under a filter; files go as multipart parts `images` instead."""

    model_config = ConfigDict(
        json_schema_extra={
            **IN_AGREEMENT,
            "oneOf": [_with("images", "array", "dataset"), _with("dataset", "object", "images")],
        }
    )

    images: Annotated[list[BatchImage], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    dataset: DataChoice | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "BatchRequest":
        if (self.images is None) == (self.dataset is None):
            raise ValueError("give exactly one of images and dataset")
        return self


class BatchCounts(View):
    """How many items stand where."""

    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    total: int

    @classmethod
    def of(cls, progress: BatchProgress, running: int) -> "BatchCounts":
        left = progress.total - len(progress.ended)
        return cls(queued=max(0, left - running), running=min(left, running), total=progress.total, **progress.counts)


class BatchView(JobFields):
    """A batch. It succeeds when any item did; `counts` and `errors` tell of the rest. Each item has its own result."""

    object: Literal["batch"] = "batch"
    statement: str
    options: dict[str, Any] = Field(description="What was asked of every image, with the seed.")
    counts: BatchCounts
    errors: dict[str, int] = Field(description="How many items failed, by code.")

    @classmethod
    def of(cls, job: Job, progress: BatchProgress, running: int = 0, wait: Wait | None = None) -> "BatchView":
        shared = shared_fields(job, wait)
        items = {"items": f"/v1/reimagings?batch_id={job.id}"}
        shared |= {"urls": {**shared["urls"], **items}, "progress": _reached(job, progress)}
        options = options_of_spec(BatchSpec.model_validate(job.spec).template)
        return cls(
            **shared, statement=STATEMENT, options=options, counts=BatchCounts.of(progress, running),
            errors=progress.errors,
        )  # fmt: skip


def _reached(job: Job, progress: BatchProgress) -> Progress | None:
    """By what is so now; the job's own says what was so some seconds ago. None before anything is done."""
    done = len(progress.ended)
    if job.started_at is None and not done:
        return None
    told = shared.eta_seconds if (shared := job.progress) and job.status is JobStatus.RUNNING else None
    return Progress(
        current=done, total=progress.total, unit="image", percent=round(100 * done / progress.total, 1),
        eta_seconds=told, updated_at=progress.told_at,
    )  # fmt: skip
