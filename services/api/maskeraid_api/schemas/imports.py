"""Imports: every change of a dataset."""

from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field, model_validator

from maskeraid_api.estimates import Wait
from maskeraid_api.schemas.jobs import JobFields, NotifyChoice, shared_fields
from maskeraid_api.schemas.parts import (
    AttributeName,
    Body,
    DatasetId,
    ImageId,
    LabelledBody,
    Text,
    UploadId,
    View,
    Where,
)
from maskeraid_api.schemas.training_requests import DataChoice
from maskeraid_core.documents.datasets import FAMILIES, Edit, Family, ImportSpec
from maskeraid_core.ids import image_id
from maskeraid_core.import_reports import Outcome
from maskeraid_core.jobs import Job

GeneratorSet = Literal[
    "faces-light", "faces-medium", "faces-dark",
    "faces-light-balanced", "faces-medium-balanced", "faces-dark-balanced", "faces-test",
]  # fmt: skip
GENERATORS = get_args(GeneratorSet)
IMPORT_BYTES = 100 * 2**20
IMPORT_FILES = 1_000
MOST_REJECTED_ROWS = 1_000  # shown with the import
MOST_IMAGE_IDS = 10_000
MOST_PARTS = 50


class UploadSource(Body):
    """Images that came by an upload."""

    type: Literal["upload"]
    upload_id: UploadId


class GeneratorSource(Body):
    """Faces that are drawn here."""

    type: Literal["generator"]
    set: GeneratorSet


class CoveringsSource(Body):
    """Copies of another dataset's clean faces, each with a synthetic covering; its attribute `covering` says which.

    The true map of what is covered, and the uncovered twin, are kept with each.
    """

    type: Literal["coverings"]
    of: DataChoice
    families: list[Family] = Field(
        default_factory=lambda: list(FAMILIES), min_length=1, max_length=len(FAMILIES),
        description="What may be worn, of this; drawn for each face.",
    )  # fmt: skip
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1, description="Drawn when absent, and then shown.")


_NO_LEAST: dict[str, Any] = {"least_confidence": {"type": "null"}}  # of a schema: that belongs to `confirm` alone
EditValue = Text | bool | int | float | None


