"""Models and their versions."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from maskeraid_api.schemas.parts import Body, Metadata, Name, View
from maskeraid_core.documents.models import Model, ModelVersion

Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class ModelChange(Body):
    """What may be changed; what is absent stays."""

    name: Name | None = None
    tags: list[Tag] | None = Field(default=None, max_length=20)
    metadata: Metadata | None = None


class ModelView(View):
    """What a training made; it appears once the training has succeeded."""

    object: Literal["model"] = "model"
    id: str
    name: str
    latest_version: int
    aliases: dict[str, int]
    tags: list[str]
    visibility: Literal["private"]
    metadata: dict[str, str]
    created_at: datetime
    updated_at: datetime
    urls: dict[str, str]

    @classmethod
    def of(cls, model: Model) -> "ModelView":
        own = f"/v1/models/{model.id}"
        urls = {"self": own, "versions": f"{own}/versions", "latest": f"{own}/versions/latest"}
        return cls(**model.model_dump(exclude={"tenant", "deleted_at", "outbox", "has_outbox"}), urls=urls)


class ModelFileView(View):
    """A file of a model."""

    name: str
    bytes: int
    digest: str
    media_type: str
    url: str


class ModelVersionView(View):
    """An immutable version of a model, with its card."""

    object: Literal["model_version"] = "model_version"
    id: str
    model_id: str
    name: str
    version: int
    aliases: list[str]
    digest: str
    architecture: str
    kind: Literal["drawn", "photo"]
    resolution: int
    guarantees: list[dict[str, Any]]
    varies: list[dict[str, Any]]
    combinations: int | None
    card: dict[str, Any]
    layers: dict[str, Any]
    lineage: dict[str, Any]
    files: list[ModelFileView]
    created_at: datetime

    @classmethod
    def of(cls, model: Model, version: ModelVersion) -> "ModelVersionView":
        fields = version.model_dump(exclude={"tenant", "files", "prototypes"})
        own = f"/v1/models/{model.id}/versions/{version.version}"
        files = [
            ModelFileView(
                name=file.name, bytes=file.bytes, digest=f"sha256:{file.sha256}", media_type=file.media_type,
                url=f"{own}/files/{file.name}",
            )
            for file in version.files
        ]  # fmt: skip
        aliases = sorted(alias for alias, number in model.aliases.items() if number == version.version)
        return cls(**fields, aliases=aliases, files=files)
