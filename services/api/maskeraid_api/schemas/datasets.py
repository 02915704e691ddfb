"""Datasets, their versions, and images."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from maskeraid_api.schemas.parts import (
    AttributeName,
    Body,
    LabelledBody,
    Metadata,
    ModelReference,
    Name,
    Text,
    Time,
    View,
)
from maskeraid_core.documents.datasets import DataPart, Dataset, DatasetVersion, Role

MOST_VALUES = 200


class AttributeBody(Body):
    """One attribute of the schema; an `enum` names its values."""

    type: Literal["enum", "number", "bool", "text"] = "text"
    values: list[Text] | None = Field(default=None, min_length=1, max_length=MOST_VALUES)
    required: bool = False

    @model_validator(mode="after")
    def _values_belong_to_enums(self) -> "AttributeBody":
        if (self.type == "enum") != (self.values is not None):
            raise ValueError("`values` belongs to the type `enum`, and to no other")
        return self


class DatasetRequest(LabelledBody):
    """A new dataset, still without images."""

    name: Name
    role: Role = Field(default=Role.TRAIN, strict=False)
    subject_kind: Literal["face", "other"] = "face"
    visibility: Literal["private"] = "private"
    attributes: dict[AttributeName, AttributeBody] = Field(
        default_factory=dict, max_length=100, json_schema_extra={"additionalProperties": False}
    )
    legal_basis: Text | None = None
    retain_until: Time | None = None


class DatasetChange(Body):
    """What may be changed; what is absent stays."""

    name: Name | None = None
    legal_basis: Text | None = None
    retain_until: Time | None = None
    metadata: Metadata | None = None


class AttributeView(View):
    """One attribute of the schema, as it is."""

    type: Literal["enum", "number", "bool", "text"]
    values: list[str] | None
    required: bool


class DatasetView(View):
    """A named set of face images; every import makes an immutable version of it."""

    object: Literal["dataset"] = "dataset"
    id: str
    name: str
    role: Role
    subject_kind: Literal["face", "other"]
    visibility: Literal["private"]
    attributes: dict[str, AttributeView]
    legal_basis: str | None
    retain_until: datetime | None
    latest_version: int
    image_count: int
    metadata: dict[str, str]
    client_reference_id: str | None
    created_at: datetime
    updated_at: datetime
    urls: dict[str, str]

    @classmethod
    def of(cls, dataset: Dataset) -> "DatasetView":
        fields = dataset.model_dump(exclude={"tenant", "deleted_at"})
        own = f"/v1/datasets/{dataset.id}"
        urls = {
            "self": own, "versions": f"{own}/versions", "images": f"/v1/images?dataset_id={dataset.id}",
            "facets": f"/v1/facets?dataset_id={dataset.id}",
        }  # fmt: skip
        return cls(**fields, urls=urls)


class DatasetVersionView(View):
    """An immutable version of a dataset."""

    object: Literal["dataset_version"] = "dataset_version"
    id: str
    dataset_id: str
    version: int
    parent_version: int
    import_id: str
    role: Role
    image_count: int
    sides: list[int] = Field(description="Side lengths of the images, in pixels.")
    bytes: int
    digest: str = Field(description="Of the manifest: the list of all images with their attributes.")
    attributes: dict[str, AttributeView]
    lineage: list[DataPart] = Field(description="What its import took from other versions, each with its filter.")
    report: dict[str, Any]
    created_at: datetime

    @classmethod
    def of(cls, version: DatasetVersion) -> "DatasetVersionView":
        fields = version.model_dump(exclude={"tenant", "manifest_key", "manifest_sha256", "last_row"})
        return cls(**fields, digest=f"sha256:{version.manifest_sha256}")


class ImageView(View):
    """One image of a dataset."""

    object: Literal["image"] = "image"
    id: str
    dataset_id: str
    version: int
    row: int
    file: str
    sha256: str
    bytes: int
    width: int
    height: int
    grey: bool
    attributes: dict[str, str]
    models: list[ModelReference] = Field(description="Versions of your models that learned from it.")
    urls: dict[str, str]


class FacetValue(View):
    """A value under the filter."""

    value: str
    count: int


class Facet(View):
    """An attribute under the filter."""

    attribute: str
    distinct: int
    values: list[FacetValue]


class FacetsView(View):
    """Values under the filter with their counts."""

    object: Literal["facets"] = "facets"
    total: int
    sentence: str
    facets: list[Facet]