class EditSource(Body):
    """A change of images that are there, without sending them again."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "oneOf": [
                        {"required": ["where"], "properties": {"where": {"type": "array"}}},
                        {"required": ["image_ids"], "properties": {"image_ids": {"type": "array"}}},
                    ]
                },
                {
                    "oneOf": [
                        {"required": ["set"], "properties": {"set": {"type": "object"}, **_NO_LEAST}},
                        {"required": ["delete"], "properties": {"delete": {"const": True}, **_NO_LEAST}},
                        {"required": ["confirm"], "properties": {"confirm": {"type": "array"}}},
                        {"required": ["dismiss"], "properties": {"dismiss": {"type": "array"}, **_NO_LEAST}},
                    ]
                },
            ]
        }
    )

    type: Literal["edit"]
    where: Where | None = Field(default=None, description="Which images; an empty list means all of them.")
    image_ids: list[ImageId] | None = Field(
        default=None, min_length=1, max_length=MOST_IMAGE_IDS, description="Instead of a filter: which images."
    )
    set: dict[AttributeName, EditValue] | None = Field(
        default=None, min_length=1, max_length=100, json_schema_extra={"additionalProperties": False},
        description="Values by attribute, of those that the dataset has; null takes a value away.",
    )  # fmt: skip
    delete: Literal[True] | None = Field(default=None, description="Instead: take the images out.")
    confirm: list[AttributeName] | None = Field(
        default=None, min_length=1, max_length=100, examples=[["hair"]],
        description="Instead: attributes whose suggestions become the images' values.",
    )  # fmt: skip
    least_confidence: float | None = Field(
        default=None, ge=0, le=1, examples=[0.9], description="Of the suggestions that are confirmed; all when absent."
    )
    dismiss: list[AttributeName] | None = Field(
        default=None, min_length=1, max_length=100, examples=[["hair"]],
        description="Instead: attributes whose suggestions are dropped. `suggest_attributes` may bring them again.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _one_of_each(self) -> "EditSource":
        if (self.where is None) == (self.image_ids is None):
            raise ValueError("give exactly one of `where` and `image_ids`")
        if [self.set, self.delete, self.confirm, self.dismiss].count(None) != 3:
            raise ValueError("give exactly one of `set`, `delete`, `confirm`, and `dismiss`")
        if self.least_confidence is not None and self.confirm is None:
            raise ValueError("`least_confidence` belongs to `confirm`")
        return self


class MergeSource(Body):
    """The images of several versions, of your datasets and of those that you may read, each once."""

    type: Literal["merge"]
    parts: list[DataChoice] = Field(min_length=1, max_length=MOST_PARTS, description="Versions, or parts of them.")
    as_text: list[AttributeName] = Field(
        default_factory=list, max_length=100, examples=[["age"]],
        description="Attributes that become texts, where the versions do not agree on their type.",
    )  # fmt: skip


class ImportOptions(LabelledBody):
    """What an import takes beside its dataset and where its images come from."""

    detect_faces: bool = Field(
        default=False,
        description="Whether faces are looked for in photographs of any size, and the largest of each is cut out. "
        "Datasets of the kind `other` take pictures as they are.",
    )
    size: int | None = Field(
        default=None,
        ge=16,
        le=256,
        multiple_of=8,
        examples=[64],
        description="The side in pixels of faces that are cut out; that of the dataset's images when absent, or 64.",
    )
    dry_run: bool = Field(
        default=False,
        description="Read and check everything, store nothing: the result has the report and the schema. Nobody is "
        "told, and after a day it is forgotten; what was uploaded for it stays as long.",
    )
    allow_generated: bool = Field(
        default=False,
        description="Whether pictures are let in that say of themselves (XMP) that a trained generator made them, and "
        "those that this service made, which it recognises without that, resized, or packed again. They are marked.",
    )
    near_duplicates: Literal["keep", "drop"] = Field(
        default="keep",
        description="What becomes of an image that looks nearly like one before it, here or in the dataset: it is kept "
        "and marked with the row of that one, or left out.",
    )
    suggest_attributes: bool = Field(
        default=False,
        description="Learn the attributes of few values (`enum`, `bool`, and what could be an `enum`) from the images "
        "that have them, and suggest values for those that lack one, where that is right often enough. What is "
        "suggested is apart from the "
        "attributes until an edit confirms it; it takes the place of what was suggested before.",
    )
    notify: NotifyChoice = Field(default_factory=NotifyChoice)


class FileImport(ImportOptions):
    """The parts of a multipart import that are no files."""

    dataset_id: DatasetId


Source = UploadSource | GeneratorSource | CoveringsSource | EditSource | MergeSource


class ImportRequest(FileImport):
    """Images for a dataset: from an upload, drawn here, copied from others; or a change of those that it has."""

    source: Annotated[Source, Field(discriminator="type")]


class RejectedRow(View):
    """A row that was not taken, and why."""

    row: int | None = None
    file: str | None = None
    code: str
    pointer: str | None = None
    detail: str


class ImportView(JobFields):
    """An import. The dataset keeps its version until the import has succeeded."""

    object: Literal["import"] = "import"
    dataset_id: str
    source: dict[str, Any]
    suggest_attributes: bool
    dry_run: bool
    result: dict[str, Any] | None
    rejected_rows: list[RejectedRow]

    @classmethod
    def of(cls, job: Job, wait: Wait | None = None) -> "ImportView":
        spec = ImportSpec.model_validate(job.spec)
        result = dict(job.result) if job.result else None
        facts = job.error.facts if job.error else {}
        rejected = (result or facts).get("rejected_rows", [])
        if result:
            result.pop("rejected_rows", None)
        fields = shared_fields(job, wait)
        fields["urls"] = {**fields["urls"], "rows": f"/v1/imports/{job.id}/rows"}
        return cls(
            **fields, dataset_id=spec.dataset_id, source=_source(spec), dry_run=spec.dry_run,
            suggest_attributes=spec.suggest_attributes, result=result,
            rejected_rows=[RejectedRow.model_validate(row) for row in rejected[:MOST_REJECTED_ROWS]],
        )  # fmt: skip


def _source(spec: ImportSpec) -> dict[str, Any]:
    if spec.source == "generator":
        return {"type": "generator", "set": spec.generator}
    if spec.covered is not None:
        of = spec.covered.model_dump(include={"dataset_id", "version", "where"})
        return {"type": "coverings", "of": of, "families": spec.covered.families, "seed": spec.covered.seed}
    if spec.source == "merge":
        parts = [part.model_dump(exclude={"owner"}) for part in spec.parts]
        return {"type": "merge", "parts": parts} | ({"as_text": spec.as_text} if spec.as_text else {})
    if spec.edit is not None:
        return {"type": "edit", **_edit(spec.edit, spec.dataset_id)}
    files = [{"name": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in spec.files]
    return {"type": "upload", "upload_ids": spec.upload_ids, "files": files}


def _edit(edit: Edit, dataset_id: str) -> dict[str, Any]:
    ids = None if edit.rows is None else [image_id(dataset_id, row) for row in edit.rows]
    which = {"where": edit.where} if ids is None else {"image_ids": ids}
    if edit.confirm:
        least = {} if edit.least_confidence is None else {"least_confidence": edit.least_confidence}
        return {**which, "confirm": edit.confirm, **least}
    if edit.dismiss:
        return {**which, "dismiss": edit.dismiss}
    return {**which, **({"delete": True} if edit.delete else {"set": edit.set})}


class ImportRowView(View):
    """What became of one row of an import."""

    row: int = Field(description="Counted from 1 over the import; of an edit the number of the image.")
    file: str | None
    outcome: Outcome
    image_id: str | None = Field(description="The image that it became, or that was edited.")
    code: str | None = Field(description="Why it was not taken; stable.")
    pointer: str | None
    detail: str | None


class ImportRowPage(View):
    """Rows in their order; `last_id` is the `after` of the next page."""

    object: Literal["list"] = "list"
    data: list[ImportRowView]
    has_more: bool
    last_id: int | None
    total: int | None = None
