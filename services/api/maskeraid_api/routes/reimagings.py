"""Re-imagings: fill the covered part of a face."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.accepting import Order, accept, preferred_wait
from maskeraid_api.answers import accepted, check_unchanged, gone, json_response, shown
from maskeraid_api.batch_items import page_of_items
from maskeraid_api.bundles.packing import pack
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs, LibraryOf, RegistryOf
from maskeraid_api.forms import options_of, read_json
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import Form, GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, page_asked, page_of
from maskeraid_api.reimaging_inputs import Inputs, spec_of
from maskeraid_api.removing import forget_with_bytes
from maskeraid_api.schemas.jobs import JobErrorView
from maskeraid_api.schemas.parts import BatchId
from maskeraid_api.schemas.reimaging_requests import IMAGE_BYTES, ReimagingOptions, ReimagingRequest
from maskeraid_api.schemas.reimagings import BUNDLE, ReimagingView, has_bundle
from maskeraid_api.serving import serve, serve_read
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.errors import (
    Expired,
    InputGone,
    JobStateConflict,
    NotFound,
    PurposeRefused,
    PurposeRequired,
    QueueFull,
    RangeNotSatisfiable,
    StaleObject,
    UnsupportedMedia,
)
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.repositories.selectors import SelectorRepository

router = APIRouter(prefix="/v1/reimagings", route_class=GuardedRoute, tags=["reimagings"])

FORM = Form(
    parts={
        "image": {
            "type": "string",
            "format": "binary",
            "description": "JPEG, PNG, or WebP, by its first bytes, of at most 25 MiB and 40 megapixels.",
        },
        "covering": {
            "type": "string",
            "format": "binary",
            "description": "A map of the same shape, in any size; white = covered.",
        },
    },
    options=ReimagingOptions,
    required=("image",),
    most_files=2,
)


@router.get("", response_model=ListView[ReimagingView])
@operation(Scope.REIMAGINGS_READ, problems=(NotFound,))
async def list_reimagings(
    request: Request,
    jobs: Jobs,
    caller: CallerOf,
    gateway: GatewayOf,
    asked: Annotated[Asked, Depends(page_asked("rim"))],
    status: Annotated[JobStatus | None, Query(description="Only re-imagings in this status.")] = None,
    batch_id: Annotated[
        BatchId | None, Query(description="Only the items of this batch, in the order of its inputs unless `desc`.")
    ] = None,
) -> Response:
    """The tenant's re-imagings."""
    if batch_id is not None:
        batch = await job_of(jobs, caller, batch_id, JobKind.BATCH)
        return await page_of_items(request, gateway, batch, asked, status)
    return await page_of(request, jobs, asked, ReimagingView.of, kind=JobKind.REIMAGING, status=status)


@router.post("", status_code=202, response_model=ReimagingView, responses={200: {"model": ReimagingView}})
@operation(
    Scope.REIMAGINGS_WRITE, body_bytes=2 * IMAGE_BYTES + 2**20, json_body=ReimagingRequest, form=FORM,
    problems=(
        NotFound, Expired, UnsupportedMedia, QueueFull, JobStateConflict, PurposeRequired, PurposeRefused,
    ), headers=("Prefer",), is_job=True,
)  # fmt: skip
async def create_reimaging(
    request: Request, caller: CallerOf, gateway: GatewayOf, library: LibraryOf, registry: RegistryOf, jobs: Jobs
) -> Response:
    """Fill the covered part of a face. With `Prefer: wait=10` the answer is the result, when it is there in time."""
    form = request._form  # the guard has read it
    options: ReimagingOptions
    if form is not None:
        options = options_of(ReimagingOptions, form)
    else:
        options = read_json(ReimagingRequest, await request.body())
    selectors = SelectorRepository(gateway.stores.database, caller.tenant)
    inputs = Inputs(gateway.stores.blobs, caller, library, registry, selectors)
    spec = await spec_of(options, request, inputs, jobs)
    order = Order(
        JobKind.REIMAGING, spec, notify=options.notify.to_document(), metadata=options.metadata,
        client_reference_id=options.client_reference_id, deadline_seconds=gateway.settings.reimaging_deadline_seconds,
    )  # fmt: skip
    wait = preferred_wait(request)
    job = await accept(request, order, wait_seconds=wait)
    if wait and job.status.is_terminal:
        location = {"Location": f"/v1/reimagings/{job.id}", "Preference-Applied": f"wait={wait}"}
        return json_response(ReimagingView.of(job), headers=location)
    return accepted(ReimagingView.of(job), f"/v1/reimagings/{job.id}")


@router.get("/{reimaging_id}", response_model=ReimagingView)
@operation(Scope.REIMAGINGS_READ)
async def get_reimaging(
    reimaging_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf
) -> Response:
    """One re-imaging."""
    job = await job_of(jobs, caller, reimaging_id, JobKind.REIMAGING)
    return shown(request, ReimagingView.of(job, await gateway.estimates.wait_of(job)))


@router.delete("/{reimaging_id}", status_code=204, response_class=Response)
@operation(
    Scope.REIMAGINGS_WRITE, problems=(JobStateConflict, StaleObject), headers=("If-Match",), recorded=Action.DELETED
)
async def delete_reimaging(
    reimaging_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf
) -> Response:
    """Remove a re-imaging with all its bytes, and the covering that it found, now.

    One that runs is cancelled first: ask again when it has ended.
    """
    job = await job_of(jobs, caller, reimaging_id, JobKind.REIMAGING)
    check_unchanged(request, ReimagingView.of(job, await gateway.estimates.wait_of(job)))
    await forget_with_bytes(gateway, jobs, job)
    return gone()


async def serve_bundle(request: Request, gateway: GatewayOf, job: Job) -> Response:
    """It lies nowhere: what it holds does."""
    blobs = gateway.stores.blobs
    bundle = await pack(job, blobs, gateway.signer)
    return serve_read(
        request, partial(bundle.read, blobs), size=bundle.size, sha256=bundle.sha256, media_type="application/zip",
        name=f"{job.id}.zip",
    )  # fmt: skip


@router.get("/{reimaging_id}/files/{name}", response_class=Response)
@operation(Scope.REIMAGINGS_READ, problems=(RangeNotSatisfiable, InputGone), recorded=Action.RESULT_READ)
async def get_reimaging_file(
    reimaging_id: str, name: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf
) -> Response:
    """One file of a result; `bundle.zip` holds them all, signed.

    A plausible face, not a reconstruction. Not evidence of identity.
    """
    job = await job_of(jobs, caller, reimaging_id, JobKind.REIMAGING)
    if name == BUNDLE and has_bundle(job):
        return await serve_bundle(request, gateway, job)
    file = (job.result or {}).get("files", {}).get(name)
    if file is None:
        raise NotFound(why_no_file(job))
    return await serve(
        request, gateway.stores.blobs, file["key"], size=file["bytes"], sha256=file["sha256"],
        media_type=file["media_type"], name=name, offset=file.get("offset"),
    )  # fmt: skip


def why_no_file(job: Job) -> str | None:
    """Of a re-imaging that has no result why it has none: whoever asks for its picture may look at nothing else."""
    if job.error is not None:
        error = JobErrorView.of(job.error)
        return " ".join(filter(None, [f"The re-imaging failed: {error.message.rstrip('.')}.", error.remedy]))
    return None if job.result else f"The re-imaging has no files: it is {job.status}."
