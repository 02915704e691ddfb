"""Models and their immutable versions. A model appears once its training has succeeded."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from maskeraid_core.documents.document import Document, Part
from maskeraid_core.documents.notices import TellingDocument


class ModelFile(Part):
    name: str
    key: str
    bytes: int
    sha256: str
    media_type: str


class Model(TellingDocument):
    tenant: str
    name: str
    latest_version: int = 0
    aliases: dict[str, int] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    visibility: Literal["private"] = "private"
    metadata: dict[str, str] = Field(default_factory=dict)
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


class ModelVersion(Document):
    """What a training made; `_id` is `model:version`."""

    tenant: str
    model_id: str
    name: str
    version: int
    digest: str  # sha256:… over the files that make the model
    architecture: str
    kind: Literal["drawn", "photo"]
    resolution: int
    files: list[ModelFile]
    prototypes: list[dict[str, Any]]  # plain form of the faces' Prototype, for Selection without loading the model
    guarantees: list[dict[str, Any]] = Field(default_factory=list)
    varies: list[dict[str, Any]] = Field(default_factory=list)
    combinations: int | None = None
    card: dict[str, Any] = Field(default_factory=dict)
    layers: dict[str, Any] = Field(default_factory=dict)
    lineage: dict[str, Any] = Field(default_factory=dict)
    created_at: datetime

    def file(self, name: str) -> ModelFile | None:
        return next((file for file in self.files if file.name == name), None)
