"""Coverings: maps of covered pixels that somebody sent, or that a re-imaging used. The job that made one holds it.

A covering's identifier has the ULID of its job: `cov_…` of the job that read a sent map, or of the re-imaging `rim_…`.
"""

from datetime import datetime
from typing import Any, Self

from maskeraid_core.documents.datasets import StoredFile
from maskeraid_core.documents.document import Part
from maskeraid_core.ids import twin_id
from maskeraid_core.jobs import Job, JobError, JobKind, JobStatus

PREFIX = JobKind.COVERING.id_prefix
MAP_FILE = "covering.png"  # among the files of either job
PHOTO_MAP_FILE = "photo-covering.png"  # of a re-imaging whose face was cut out of a photograph: of the whole one


class SentMap(Part):
    """A map as it came, not yet sanitised: white = covered."""

    upload: StoredFile


class CoveringSpec(Part):
    """A map that is to be read. `grow` and `feather` are for re-imagings that do not say otherwise."""

    covering: SentMap
    name: str | None = None
    grow: int = 0  # pixels of the image
    feather: int = 0  # likewise
    requested_by: str | None = None  # the name of the key that asked


class CoveringFile(Part):
    """Where a clean map lies: a PNG of ours, black and white, which may be a part of an object."""

    key: str
    offset: int = 0
    bytes: int
    sha256: str


class Covering(Part):
    """A covering as its job has it. Without a `file` it is not read yet, or cannot be."""

    id: str
    job_id: str
    status: JobStatus
    error: JobError | None
    file: CoveringFile | None
    by: str | None  # map, learned, colour, guess: how it was found
    kind: str | None  # mask, scarf, glasses, hand, hat, other, where a network has looked
    share: float | None  # of the area, 0 to 1
    width: int | None  # pixels
    height: int | None
    name: str | None
    grow: int
    feather: int
    metadata: dict[str, str]
    client_reference_id: str | None
    created_at: datetime

    @property
    def is_found(self) -> bool:
        """Whether it belongs to a re-imaging, and not to a map that somebody sent."""
        return self.id != self.job_id

    @classmethod
    def of(cls, job: Job) -> Self:
        """What a job holds: one that reads a map, or a re-imaging that has a covering."""
        is_sent = job.kind is JobKind.COVERING
        result = job.result or {}
        said, files = result.get("covering", {}), result.get("files", {})
        file = files.get(PHOTO_MAP_FILE, files.get(MAP_FILE))
        width, height = _size(said, result)
        return cls(
            id=job.id if is_sent else covering_id_of(job), job_id=job.id, status=job.status, error=job.error,
            file=CoveringFile(**{name: file[name] for name in CoveringFile.model_fields if name in file})
            if file
            else None,
            by=said.get("by", said.get("kind")), kind=said.get("kind") if "by" in said else None,
            share=said.get("share"), width=width, height=height,
            name=job.spec.get("name"), grow=job.spec.get("grow", 0), feather=job.spec.get("feather", 0),
            metadata=job.metadata, client_reference_id=job.client_reference_id, created_at=job.created_at,
        )  # fmt: skip


def covering_id_of(reimaging: Job) -> str:
    """The identifier of the covering that a re-imaging used."""
    return twin_id(PREFIX, reimaging.id)


def has_covering(job: Job) -> bool:
    """Whether a re-imaging found or was given one, and still has it."""
    return job.kind is JobKind.REIMAGING and MAP_FILE in (job.result or {}).get("files", {})


def _size(said: dict[str, Any], result: dict[str, Any]) -> tuple[int | None, int | None]:
    """Width and height: a re-imaging's covering has those of its photograph, or of its image, which is its one face."""
    if photo := result.get("photo"):
        return photo["width"], photo["height"]
    if faces := result.get("faces"):
        _, _, width, height = faces[0]["box"]
        return width, height
    return said.get("width"), said.get("height")
