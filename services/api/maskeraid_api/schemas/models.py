"""Models and their versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from maskeraid_api.model_access import OWN, Access, Standing
from maskeraid_api.schemas.parts import Body, Metadata, Name, Note, Stars, View
from maskeraid_api.schemas.sharing import SharingChange
from maskeraid_core.documents.grants import EVERYONE, Visibility
from maskeraid_core.documents.models import FlagCode, Model, ModelFile, ModelVersion
from maskeraid_core.documents.ratings import Rating

TAG = r"^[a-z0-9][a-z0-9_-]{0,39}$"
Tag = Annotated[str, StringConstraints(pattern=TAG)]
Licence = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 .+()-]{0,99}$")]  # as SPDX writes them
HIDDEN = frozenset({"tenant", "deleted_at", "outbox", "has_outbox", "grants", "rated"})


class ModelChange(SharingChange):
    """What may be changed; what is absent stays. The last four need the scope `models:share`."""

    name: Name | None = None
    tags: list[Tag] | None = Field(default=None, max_length=20)
    metadata: Metadata | None = None
    visibility: Visibility | None = Field(
        default=None, description="`shared`: for those in `shared_with`; `public`: for every account, if all its "
        "versions with weights may be shown to strangers. A later version joins them when it is made `public` again.",
    )  # fmt: skip
    licence: Licence | None = Field(default=None, description="As SPDX names it; a public model needs one.")


class AliasChange(Body):
    """Where an alias leads."""

    version: int = Field(ge=1, le=999_999_999)


class FlagView(View):
    """Something that a model was made from is gone, or no longer shared."""

    code: FlagCode
    detail: str
    dataset_id: str | None = Field(
        description="The dataset that was deleted, is not shared any more, or lost images of a person."
    )
    deletion_id: str | None = Field(
        description="The erasure of a person, whose receipt says more.", examples=["dlt_01KAGP1XF3A7QYFR6F0DTHBRA4"]
    )
    at: datetime


class ModelView(View):
    """What a training made; it appears once the training has succeeded."""

    object: Literal["model"] = "model"
    id: str
    name: str
    access: Access = Field(description="Whether it is yours, or shared with you: then only its owner changes it.")
    owner: str | None = Field(description="The name of the account that shares it; null: it is yours.")
    is_adopted: bool = Field(description="Whether a shared model takes part in your Selection; your own always do.")
    is_default: bool = Field(description="Whether it is the service's, for accounts that have no model of their own.")
    latest_version: int
    aliases: dict[str, int]
    architecture: str | None
    kind: Literal["drawn", "photo"] | None
    resolution: int | None
    tags: list[str]
    visibility: Visibility
    licence: str | None
    shared_with: list[str] = Field(description="Accounts; told to the owner only.")
    download: bool = Field(description="Whether its weights may be fetched by those with whom it is shared.")
    rating_count: int
    rating_mean: float | None
    flags: list[FlagView]
    metadata: dict[str, str]
    created_at: datetime
    updated_at: datetime
    urls: dict[str, str]

    @classmethod
    def of(cls, model: Model, standing: Standing = OWN) -> "ModelView":
        own = f"/v1/models/{model.id}"
        urls = {
            "self": own, "versions": f"{own}/versions", "latest": f"{own}/versions/latest", "ratings": f"{own}/ratings",
        }  # fmt: skip
        readers = [grant.reader for grant in model.grants if grant.reader != EVERYONE]
        return cls(
            **model.model_dump(exclude=set(HIDDEN)), **vars(standing), urls=urls, download=model.may_download,
            shared_with=readers if standing.access == "owner" else [],
        )  # fmt: skip


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
    files: list[ModelFileView] = Field(description="What you may fetch; each also by its name.")
    created_at: datetime
    pruned_at: datetime | None = Field(description="Since then only its card and pictures are kept.")

    @classmethod
    def of(cls, model: Model, version: ModelVersion, files: Sequence[ModelFile]) -> "ModelVersionView":
        """`files` are those that the caller may fetch."""
        fields = version.model_dump(exclude={"tenant", "files", "inner_files", "prototypes", "deleted_at"})
        own = f"/v1/models/{model.id}/versions/{version.version}"
        views = [
            ModelFileView(
                name=file.name, bytes=file.bytes, digest=f"sha256:{file.sha256}", media_type=file.media_type,
                url=f"{own}/files/{file.name}",
            )
            for file in files
        ]  # fmt: skip
        aliases = sorted(alias for alias, number in model.aliases.items() if number == version.version)
        return cls(**fields, aliases=aliases, files=views)


class RatingRequest(Body):
    """What you think of a model; shown with your account's name to all who may read the model."""

    stars: Stars
    note: Note | None = None


class RatingView(View):
    """What an account thinks of a model."""

    object: Literal["rating"] = "rating"
    id: str
    model_id: str
    author: str | None = Field(description="The name of the account; null when it is no more.", examples=["us"])
    is_yours: bool = Field(description="Whether it is your account's.")
    stars: int
    note: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, rating: Rating, author: str | None, tenant: str) -> "RatingView":
        return cls(**rating.model_dump(exclude={"tenant"}), author=author, is_yours=rating.tenant == tenant)
