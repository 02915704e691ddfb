"""Datasets, their versions, and images."""

from collections.abc import Mapping
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


class QualityView(View):
    """What was measured of an image when it was imported."""

    sharpness: float = Field(
        description="Photographs of faces have 9 to 25, blurred ones less than 8; drawn faces up to 60.",
        examples=[16.5],
    )
    exposure: float = Field(description="How bright it is, 0 to 1.", examples=[0.52])
    face_size: int = Field(description="The side of the face, in pixels.", examples=[64])
    warnings: list[str] = Field(
        description="Why features may not be seen: `face_too_small`, `blurred`, `too_dark`, `too_bright`, `flat`.",
        examples=[["blurred"]],
    )

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "QualityView | None":
        """None for a row of a version that was not measured."""
        if row["quality:sharpness"] is None:
            return None
        return cls(
            sharpness=round(row["quality:sharpness"], 2), exposure=round(row["quality:exposure"], 4),
            face_size=int(row["quality:face_size"]), warnings=row["quality:warnings"],
        )  # fmt: skip


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
    quality: QualityView | None = Field(description="Null for images of versions before 0.2.")
    near_duplicate_of: str | None = Field(
        description="An image of the dataset that looks nearly the same.",
        examples=["img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001"],
    )
    box: str | None = Field(
        description="Where in the original photograph the face was found: `left,top,right,bottom` in pixels.",
        examples=["120,80,248,208"],
    )
    generated: bool = Field(description="A result of this service, let in on purpose.", examples=[False])
    urls: dict[str, str]


class FacetValue(View):
    """A value under the filter, or a range of values."""

    value: str
    count: int
    low: float | None = Field(default=None, description="Of a range of what was measured, included.", examples=[8.0])
    high: float | None = Field(default=None, description="Of a range, where the next one begins.", examples=[10.0])


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
