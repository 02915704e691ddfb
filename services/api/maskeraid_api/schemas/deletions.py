"""Deletions: whose images are to go, what that would touch, and the receipt."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from maskeraid_api.estimates import Wait
from maskeraid_api.schemas.imports import MOST_IMAGE_IDS
from maskeraid_api.schemas.jobs import JobFields, NotifyChoice, shared_fields
from maskeraid_api.schemas.parts import DatasetId, ImageId, LabelledBody, ModelReference, View
from maskeraid_core.documents.deletions import DeletionSpec
from maskeraid_core.ids import image_id
from maskeraid_core.jobs import Job

LONGEST_SUBJECT = 1024  # characters
COUNTS = {
    "images": 12, "covered_copies": 2, "objects": 16, "thumbnails": 0, "manifests": 3, "exports": 1, "reimagings": 4,
    "probes": 0,
}  # fmt: skip
DIGEST, MODEL_ID = f"sha256:{'6b86b273ff34fce1' * 4}", "mdl_01KADNQ9NH5KMKB59KYA35S2FP"
IMAGES = ["img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001"]
TRAINING = {
    "name": "our faces", "model_id": MODEL_ID, "architecture": "auto", "preset": "quick",
    "data": [{"dataset_id": "ds_01KAGP1XF3A7QYFR6F0DTHBRA4", "version": "latest", "where": []}],
}  # fmt: skip

CHANGED = {
    "datasets": 1, "versions": 3, "batches": 0, "models_of_others": 0, "jobs_of_others": 0, "copies_of_others": 4,
    "report_rows": 12, "known_faces_files": 0,
}  # fmt: skip
RECEIPT = {
    "deleted": COUNTS,
    "changed": CHANGED,
    "cancelled_jobs": [],
    "digests": [DIGEST],
    "kept": {"digests": [DIGEST], "reason": "Other images of yours have the same bytes."},
    "affected_models": [{"model_id": MODEL_ID, "version": 1, "training": TRAINING}],
    "ordered_at": "2026-11-23T09:03:10Z",
    "erased_at": "2026-11-23T09:03:12Z",
    "statement": "Deleting pictures does not make a model forget them.",
}


# Whatever the cell of a manifest may hold: who could be imported can be erased.
Subject = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SUBJECT, strip_whitespace=True)]


class DeletionRequest(LabelledBody):
    """A person who is to be erased, by the attribute that tells persons apart (`subject`, or the older `person`).

    Or some images, whoever they show: each with all that has its bytes, in every version.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["subject"], "properties": {"subject": {"type": "string"}, "image_ids": {"type": "null"}}},
                {
                    "required": ["image_ids"],
                    "properties": {
                        "image_ids": {"type": "array"}, "subject": {"type": "null"}, "dataset_id": {"type": "null"},
                    },
                },
            ]
        }
    )  # fmt: skip

    subject: Subject | None = Field(
        default=None, description="The attribute's value: who is to be erased.", examples=["p-0417"]
    )
    image_ids: list[ImageId] | None = Field(
        default=None, min_length=1, max_length=MOST_IMAGE_IDS, examples=[IMAGES],
        description="Instead: which images, of any version.",
    )  # fmt: skip
    dataset_id: DatasetId | None = Field(default=None, description="Only of this dataset; of all when absent.")
    dry_run: bool = Field(default=False, description="Only tell what would go; nothing is changed.")
    notify: NotifyChoice = Field(default_factory=NotifyChoice)

    @model_validator(mode="after")
    def _one_of_both(self) -> "DeletionRequest":
        if (self.subject is None) == (self.image_ids is None):
            raise ValueError("give exactly one of `subject` and `image_ids`")
        if self.image_ids is not None and self.dataset_id is not None:
            raise ValueError("`dataset_id` belongs to `subject`")
        return self


class VersionImagesView(View):
    """How many of a version's images are the person's."""

    dataset_id: str
    version: int
    images: int = Field(description="How many.", examples=[12])


