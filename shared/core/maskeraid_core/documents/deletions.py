"""The erasure of a person: what is asked for, and what was found to be deleted, kept until all of it is gone."""

from datetime import datetime
from typing import Any

from pydantic import Field

from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.documents.document import Document, Part
from maskeraid_core.ids import image_id

JOINED = (  # fields of an erasure that what is found later is added to
    "digests", "exports", "reimagings", "batches", "probes", "unfinished", "jobs_of_others", "models_of_others",
    "copies_of_others",
)  # fmt: skip
ERASED = "(erased)"  # stands where the person was named in what stays
SOURCE_ERASED = {  # a warning of orders that nobody has asked for
    "code": "source_erased",
    "detail": "Images were erased from a dataset that was shared with you; these copies of them, which imports of "
    "yours took into your datasets, are erased with them.",
}
DOES_NOT_FORGET = "Deleting pictures does not make a model forget them."


class DeletionSpec(Part):
    """Whose images are to go, of one dataset or of all that the tenant owns; or which."""

    subject: str | None = None
    images: dict[str, list[int]] = Field(default_factory=dict)  # instead: rows by dataset
    dataset_id: str | None = None
    dry_run: bool = False  # only look: nothing is changed
    copied_from: str | None = None  # the dataset in which the images were erased: these copies go, not all of the bytes
    follows: str | None = None  # the order that was the first, of which this one is a consequence


class VersionImages(Part):
    """How many images of a dataset's version are to go."""

    dataset_id: str
    version: int
    images: int


class LearnedVersion(Part):
    """A version of a model that learned from them."""

    model_id: str
    version: int
    training_id: str | None = None
    data: list[DataPart] = Field(default_factory=list)


class OthersModel(Part):
    """A model of another tenant that learned from images of a dataset."""

    tenant: str
    model_id: str
    dataset_id: str


class JobOfOther(Part):
    """A job of another tenant that used images which are shared with it."""

    tenant: str
    job_id: str


class CopyOfOther(Part):
    """An image that another tenant has copied from a dataset into one of its own."""

    tenant: str
    image_id: str
    copied_from: str  # the dataset


class Counts(Part):
    """What is deleted or changed, by kind; written down before the first byte goes."""

    digests: list[str] = Field(default_factory=list)  # of the objects that go
    kept: list[str] = Field(default_factory=list)  # digests that other images name
    thumbnails: int = 0


class Erasure(Document):
    """What an order to erase a person has found; `_id` is its job's. Who takes the job up again goes by it."""

    tenant: str
    rows: dict[str, list[int]] = Field(default_factory=dict)  # by dataset, of any version
    versions: list[VersionImages] = Field(default_factory=list)
    digests: list[str] = Field(default_factory=list)  # of their PNGs, true coverings, and twins
    covered: int = 0  # of the images are covered copies
    exports: list[str] = Field(default_factory=list)
    reimagings: list[str] = Field(default_factory=list)
    batches: list[str] = Field(default_factory=list)
    probes: list[str] = Field(default_factory=list)  # trainings that fill one of the images at each checkpoint
    unfinished: list[str] = Field(default_factory=list)  # jobs that use the images and are cancelled
    jobs_of_others: list[JobOfOther] = Field(default_factory=list)  # among all of these
    models: list[LearnedVersion] = Field(default_factory=list)
    models_of_others: list[OthersModel] = Field(default_factory=list)  # flagged too; whose is nobody's to be told
    copies_of_others: list[CopyOfOther] = Field(default_factory=list)  # erased by orders in their owners' names
    counts: Counts | None = None  # once nothing more is found
    created_at: datetime

    @property
    def images(self) -> int:
        """Different images, however many versions have them."""
        return sum(map(len, self.rows.values()))

    @property
    def image_ids(self) -> frozenset[str]:
        return frozenset(image_id(dataset, row) for dataset, rows in self.rows.items() for row in rows)

    def own(self, name: str) -> list[str]:
        """The tenant's own of the jobs under this name: others' are nobody's to be told."""
        others = {one.job_id for one in self.jobs_of_others}
        return [job_id for job_id in getattr(self, name) if job_id not in others]

    def joined(self, found: "Erasure") -> "Erasure":
        """With what was found since; of what was found twice, as it was found first."""
        rows = {
            dataset: sorted({*self.rows.get(dataset, ()), *found.rows.get(dataset, ())})
            for dataset in dict.fromkeys((*self.rows, *found.rows))
        }
        versions = {(one.dataset_id, one.version): one for one in (*found.versions, *self.versions)}
        models = {(one.model_id, one.version): one for one in (*found.models, *self.models)}
        lists: dict[str, list[Any]] = {
            name: list(dict.fromkeys([*getattr(self, name), *getattr(found, name)])) for name in JOINED
        }
        return self.model_copy(
            update={
                "rows": rows, "versions": [versions[key] for key in sorted(versions)],
                "models": [models[key] for key in sorted(models)], "covered": max(self.covered, found.covered), **lists,
            }
        )  # fmt: skip
