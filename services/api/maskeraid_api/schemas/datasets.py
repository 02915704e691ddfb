"""Datasets, their versions, and images."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from maskeraid_api.model_access import Access
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
from maskeraid_api.schemas.sharing import SharingChange
from maskeraid_core.documents.datasets import (
    IDENTITIES,
    Attribute,
    AttributeType,
    Basis,
    DataPart,
    Dataset,
    DatasetVersion,
    Role,
)
from maskeraid_core.documents.grants import EVERYONE, Visibility

MOST_VALUES = 200
HIDDEN = frozenset({"tenant", "deleted_at", "outbox", "has_outbox", "grants", "narrowed_at", "rewritten"})


class AttributeBody(Body):
    """One attribute of the schema; an `enum` names its values, a `geo` is `lat,lon` in degrees, a `date` a day."""

    type: AttributeType = "text"
    values: list[Text] | None = Field(default=None, min_length=1, max_length=MOST_VALUES)
    required: bool = False
    private: bool | None = Field(
        default=None, description="Whether it stays with you when the dataset is shared; absent: whether it names "
        "persons (`subject`, `person`).",
    )  # fmt: skip
    exact: bool = Field(default=False, description="Of a `geo`: kept as it comes, not rounded to about 10 km.")

    @model_validator(mode="after")
    def _values_belong_to_enums(self) -> "AttributeBody":
        if (self.type == "enum") != (self.values is not None):
            raise ValueError("`values` belongs to the type `enum`, and to no other")
        if self.exact and self.type != "geo":
            raise ValueError("`exact` belongs to the type `geo`, and to no other")
        return self

    def to_document(self, name: str) -> Attribute:
        """The attribute of this name as it is kept."""
        private = name in IDENTITIES if self.private is None else self.private
        return Attribute(**self.model_dump(exclude={"private"}), private=private)


class AttributeChange(Body):
    """What of an attribute may be changed; one of a name that the dataset does not have yet is added to it."""

    type: AttributeType | None = Field(
        default=None, description="Of a new one, which needs it; of one that is there, until the first import."
    )
    values: list[Text] | None = Field(
        default=None, min_length=1, max_length=MOST_VALUES,
        description="Of an `enum`: those of a new one, or further ones.",
    )  # fmt: skip
    private: bool | None = Field(default=None, description="Whether it stays with you when the dataset is shared.")
    exact: bool | None = Field(default=None, description="Of a new `geo`: kept as it comes.")


# JSON Schema's words for: a licence is named with the basis `public_licence`, and with no other.
_LICENCE_IF_PUBLISHED: dict[str, Any] = {"oneOf": [
    {"required": ["licence"], "properties": {"basis": {"const": "public_licence"}, "licence": {"type": "string"}}},
    {"properties": {"basis": {"enum": ["own_faces", "consent", "generated"]}, "licence": {"type": "null"}}},
]}  # fmt: skip


class AttestationBody(Body):
    """Your word for why these faces may be used; who says so and when is added here."""

    model_config = ConfigDict(json_schema_extra=_LICENCE_IF_PUBLISHED)

    basis: Basis = Field(
        description="`own_faces`: they show you; `consent`: all whom they show agree; `public_licence`: they were "
        "published under the licence that you name; `generated`: they show nobody."
    )
    licence: Text | None = Field(default=None, description="With `public_licence`, which one.")
    purpose: Text = Field(description="What they are for.", examples=["art restoration"])
    minors_excluded: Literal[True] = Field(description="That no minor is among them.")

    @model_validator(mode="after")
    def _licence_is_named(self) -> "AttestationBody":
        if (self.basis == "public_licence") != (self.licence is not None):
            raise ValueError("`licence` belongs to the basis `public_licence`, and to no other")
        return self


class DatasetRequest(LabelledBody):
    """A new dataset, still without images."""

    name: Name
    role: Role = Field(default=Role.TRAIN, strict=False)
    subject_kind: Literal["face", "other"] = "face"
    visibility: Literal["private"] = Field(default="private", description="It is shared later, by PATCH.")
    attributes: dict[AttributeName, AttributeBody] = Field(
        default_factory=dict, max_length=100, json_schema_extra={"additionalProperties": False}
    )
    attestation: AttestationBody | None = Field(default=None, description="Needed before images are uploaded.")
    legal_basis: Text | None = None
    licence: Text | None = None
    retain_until: Time | None = None


class DatasetChange(SharingChange):
    """What may be changed; what is absent stays. Sharing and its end have effect at once."""

    name: Name | None = None
    attestation: AttestationBody | None = None
    attributes: dict[AttributeName, AttributeChange] | None = Field(
        default=None, max_length=100, json_schema_extra={"additionalProperties": False},
        description="Which stay with you when it is shared; further values of an `enum`; and new ones, which no image "
        "has yet.",
        examples=[{"place": {"private": True}, "glasses": {"type": "bool"}}],
    )  # fmt: skip
    legal_basis: Text | None = None
    retain_until: Time | None = None
    metadata: Metadata | None = None
    visibility: Visibility | None = Field(
        default=None, description="`shared`: for those in `shared_with`; `public`: for every account, as far as the "
        "versions of today. Later ones join them when it is made `public` again.",
    )  # fmt: skip
    licence: Text | None = Field(default=None, description="As SPDX names it, or in words; a public dataset needs one.")


class AttributeView(View):
    """One attribute of the schema, as it is."""

    type: AttributeType
    values: list[str] | None
    required: bool
    private: bool = Field(description="Whether it stays with its owner when the dataset is shared.")
    exact: bool = Field(description="Whether places are kept as they came; else they are rounded to about 10 km.")


class AttestationView(View):
    """Why these faces may be used, as somebody said it."""

    basis: Basis
    licence: str | None
    purpose: str
    minors_excluded: bool
    by: str | None = Field(
        description="The account that said so; null: all are of the built-in generator.", examples=["us"]
    )
    at: datetime


class DatasetView(View):
    """A named set of face images; every import makes an immutable version of it."""

    object: Literal["dataset"] = "dataset"
    id: str
    name: str
    role: Role
    subject_kind: Literal["face", "other"]
    access: Access = Field(description="Whether it is yours, or shared with you: then only its owner changes it.")
    owner: str | None = Field(description="The name of the account that shares it; null: it is yours.")
    visibility: Visibility
    shared_with: list[str] = Field(description="Accounts; told to the owner only.")
    download: bool = Field(description="Whether those with whom it is shared may export, cover, and merge its images.")
    attributes: dict[str, AttributeView]
    attestation: AttestationView | None
    legal_basis: str | None
    licence: str | None
    retain_until: datetime | None
    latest_version: int
    image_count: int
    metadata: dict[str, str]
    client_reference_id: str | None
    created_at: datetime
    updated_at: datetime
    matching: int | None = Field(
        description="How many images of its newest version meet the `where` of the list; else null.", examples=[5]
    )
    urls: dict[str, str]

    @classmethod
    def of(
        cls, dataset: Dataset, *, access: Access = "owner", owner: str | None = None, matching: int | None = None
    ) -> "DatasetView":
        """As its owner sees it, or as SharedDatasetRepository shows it to a reader."""
        readers = [grant.reader for grant in dataset.grants if grant.reader != EVERYONE]
        fields = dataset.model_dump(exclude=set(HIDDEN)) | {"access": access, "owner": owner, "matching": matching}
        fields |= {"download": dataset.may_download, "shared_with": readers if access == "owner" else []}
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
    import_id: str | None
    role: Role
    image_count: int
    sides: list[int] = Field(description="Side lengths of the images, in pixels.")
    bytes: int
    generated: int = Field(
        description="How many images were made by a trained generator, or a part of them, and let in on purpose.",
        examples=[0],
    )
    digest: str = Field(description="Of the manifest: the list of all images with their attributes.")
    attributes: dict[str, AttributeView]
    lineage: list[DataPart] = Field(description="What its import took from other versions, each with its filter.")
    report: dict[str, Any]
    created_at: datetime

    @classmethod
    def of(cls, version: DatasetVersion) -> "DatasetVersionView":
        fields = version.model_dump(
            exclude={"tenant", "manifest_key", "manifest_sha256", "last_row", "erased_rows", "erased_at"}
        )
        fields["import_id"] = version.import_id or None  # its owner's business
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


class Suggestion(View):
    """A value that a classifier suggests, learned from the dataset's other images."""

    value: str
    confidence: float = Field(description="How often such a suggestion is right, 0 to 1.", examples=[0.97])


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
    suggestions: dict[str, Suggestion] = Field(
        description="Of attributes that it lacks: no values until an edit confirms them.",
        examples=[{"hair": {"value": "1", "confidence": 0.97}}],
    )
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
