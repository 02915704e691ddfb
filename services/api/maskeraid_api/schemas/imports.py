"""Imports: every change of a dataset."""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from maskeraid_api.estimates import Wait
from maskeraid_api.schemas.jobs import JobFields, NotifyChoice, shared_fields
from maskeraid_api.schemas.parts import Body, DatasetId, LabelledBody, NotYet, UploadId, View
from maskeraid_api.schemas.training_requests import DataChoice
from maskeraid_core.documents.datasets import FAMILIES, Family, ImportSpec
from maskeraid_core.jobs import Job

GeneratorSet = Literal[
    "faces-light", "faces-medium", "faces-dark",
    "faces-light-balanced", "faces-medium-balanced", "faces-dark-balanced", "faces-test",
]  # fmt: skip
GENERATORS = get_args(GeneratorSet)
IMPORT_BYTES = 100 * 2**20
IMPORT_FILES = 1_000
MOST_REJECTED_ROWS = 1_000  # shown with the import


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


class ImportOptions(LabelledBody):
    """What an import takes beside its dataset and where its images come from."""

    detect_faces: NotYet = False
    dry_run: NotYet = False
    notify: NotifyChoice = Field(default_factory=NotifyChoice)


class FileImport(ImportOptions):
    """The parts of a multipart import that are no files."""

    dataset_id: DatasetId


class ImportRequest(FileImport):
    """Images for a dataset: from an upload, drawn here, or covered copies of another dataset's."""

    source: Annotated[UploadSource | GeneratorSource | CoveringsSource, Field(discriminator="type")]


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
        return cls(
            **shared_fields(job, wait), dataset_id=spec.dataset_id, source=_source(spec), result=result,
            rejected_rows=[RejectedRow.model_validate(row) for row in rejected[:MOST_REJECTED_ROWS]],
        )  # fmt: skip


def _source(spec: ImportSpec) -> dict[str, Any]:
    if spec.source == "generator":
        return {"type": "generator", "set": spec.generator}
    if spec.covered is not None:
        of = spec.covered.model_dump(include={"dataset_id", "version", "where"})
        return {"type": "coverings", "of": of, "families": spec.covered.families, "seed": spec.covered.seed}
    files = [{"name": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in spec.files]
    return {"type": "upload", "upload_ids": spec.upload_ids, "files": files}
