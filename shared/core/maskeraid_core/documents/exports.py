"""What an export is asked for; its state is a job."""

from datetime import datetime, timedelta
from enum import StrEnum

from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.jobs import Job


class ExportFormat(StrEnum):
    """What the zip of an export holds beside its description."""

    FOLDER = "folder"  # PNGs, with tables that this service and Hugging Face's `imagefolder` read
    TENSORS = "tensors"  # one array of all images in [-1, 1], and one of their ids


class ExportSpec(DataPart):
    """The images, and how they are wanted. `name` is what the zip is called when it is saved."""

    format: ExportFormat
    name: str


def expires_at(job: Job, kept_days: float) -> datetime | None:
    """When the bytes of an export go; None while it has not ended."""
    return job.finished_at + timedelta(days=kept_days) if job.finished_at else None