class Impact(View):
    """What an erasure would touch."""

    images: int = Field(description="Different images, however many versions have them.", examples=[12])
    covered_copies: int = Field(description="How many of them are covered copies of others.", examples=[2])
    versions: list[VersionImagesView] = Field(description="The versions of datasets that have them.")
    exports: list[str] = Field(description="Exports that hold them.", examples=[["exp_01KAGP1XF3A7QYFR6F0DTHBRA4"]])
    reimagings: list[str] = Field(
        description="Re-imagings of them: input and results go.", examples=[["rim_01KAGP1XF3A7QYFR6F0DTHBRA4"]]
    )
    batches: list[str] = Field(
        description="Batches that have them among their inputs.", examples=[["bat_01KAGP1XF3A7QYFR6F0DTHBRA4"]]
    )
    probes: list[str] = Field(
        description="Trainings that fill one at each checkpoint.", examples=[["trn_01KAGP1XF3A7QYFR6F0DTHBRA4"]]
    )
    unfinished_jobs: list[str] = Field(
        description="Jobs that use them and would be cancelled.", examples=[["trn_01KAGP1XF3A7QYFR6F0DTHBRA4"]]
    )
    models: list[ModelReference] = Field(
        description="Versions of models that learned from them.", examples=[[{"model_id": MODEL_ID, "version": 1}]]
    )
    copies_of_others: int = Field(
        description="How many copies readers have made: they are erased by orders in the readers' names.", examples=[4]
    )


class Kept(View):
    """Bytes that stay, and why."""

    digests: list[str] = Field(description="Of the objects that stay.", examples=[[]])
    reason: str | None = Field(description="Why; null when nothing stays.", examples=[None])


class AffectedModel(View):
    """A model that has not forgotten the person: it is flagged, and not shared anew."""

    model_id: str
    version: int
    training: dict[str, Any] = Field(
        description="The body of `POST /v1/trainings` that leaves the person out.", examples=[TRAINING]
    )


class Receipt(View):
    """What was erased."""

    deleted: dict[str, int] = Field(description="How much of each kind is gone.", examples=[COUNTS])
    changed: dict[str, int] = Field(
        description="How much of each kind stays without the person.",
        examples=[CHANGED],
    )
    cancelled_jobs: list[str] = Field(description="Jobs that used the images.", examples=[[]])
    digests: list[str] = Field(description="SHA-256 of each object that is gone.", examples=[[DIGEST]])
    kept: Kept = Field(description="What stays, because other images have the same bytes.")
    affected_models: list[AffectedModel] = Field(description="Versions of models that learned from the images.")
    ordered_at: datetime = Field(description="When it was ordered.", examples=["2026-11-23T09:03:10Z"])
    erased_at: datetime = Field(description="When all of it was gone.", examples=["2026-11-23T09:03:12Z"])
    statement: str = Field(
        description="What an erasure does not do.", examples=["Deleting pictures does not make a model forget them."]
    )


class DeletionView(JobFields):
    """The job that erases a person, or some images; its result is the receipt, and stays."""

    object: Literal["deletion"] = "deletion"
    subject: str | None = Field(description="Who is erased; null: those images are.", examples=["p-0417"])
    image_ids: list[str] | None = Field(
        description="Which images are erased; null: those of a person are.", examples=[None]
    )
    dataset_id: str | None
    dry_run: bool
    impact: Impact | None = Field(description="Of a dry run that has succeeded.")
    result: Receipt | None = Field(description="The receipt, once it has succeeded.", examples=[RECEIPT])

    @classmethod
    def of(cls, job: Job, wait: Wait | None = None) -> "DeletionView":
        spec = DeletionSpec.model_validate(job.spec)
        found = job.result
        ids = [image_id(dataset, row) for dataset, rows in spec.images.items() for row in rows]
        return cls(
            **shared_fields(job, wait), subject=spec.subject, image_ids=ids or None, dataset_id=spec.dataset_id,
            dry_run=spec.dry_run,
            impact=Impact.model_validate(found) if found and spec.dry_run else None,
            result=Receipt.model_validate(found) if found and not spec.dry_run else None,
        )  # fmt: skip
