"""Re-imagings: what one shows. What may be asked of one is in `reimaging_requests.py`."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from maskeraid_api.estimates import Wait
from maskeraid_api.schemas.jobs import JobFields, picture_name, shared_fields
from maskeraid_api.schemas.parts import DescribedBy, View
from maskeraid_api.schemas.reimaging_results import ResultView
from maskeraid_core.documents.coverings import covering_id_of, has_covering
from maskeraid_core.documents.reimagings import STATEMENT, ReimagingSpec
from maskeraid_core.jobs import Job

BUNDLE = "bundle.zip"
HIDDEN_IN_RESULT = frozenset({"key", "prefix"})
WORDS_OF_USERS = frozenset({"attributes", "model", "purpose", "case_reference"})  # in a result; names may be any


class ResultRatingView(View):
    """What its owner thinks of a result."""

    stars: int
    note: str | None
    rated_at: datetime


class ReimagingView(JobFields):
    """A re-imaging. A candidate is plausible, not evidence."""

    object: Literal["reimaging"] = "reimaging"
    name: str | None = Field(
        description="Of the file that was sent, or the id of the dataset's image; null of a `reuse` of a file.",
        examples=["covered.png"],
    )
    statement: str
    synthetic: Literal[True] = True
    options: dict[str, Any] = Field(description="What was asked, with the seed.")
    result: Annotated[dict[str, Any], DescribedBy(ResultView)] | None = Field(
        description="What came of it, as far as it went; null until it has succeeded."
    )
    files: dict[str, str] = Field(description="Names of result files to where they are.")
    rating: ResultRatingView | None = Field(description="What you think of it; null until you say so.")
    batch_id: str | None = Field(description="The batch that has made it.")
    batch_index: int | None = Field(description="Which input of the batch it is for, counted from 0.")

    @classmethod
    def of(cls, job: Job, wait: Wait | None = None) -> "ReimagingView":
        spec = ReimagingSpec.model_validate(job.spec)
        written = job.result or {}
        names = [*written.get("files", {}), *([BUNDLE] if has_bundle(job) else [])]
        files = {name: file_url(job.id, name) for name in names}
        if has_covering(job):
            written = written | {"covering": {**written["covering"], "covering_id": covering_id_of(job)}}
        shown = _with_urls({name: value for name, value in written.items() if name != "files"}, files)
        place = job.batch
        rating = ResultRatingView(**job.rating.model_dump()) if job.rating else None
        return cls(
            **shared_fields(job, wait), name=picture_name(job), rating=rating,
            batch_id=place and place.batch_id, batch_index=place and place.index,
            statement=STATEMENT, options=options_of_spec(spec),
            result={"statement": STATEMENT, "synthetic": True, **shown} if job.result else None, files=files,
        )  # fmt: skip


def has_bundle(job: Job) -> bool:
    """Whether there is something to bundle: a re-imaging that was to stop early has no candidates."""
    return "candidates" in (job.result or {})


def file_url(job_id: str, name: str) -> str:
    return f"/v1/reimagings/{job_id}/files/{name}"


def options_of_spec(spec: ReimagingSpec) -> dict[str, Any]:
    """What was asked, as it is shown."""
    options = spec.model_dump(mode="json", exclude={"image", "covering", "software", "requested_by"})
    covering = spec.covering.model_dump(mode="json", exclude={"upload", "stored"})
    return {
        **options,
        "image_id": spec.image.image_id,
        "covering": {**covering, "is_uploaded": spec.covering.upload is not None},
    }


def _with_urls(value: Any, files: dict[str, str]) -> Any:  # noqa: ANN401 any JSON value
    """The result as the worker wrote it: keys stay inside, and a file's name becomes where it is.

    What users have named stays as they did, should it look like a key or a file.
    """
    if isinstance(value, dict):
        return {
            name: inner if name in WORDS_OF_USERS else _with_urls(inner, files)
            for name, inner in value.items()
            if name not in HIDDEN_IN_RESULT
        }
    if isinstance(value, list):
        return [_with_urls(inner, files) for inner in value]
    return files.get(value, value) if isinstance(value, str) else value
