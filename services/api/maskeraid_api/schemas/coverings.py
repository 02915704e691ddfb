"""Coverings: what may be sent, and what one shows."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from maskeraid_api.schemas.jobs import JobErrorView, NotifyChoice
from maskeraid_api.schemas.parts import LabelledBody, Text, View
from maskeraid_core.documents.coverings import Covering
from maskeraid_core.jobs import JobStatus

MOST_GROWN = 16  # pixels
WIDEST_FEATHER = 8  # pixels


class CoveringUploadOptions(LabelledBody):
    """What is said of a map that is sent."""

    name: Text | None = None
    grow: int = Field(
        default=0, ge=0, le=MOST_GROWN, description="Pixels; for re-imagings that name it and do not say otherwise."
    )
    feather: int = Field(default=0, ge=0, le=WIDEST_FEATHER, description="Pixels; likewise.")
    notify: NotifyChoice = Field(default_factory=NotifyChoice)


class CoveringView(View):
    """A map of what is covered: one that was sent, or the one that a re-imaging used."""

    object: Literal["covering"] = "covering"
    id: str
    status: JobStatus = Field(description="It can be used and fetched once it has `succeeded`: then its map is read.")
    error: JobErrorView | None = Field(description="Why its map cannot be read.")
    name: str | None
    is_found: bool = Field(description="Whether it belongs to a re-imaging, with which it is deleted.")
    reimaging_id: str | None = Field(description="The re-imaging that it belongs to.")
    found_by: str | None = Field(description="How it was found; `map`: somebody drew it.")
    covering_kind: str | None = Field(
        description="What it is, where a network has looked: mask, scarf, glasses, hand, hat, other.", examples=["mask"]
    )
    share: float | None = Field(description="How much of the area is covered, 0 to 1.")
    width: int | None
    height: int | None
    grow: int
    feather: int
    bytes: int | None
    digest: str | None = Field(description="SHA-256 of the PNG.")
    metadata: dict[str, str]
    client_reference_id: str | None
    created_at: datetime
    urls: dict[str, str]

    @classmethod
    def of(cls, covering: Covering) -> "CoveringView":
        file, error = covering.file, covering.error
        return cls(
            id=covering.id, status=covering.status,
            error=JobErrorView.of(error) if error else None,
            name=covering.name, is_found=covering.is_found,
            reimaging_id=covering.job_id if covering.is_found else None, found_by=covering.by,
            covering_kind=covering.kind, share=covering.share,
            width=covering.width, height=covering.height, grow=covering.grow, feather=covering.feather,
            bytes=file.bytes if file else None, digest=f"sha256:{file.sha256}" if file else None,
            metadata=covering.metadata, client_reference_id=covering.client_reference_id,
            created_at=covering.created_at, urls=_urls(covering),
        )  # fmt: skip


def _urls(covering: Covering) -> dict[str, str]:
    own = covering_url(covering.id)
    urls: dict[str, Any] = {"self": own, "content": f"{own}/content", "job": f"/v1/jobs/{covering.job_id}"}
    return urls | ({"reimaging": f"/v1/reimagings/{covering.job_id}"} if covering.is_found else {})


def covering_url(covering_id: str) -> str:
    return f"/v1/coverings/{covering_id}"
