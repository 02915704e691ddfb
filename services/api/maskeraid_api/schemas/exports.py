"""Exports: which images are wanted, in which form, and what is shown of the zip that is made."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from maskeraid_api.estimates import Wait
from maskeraid_api.schemas.jobs import JobFields, NotifyChoice, shared_fields
from maskeraid_api.schemas.parts import LabelledBody, View
from maskeraid_api.schemas.training_requests import DataChoice
from maskeraid_core.documents.exports import ExportFormat, ExportSpec, expires_at
from maskeraid_core.jobs import Job, JobStatus


class ExportRequest(DataChoice, LabelledBody):
    """Images of a dataset's version, or those of them that a filter leaves, as one zip."""

    format: Annotated[ExportFormat, Field(strict=False)] = Field(
        default=ExportFormat.FOLDER,
        description="`folder`: PNGs with `manifest.csv`, as an import takes it, and `metadata.csv`, as Hugging Face's "
        "`imagefolder` does. `tensors`: `images.npy`, float32 (n, h, w, 3) in [-1, 1], with `ids.npy`; all images of "
        "one size. Both describe themselves in `croissant.json`.",
    )
    notify: NotifyChoice = Field(default_factory=NotifyChoice)


class ExportResult(View):
    """The zip."""

    images: int = Field(description="How many are in it.", examples=[125])
    bytes: int
    digest: str = Field(description="SHA-256 of the zip: of the same version, filter, and format the same each time.")


class ExportView(JobFields):
    """The job that makes a zip of images, and where it is fetched."""

    object: Literal["export"] = "export"
    dataset_id: str
    version: int = Field(description="Of the dataset; `latest` is the number that it was.", examples=[3])
    where: list[str]
    format: ExportFormat = Field(description="What the zip holds.")
    name: str = Field(description="What the zip is called.", examples=["faces-light-v3.zip"])
    result: ExportResult | None = Field(
        description="Once it has succeeded.",
        examples=[{"images": 125, "bytes": 310_204, "digest": f"sha256:{'6b86b273ff34fce1' * 4}"}],
    )
    expires_at: datetime | None = Field(
        description="When the zip is deleted; this record stays.", examples=["2026-11-30T09:03:10Z"]
    )

    @classmethod
    def of(cls, job: Job, kept_days: float, wait: Wait | None = None) -> "ExportView":
        spec = ExportSpec.model_validate(job.spec)
        shared = shared_fields(job, wait)
        has_succeeded = job.status is JobStatus.SUCCEEDED and job.result is not None
        if has_succeeded:
            shared["urls"] = {**shared["urls"], "content": f"/v1/exports/{job.id}/content"}
        return cls(
            **shared, dataset_id=spec.dataset_id, version=spec.version, where=spec.where, format=spec.format,
            name=spec.name, result=_result(job) if has_succeeded else None,
            expires_at=expires_at(job, kept_days) if has_succeeded else None,
        )  # fmt: skip


def _result(job: Job) -> ExportResult:
    found = job.result or {}
    return ExportResult(images=found["images"], bytes=found["bytes"], digest=f"sha256:{found['sha256']}")
