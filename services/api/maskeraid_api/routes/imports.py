"""Imports: from uploads, from files in the request, drawn here, or covered copies of other images."""

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.accepting import Order, accept
from maskeraid_api.answers import accepted, shown
from maskeraid_api.covered_imports import covered_faces
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs, LibraryOf, Uploads
from maskeraid_api.forms import files_of, options_of, read_json
from maskeraid_api.inbox import store_file
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import Form, GuardedRoute, operation
from maskeraid_api.schemas.imports import (
    IMPORT_BYTES,
    IMPORT_FILES,
    CoveringsSource,
    FileImport,
    GeneratorSource,
    ImportOptions,
    ImportRequest,
    ImportView,
    UploadSource,
)
from maskeraid_api.schemas.parts import id_pattern
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import ImportSpec, StoredFile
from maskeraid_core.errors import (
    DatasetEmpty,
    NotFound,
    QueueFull,
    UnsupportedMedia,
    UploadIncomplete,
    ValidationFailed,
)
from maskeraid_core.jobs import JobKind

router = APIRouter(prefix="/v1/imports", route_class=GuardedRoute, tags=["imports"])

NO_UPLOAD = "There is no such upload. An upload goes with the success of its import: send the file again."
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
    Scope.DATASETS_WRITE, body_bytes=IMPORT_BYTES + MULTIPART_OVERHEAD, json_body=ImportRequest, form=FORM,
    problems=(NotFound, DatasetEmpty, QueueFull, UnsupportedMedia, UploadIncomplete), is_job=True,
)  # fmt: skip
async def create_import(
    request: Request, caller: CallerOf, gateway: GatewayOf, library: LibraryOf, uploads: Uploads
) -> Response:
    """Bring images into a dataset: JSON with a `source`, or multipart with `dataset_id` and `files`."""
    if request._form is not None:  # the guard has read it
        options = options_of(FileImport, request._form, ("dataset_id",))
        await library.datasets.require(options.dataset_id)
        files = await stored_files(gateway, caller, request)
        spec = ImportSpec(dataset_id=options.dataset_id, source="upload", files=files)
    else:
        options = body = read_json(ImportRequest, await request.body())
        dataset = await library.datasets.require(body.dataset_id)
        if isinstance(body.source, CoveringsSource):
            caller.need(Scope.DATASETS_READ)
            covered = await covered_faces(library, body.source, dataset)
            spec = ImportSpec(dataset_id=dataset.id, source="coverings", covered=covered)
        else:
            spec = await spec_of(body, uploads)
    order = Order(
        JobKind.IMPORT, spec, notify=options.notify.to_document(), metadata=options.metadata,
        client_reference_id=options.client_reference_id,
    )  # fmt: skip
    job = await accept(request, order)
    return accepted(ImportView.of(job), f"/v1/imports/{job.id}")


async def stored_files(gateway: GatewayOf, caller: CallerOf, request: Request) -> list[StoredFile]:
    """Bytes first: a file without a job is swept after a day."""
    files: list[UploadFile] = files_of(request, "files")
    if not files:
        raise ValidationFailed("At least one file is needed.", parameter="files")
    return [await store_file(gateway.stores.blobs, caller.tenant, file) for file in files]


async def spec_of(body: ImportRequest, uploads: Uploads) -> ImportSpec:
    source = body.source
    if isinstance(source, GeneratorSource):
        return ImportSpec(dataset_id=body.dataset_id, source="generator", generator=source.set)
    assert isinstance(source, UploadSource)
    upload = await uploads.get(source.upload_id)
    if upload is None:
        raise NotFound(NO_UPLOAD, pointer="/source/upload_id")
    if upload.completed_at is None:
        raise UploadIncomplete(f"The upload {upload.id} is not complete.", missing_parts=upload.missing_parts[:100])
    keys = [upload.parts[str(number)].key for number in range(1, upload.part_count + 1)]
    file = StoredFile(name=upload.file_name, bytes=upload.bytes, sha256=upload.sha256, keys=keys)
    return ImportSpec(dataset_id=body.dataset_id, source="upload", upload_ids=[upload.id], files=[file])


@router.get("/{import_id}", response_model=ImportView)
@operation(Scope.DATASETS_READ)
async def get_import(import_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf) -> Response:
    """One import, with the rows that were rejected."""
    job = await job_of(jobs, caller, import_id, JobKind.IMPORT)
    return shown(request, ImportView.of(job, await gateway.estimates.wait_of(job)))
