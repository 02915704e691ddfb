"""Datasets, their immutable versions, and uploads on their way into one."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, get_args

from pydantic import Field

from maskeraid_core.documents.document import Document, Part
from maskeraid_core.documents.grants import SharedDocument

COVERING = "covering"  # the attribute of faces that were covered here: what they wear
Family = Literal[  # of coverings, as the science draws them, which core must not import
    "surgical", "cloth", "respirator", "scarf", "glasses", "hand", "hat", "bar", "blob", "rectangle", "logo",
]  # fmt: skip
FAMILIES: tuple[Family, ...] = get_args(Family)
IDENTITIES = ("subject", "person")  # attributes that tell persons apart; the second is the older name


class Role(StrEnum):
    """Whether a dataset is for learning or for trying."""

    TRAIN = "train"
    TEST = "test"


AttributeType = Literal["enum", "number", "bool", "text", "geo", "date"]
Basis = Literal["own_faces", "consent", "public_licence", "generated"]


class DataPart(Part):
    """A dataset version, or the part of it that a filter leaves."""

    dataset_id: str
    version: int
    where: list[str] = Field(default_factory=list)


class Attribute(Part):
    """One attribute of the schema. `values` is the closed set of an enum, as strings."""

    type: AttributeType = "text"
    values: list[str] | None = None
    required: bool = False
    private: bool = False  # stays with the owner when the dataset is shared
    exact: bool = False  # of a place: kept as it comes, not rounded to about 10 km


def identity_in(names: Collection[str]) -> str | None:
    """Which of these attributes says whom an image shows."""
    return next((name for name in IDENTITIES if name in names), None)


class Attestation(Part):
    """Why these faces may be used, as somebody said it."""

    basis: Basis
    licence: str | None = None  # under which they were published, with the basis `public_licence`
    purpose: str
    minors_excluded: Literal[True] = True
    by: str | None = None  # the account that said so; None: the built-in generator, whose faces show nobody
    at: datetime


COVERING_ATTRIBUTE = Attribute(type="enum", values=list(FAMILIES))


GENERATED = Attestation(basis="generated", purpose="demonstrations and tests", at=datetime(2021, 1, 1, tzinfo=UTC))


class Dataset(SharedDocument):
    name: str
    role: Role = Role.TRAIN
    subject_kind: Literal["face", "other"] = "face"
    attributes: dict[str, Attribute] = Field(default_factory=dict)
    legal_basis: str | None = None
    attestation: Attestation | None = None
    retain_until: datetime | None = None
    image_count: int = 0
    metadata: dict[str, str] = Field(default_factory=dict)
    client_reference_id: str | None = None
    created_at: datetime
    updated_at: datetime
    narrowed_at: datetime | None = None  # when readers lost it whose models have not been flagged yet
    rewritten: int = 0  # how often a version of it was changed after it was published: its images erased, or names
    deleted_at: datetime | None = None

    def seen_by(self, tenant: str) -> "Dataset | None":
        """The dataset as another tenant sees it: what its grants open, without what is its owner's own business.

        `image_count` is that of the latest version, which the reader may not see: SharedDatasetRepository tells it.
        """
        grants = self.grants_for(tenant)
        if not grants:
            return None
        return self.model_copy(
            update={
                "latest_version": self.opened_by(grants), "grants": grants, "metadata": {}, "outbox": [],
                "client_reference_id": None, "attributes": shown_attributes(self.attributes, self.attributes),
            }
        )  # fmt: skip

    def has_attested(self) -> bool:
        """Whether somebody has said why its faces may be used; the generator speaks for its own alone."""
        return self.attestation is not None and self.attestation.by is not None


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
    erased_rows: list[int] = Field(default_factory=list)  # tombstones: in the manifest until that is rewritten
    erased_at: datetime | None = None  # when images of it were last hidden so
    generated: int = 0  # images that a trained generator made, or a part of, and that were let in on purpose
    lineage: list[DataPart] = Field(default_factory=list)  # what its import took from other versions
    report: dict[str, Any] = Field(default_factory=dict)
    created_at: datetime

    @property
    def rows_key(self) -> str:
        """The same for the same rows: what is kept of them in memory is kept by it."""
        return " ".join([self.manifest_sha256, *map(str, self.erased_rows)])

    def shown_to_others(self, dataset: Dataset) -> "DatasetVersion":
        """Without what is private in this version or by now; the names left are all that its rows tell others."""
        shown = shown_attributes(self.attributes, dataset.attributes)
        return self.model_copy(update={"attributes": shown, "report": {}, "import_id": ""})


def shown_attributes(attributes: Mapping[str, Attribute], today: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """Those that a reader learns of: private neither in themselves nor in the schema of today."""
    private = {name for schema in (attributes, today) for name, one in schema.items() if one.private}
    return {name: one for name, one in attributes.items() if name not in private}


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
    confirm: list[str] = Field(default_factory=list)  # attributes whose suggestions become values
    least_confidence: float | None = None  # of those that are confirmed; None: all
    dismiss: list[str] = Field(default_factory=list)  # attributes whose suggestions are dropped


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
    as_text: list[str] = Field(default_factory=list)  # attributes of merged versions that become texts
    detect_faces: bool = False
    size: int | None = None  # side of the faces that are cut out, pixels
    allow_generated: bool = False
    near_duplicates: Literal["keep", "drop"] = "keep"
    suggest_attributes: bool = False  # for images that lack a value of an enum or bool
    dry_run: bool = False  # read and check everything, store nothing

    @property
    def lineage(self) -> list[DataPart]:
        """What of other versions it takes in."""
        covered = [self.covered] if self.covered else []
        return [DataPart(**one.model_dump(include=set(DataPart.model_fields))) for one in (*covered, *self.parts)]
