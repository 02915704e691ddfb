"""Datasets, their immutable versions, and uploads on their way into one."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, get_args

from pydantic import Field

from maskeraid_core.documents.document import Document, Part

COVERING = "covering"  # the attribute of faces that were covered here: what they wear
Family = Literal[  # of coverings, as the science draws them, which core must not import
    "surgical", "cloth", "respirator", "scarf", "glasses", "hand", "hat", "bar", "blob", "rectangle", "logo",
]  # fmt: skip
FAMILIES: tuple[Family, ...] = get_args(Family)
IDENTITY = "person"  # the attribute that tells persons apart, where a dataset has it


class Role(StrEnum):
    """Whether a dataset is for learning or for trying."""

    TRAIN = "train"
    TEST = "test"


class DataPart(Part):
    """A dataset version, or the part of it that a filter leaves."""

    dataset_id: str
    version: int
    where: list[str] = Field(default_factory=list)


class Attribute(Part):
    """One attribute of the schema. `values` is the closed set of an enum, as strings."""

    type: Literal["enum", "number", "bool", "text"] = "text"
    values: list[str] | None = None
    required: bool = False


COVERING_ATTRIBUTE = Attribute(type="enum", values=list(FAMILIES))


class Dataset(Document):
    tenant: str
    name: str
    role: Role = Role.TRAIN
    subject_kind: Literal["face", "other"] = "face"
    visibility: Literal["private"] = "private"
    attributes: dict[str, Attribute] = Field(default_factory=dict)
    legal_basis: str | None = None
    retain_until: datetime | None = None
    latest_version: int = 0
    image_count: int = 0
    metadata: dict[str, str] = Field(default_factory=dict)
    client_reference_id: str | None = None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


class DatasetVersion(Document):
    """An immutable version; `_id` is `dataset:version`. Visible once the dataset's `latest_version` reaches it."""

    tenant: str
    dataset_id: str
    version: int
    parent_version: int
    import_id: str
    role: Role
    image_count: int
    sides: list[int]  # distinct side lengths of the images, pixels
    manifest_key: str
    manifest_sha256: str
    bytes: int  # of the images
    attributes: dict[str, Attribute]
    last_row: int = 0  # the highest number that an image ever had: those of deleted ones are not given again
    lineage: list[DataPart] = Field(default_factory=list)  # what its import took from other versions
    report: dict[str, Any] = Field(default_factory=dict)
    created_at: datetime


class UploadPart(Part):
    number: int
    bytes: int
    sha256: str
    key: str


class Upload(Document):
    """Bytes on their way in: announced, then sent in parts of any order, then completed."""

    tenant: str
    file_name: str  # a label, never a path
    bytes: int
    sha256: str
    part_bytes: int
    parts: dict[str, UploadPart] = Field(default_factory=dict)  # by number
    completed_at: datetime | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    client_reference_id: str | None = None
    created_at: datetime

    @property
    def part_count(self) -> int:
        return max(1, -(-self.bytes // self.part_bytes))

    @property
    def missing_parts(self) -> list[int]:
        return [number for number in range(1, self.part_count + 1) if str(number) not in self.parts]


class StoredFile(Part):
    """A file that came in: its label and where its bytes lie, in order."""

    name: str
    bytes: int
    sha256: str | None = None
    keys: list[str]


class CoveredFaces(Part):
    """Clean faces of a dataset that are to be copied with coverings, one each."""

    dataset_id: str
    version: int
    where: list[str] = Field(default_factory=list)
    families: list[Family]
    seed: int


class MergePart(DataPart):
    """A dataset version, or the part of it that a filter leaves, whose images are taken in."""

    owner: str  # the tenant whose dataset it is


class Edit(Part):
    """A change of images that are there: those under a filter, or those of some numbers."""

    where: list[str] = Field(default_factory=list)
    rows: list[int] | None = None  # None: those under the filter
    set: dict[str, str | None] = Field(default_factory=dict)  # None takes the value away
    delete: bool = False


class ImportSpec(Part):
    """What an import was asked for. `files` are those of an upload, `generator` names a drawn set."""

    dataset_id: str
    source: Literal["upload", "generator", "coverings", "edit", "merge"]
    upload_ids: list[str] = Field(default_factory=list)
    files: list[StoredFile] = Field(default_factory=list)
    generator: str | None = None
    covered: CoveredFaces | None = None
    edit: Edit | None = None
    parts: list[MergePart] = Field(default_factory=list)
    detect_faces: bool = False
    size: int | None = None  # side of the faces that are cut out, pixels
    allow_generated: bool = False
    near_duplicates: Literal["keep", "drop"] = "keep"
    dry_run: bool = False  # read and check everything, store nothing

    @property
    def lineage(self) -> list[DataPart]:
        """What of other versions it takes in."""
        covered = [self.covered] if self.covered else []
        return [DataPart(**one.model_dump(include=set(DataPart.model_fields))) for one in (*covered, *self.parts)]
