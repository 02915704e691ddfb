"""Imports: from uploads, files in the request, drawn here, or from other datasets; edits; what came of each row."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import polars as pl
from anyio import to_thread
from fastapi import APIRouter, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.accepting import Order, accept
from maskeraid_api.answers import accepted, is_wanted, json_response, shown
from maskeraid_api.body import DEFAULT_BYTES
from maskeraid_api.carried_attestations import carry_attestation
from maskeraid_api.covered_imports import covered_faces
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs, LibraryOf, Uploads
from maskeraid_api.edits import edit_of
from maskeraid_api.forms import files_of, options_of, read_json
from maskeraid_api.inbox import store_file
from maskeraid_api.job_access import job_of
from maskeraid_api.merges import merge_parts
from maskeraid_api.operations import Form, GuardedRoute, operation
from maskeraid_api.pages import Include, next_link
from maskeraid_api.schemas.imports import (
    IMPORT_BYTES,
    IMPORT_FILES,
    CoveringsSource,
    EditSource,
    FileImport,
    GeneratorSource,
    ImportOptions,
    ImportRequest,
    ImportRowPage,
    ImportRowView,
    ImportView,
    MergeSource,
    Source,
    UploadSource,
)
from maskeraid_api.schemas.parts import id_pattern
from maskeraid_api.serving import PRIVATE, SECURITY
from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import Dataset, ImportSpec, StoredFile
from maskeraid_core.errors import (
    AttestationMissing,
    DatasetEmpty,
    JobStateConflict,
    NotAcceptable,
    NotFound,
    QueueFull,
    UnsupportedMedia,
    UploadIncomplete,
    ValidationFailed,
)
from maskeraid_core.import_reports import Outcome, as_csv, read_report, report_key
from maskeraid_core.jobs import Job, JobKind, Notify

router = APIRouter(prefix="/v1/imports", route_class=GuardedRoute, tags=["imports"])

NO_UPLOAD = "There is no such upload. An upload goes with the success of its import: send the file again."
CSV, TEXT = "text/csv", {"type": "string"}
QUIET = Notify(email=False, webhooks=False)
MULTIPART_OVERHEAD = 2**20  # bytes of heads and boundaries of a thousand parts
FORM = Form(
    parts={
        "dataset_id": {"type": "string", "pattern": id_pattern("ds")},
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1},
    },
    options=ImportOptions,
    required=("dataset_id", "files"),
    most_files=IMPORT_FILES,
)


@router.post("", status_code=202, response_model=ImportView)
@operation(
    Scope.DATASETS_WRITE, body_bytes=IMPORT_BYTES + MULTIPART_OVERHEAD, json_bytes=DEFAULT_BYTES,
    json_body=ImportRequest, form=FORM,
    problems=(NotFound, AttestationMissing, DatasetEmpty, QueueFull, UnsupportedMedia, UploadIncomplete), is_job=True,
)  # fmt: skip
async def create_import(
    request: Request, caller: CallerOf, gateway: GatewayOf, library: LibraryOf, uploads: Uploads
) -> Response:
    """Change what is in a dataset: JSON with a `source`, or multipart with `dataset_id` and `files`."""
    if request._form is not None:  # the guard has read it
        options = options_of(FileImport, request._form, ("dataset_id",))
        check_attested(await library.datasets.require(options.dataset_id))
        files = await stored_files(gateway, caller, request)
        spec = ImportSpec(dataset_id=options.dataset_id, source="upload", files=files)
    else:
        options = body = read_json(ImportRequest, await request.body())
        dataset = await library.datasets.require(body.dataset_id)
        if isinstance(body.source, UploadSource):
            check_attested(dataset)
        spec = await spec_of(body.source, dataset, caller, library, uploads)
        if not body.dry_run:
            await carry_attestation(library, dataset, spec)
    order = Order(
        JobKind.IMPORT, spec.model_copy(update=wanted_of(options)),
        notify=QUIET if options.dry_run else options.notify.to_document(), metadata=options.metadata,
        client_reference_id=options.client_reference_id,
    )  # fmt: skip
    job = await accept(request, order)
    return accepted(ImportView.of(job), f"/v1/imports/{job.id}")


def check_attested(dataset: Dataset) -> None:
    """Raises: AttestationMissing, before pictures that people took come into a dataset of which nobody vouches."""
    if not dataset.has_attested():
        raise AttestationMissing(pointer="/dataset_id")


async def stored_files(gateway: GatewayOf, caller: CallerOf, request: Request) -> list[StoredFile]:
    """Bytes first: a file without a job is swept after a day."""
    files: list[UploadFile] = files_of(request, "files")
    if not files:
        raise ValidationFailed("At least one file is needed.", parameter="files")
    return [await store_file(gateway.stores.blobs, caller.tenant, file) for file in files]


async def spec_of(
    source: Source, dataset: Dataset, caller: CallerOf, library: LibraryOf, uploads: Uploads
) -> ImportSpec:
    """What is asked for, checked as far as it can be without the worker."""
    asked = partial(ImportSpec, dataset_id=dataset.id, source=source.type)
    match source:
        case GeneratorSource():
            return asked(generator=source.set)
        case EditSource():
            return asked(edit=await edit_of(library, source, dataset))
        case CoveringsSource():
            caller.need(Scope.DATASETS_READ)
            return asked(covered=await covered_faces(library, source, dataset))
        case MergeSource():
            caller.need(Scope.DATASETS_READ)
            return asked(parts=await merge_parts(library, source, dataset), as_text=source.as_text)
        case UploadSource():
            return asked(upload_ids=[source.upload_id], files=[await uploaded_file(uploads, source.upload_id)])


async def uploaded_file(uploads: Uploads, upload_id: str) -> StoredFile:
    upload = await uploads.get(upload_id)
    if upload is None:
        raise NotFound(NO_UPLOAD, pointer="/source/upload_id")
    if upload.completed_at is None:
        raise UploadIncomplete(f"The upload {upload.id} is not complete.", missing_parts=upload.missing_parts[:100])
    keys = [upload.parts[str(number)].key for number in range(1, upload.part_count + 1)]
    return StoredFile(name=upload.file_name, bytes=upload.bytes, sha256=upload.sha256, keys=keys)


def wanted_of(options: ImportOptions) -> dict[str, Any]:
    """What is wanted of the images, wherever they come from."""
    wanted = {"allow_generated", "detect_faces", "dry_run", "near_duplicates", "size", "suggest_attributes"}
    return options.model_dump(include=wanted)


@router.get("/{import_id}", response_model=ImportView)
@operation(Scope.DATASETS_READ)
async def get_import(import_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf) -> Response:
    """One import, with the rows that were rejected."""
    job = await job_of(jobs, caller, import_id, JobKind.IMPORT)
    return shown(request, ImportView.of(job, await gateway.estimates.wait_of(job)))


@router.get("/{import_id}/rows", response_model=ImportRowPage, responses={200: {"content": {CSV: {"schema": TEXT}}}})
@operation(Scope.DATASETS_READ, problems=(JobStateConflict, NotAcceptable))
async def list_import_rows(
    import_id: str,
    request: Request,
    jobs: Jobs,
    caller: CallerOf,
    gateway: GatewayOf,
    outcome: Annotated[list[Outcome] | None, Query(description="Only rows of these outcomes; may be repeated.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Most rows in one page.")] = 100,
    after: Annotated[int | None, Query(ge=0, le=10**9, description="The last row of the page before.")] = None,
    include: Include = None,
) -> Response:
    """What became of every row of an import that has ended: a page, or with `Accept: text/csv` the whole."""
    job = await job_of(jobs, caller, import_id, JobKind.IMPORT)
    as_table = is_wanted(request, CSV)
    report = await report_of(gateway.stores.blobs, job, outcome or ())
    if as_table:
        headers = {**SECURITY, "Cache-Control": PRIVATE, "Content-Disposition": f'attachment; filename="{job.id}.csv"'}
        return Response(await to_thread.run_sync(as_csv, report), 200, headers, CSV)
    found = report.filter(pl.col("row") > (after or 0)).head(limit + 1)
    rows = [ImportRowView.model_validate(row) for row in found.head(limit).iter_rows(named=True)]
    has_more, total = found.height > limit, report.height if include else None
    page = ImportRowPage(data=rows, has_more=has_more, last_id=rows[-1].row if rows else None, total=total)
    return json_response(page, headers=next_link(request, page.last_id) if has_more else None)


async def report_of(blobs: Blobs, job: Job, outcomes: Sequence[Outcome]) -> pl.DataFrame:
    """The report of an import that has ended. Raises: JobStateConflict, NotFound where it came to none."""
    if not job.status.is_terminal:
        raise JobStateConflict("Its rows are told when it has ended.", current_status=job.status)
    ended = job.result or (job.error.facts if job.error else {})
    if "rows_digest" not in ended or ("rows" not in ended and job.result):
        raise NotFound("It has no report of all rows: it ended before they were read, or is of an earlier release.")
    data = await blobs.get(report_key(job), str(ended["rows_digest"]).removeprefix("sha256:"))
    return await to_thread.run_sync(read_report, data, outcomes)
