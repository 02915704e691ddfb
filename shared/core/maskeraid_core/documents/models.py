"""Models and their immutable versions. A model appears once its training has succeeded."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from maskeraid_core.documents.datasets import IDENTITIES, DataPart
from maskeraid_core.documents.document import Document, Part
from maskeraid_core.documents.grants import SharedDocument

FlagCode = Literal["dataset_deleted", "share_revoked", "subject_erased"]

CARD_FILE, CARD_TEXT = "card.json", "card.md"  # what is known of a version, for programs and for people
OWNERS_ON_CARD = frozenset({"start_from"})  # names models and trainings of the owner's


class ModelFile(Part):
    name: str
    key: str
    bytes: int
    sha256: str
    media_type: str

    @property
    def is_shown(self) -> bool:
        """Whether it is for looking at: pictures and the card. They stay when a version is pruned."""
        return self.media_type == "image/png" or self.name in (CARD_FILE, CARD_TEXT)


class ModelFlag(Part):
    """What its owner should know of a model that was made from something which is gone, or not shared any more."""

    code: FlagCode
    detail: str
    dataset_id: str | None = None  # that was deleted, or is not shared any more
    deletion_id: str | None = None  # the order to erase a person, whose receipt says more
    at: datetime


class Model(SharedDocument):
    name: str
    aliases: dict[str, int] = Field(default_factory=dict)
    architecture: str | None = None  # of the latest version, as are the next two
    kind: Literal["drawn", "photo"] | None = None
    resolution: int | None = None
    tags: list[str] = Field(default_factory=list)
    rating_count: int = 0
    rating_mean: float | None = None
    rated: int = 0  # +1 whenever the two above were counted anew
    flags: list[ModelFlag] = Field(default_factory=list)
    metadata: dict[str, str] = Field(default_factory=dict)
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None

    def seen_by(self, tenant: str) -> "Model | None":
        """The model as another tenant sees it: what its grants allow, without what is its owner's own business.

        Where they leave later versions closed, it does not tell yet what the open one is: the document tells of the
        closed one.
        """
        grants = self.grants_for(tenant)
        if not grants:
            return None
        latest = self.opened_by(grants)
        told = {} if latest == self.latest_version else {"architecture": None, "kind": None, "resolution": None}
        return self.model_copy(
            update={
                "latest_version": latest,
                "aliases": {alias: number for alias, number in self.aliases.items() if number <= latest},
                "grants": grants, "flags": [], "metadata": {}, "outbox": [], **told,
            }
        )  # fmt: skip


class ModelVersion(Document):
    """What a training made; `_id` is `model:version`.

    Its weights never change, its card grows by what is measured; in the end its bulk may go.
    """

    tenant: str
    model_id: str
    name: str
    version: int
    digest: str  # sha256:… over the files that make the model
    architecture: str
    kind: Literal["drawn", "photo"]
    resolution: int
    files: list[ModelFile]
    inner_files: list[ModelFile] = Field(default_factory=list)  # for workers alone: never listed, never served
    prototypes: list[dict[str, Any]]  # plain form of the faces' Prototype, for Selection without loading the model
    guarantees: list[dict[str, Any]] = Field(default_factory=list)
    varies: list[dict[str, Any]] = Field(default_factory=list)
    combinations: int | None = None
    card: dict[str, Any] = Field(default_factory=dict)
    layers: dict[str, Any] = Field(default_factory=dict)
    lineage: dict[str, Any] = Field(default_factory=dict)
    created_at: datetime
    pruned_at: datetime | None = None  # since then only what it shows is kept
    deleted_at: datetime | None = None  # its number is never given again

    @property
    def training_id(self) -> str | None:
        return self.lineage.get("training_id")

    @property
    def data(self) -> list[DataPart]:
        """What it learned from."""
        return parts_of(self.lineage)

    @property
    def ancestors(self) -> list[DataPart]:
        """What was learned from by all that it began with, at any depth."""
        return parts_of(self.lineage, "ancestors")

    @property
    def knows_ancestors(self) -> bool:
        """Whether those are all: not where one is another tenant's, or where they were never written down."""
        return self.lineage.get("start_from") is None or bool(self.lineage.get("knows_ancestors"))

    @property
    def copies(self) -> bool:
        """Whether it was found to copy faces that it learned from, unless those were drawn here and show nobody."""
        found = self.card.get("memorisation", {})
        is_flagged = any(flag.get("code") == "copying" for flag in self.card.get("flags", ()))
        return found.get("gate") != "reports_only" and (found.get("verdict") == "copying" or is_flagged)

    def file(self, name: str) -> ModelFile | None:
        return next((file for file in self.files if file.name == name), None)

    def shown_to_others(self) -> "ModelVersion":
        """Without where its data lie, how they were filtered, whom they show, and what it began with.

        The rest of its card is for everyone.
        """
        kept = {"software": self.lineage.get("software")}
        card = {name: value for name, value in self.card.items() if name not in OWNERS_ON_CARD}
        traits = {
            name: [row for row in rows if row.get("attribute") not in IDENTITIES]
            for name, rows in (("guarantees", self.guarantees), ("varies", self.varies))
        }
        return self.model_copy(update={"lineage": kept, "card": card, **traits})


def kept_files(files: Iterable[ModelFile], pruned_at: datetime | None) -> list[ModelFile]:
    """Those of a version that are kept: all, or when it was pruned what it shows."""
    return [file for file in files if file.is_shown or pruned_at is None]


def parts_of(lineage: Mapping[str, Any], *names: str) -> list[DataPart]:
    """The parts of datasets that a lineage names, each once: those of the training itself, or of other names."""
    parts = [DataPart.model_validate(part) for name in names or ("data",) for part in lineage.get(name, [])]
    return list({part.model_dump_json(): part for part in parts}.values())
