"""Uploads in parts: announced, sent in any order, completed."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from maskeraid_api.schemas.parts import LabelledBody, Name, Sha256, View
from maskeraid_api.settings import MOST_UPLOAD_BYTES
from maskeraid_core.documents.datasets import Upload

LEAST_PART_BYTES = 8 * 2**20
MOST_PART_BYTES = 64 * 2**20


class UploadRequest(LabelledBody):
    """An announcement: how many bytes will come, and their SHA-256."""

    file_name: Name = Field(description="A label; never a path.")
    bytes: int = Field(ge=1, le=MOST_UPLOAD_BYTES)
    sha256: Sha256
    part_bytes: int = Field(
        default=LEAST_PART_BYTES, ge=LEAST_PART_BYTES, le=MOST_PART_BYTES, description="Of every part but the last."
    )


class UploadView(View):
    """Bytes on their way in."""

    object: Literal["upload"] = "upload"
    id: str
    file_name: str
    bytes: int
    sha256: str
    part_bytes: int
    part_count: int
    missing_parts: list[int]
    status: Literal["open", "complete"]
    metadata: dict[str, str]
    client_reference_id: str | None
    created_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, upload: Upload) -> "UploadView":
        return cls(
            id=upload.id, file_name=upload.file_name, bytes=upload.bytes, sha256=upload.sha256,
            part_bytes=upload.part_bytes, part_count=upload.part_count, missing_parts=upload.missing_parts,
            status="complete" if upload.completed_at else "open", created_at=upload.created_at,
            completed_at=upload.completed_at, metadata=upload.metadata, client_reference_id=upload.client_reference_id,
        )  # fmt: skip
