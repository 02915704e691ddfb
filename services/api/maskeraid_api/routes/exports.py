"""Exports: a zip of images with their attributes, made by a job and fetched while it is kept."""

import re

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.accepting import Order, accept
from maskeraid_api.answers import accepted, check_unchanged, gone, shown
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs, LibraryOf
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.removing import forget_with_bytes
from maskeraid_api.schemas.exports import ExportRequest, ExportView
from maskeraid_api.serving import serve
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.documents.datasets import Dataset, DatasetVersion
from maskeraid_core.documents.exports import ExportFormat, ExportSpec, expires_at
from maskeraid_core.errors import (
    DatasetEmpty,
    Expired,
    InputGone,
    JobStateConflict,
    NotFound,
    QueueFull,
    RangeNotSatisfiable,
    ResolutionNotSupported,
    StaleObject,
    ValidationFailed,
)
from maskeraid_core.jobs import JobKind, JobStatus
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import allowed_actions

router = APIRouter(prefix="/v1/exports", route_class=GuardedRoute, tags=["exports"])

LONGEST_STEM = 60  # characters of a dataset's name in that of a file


@router.post("", status_code=202, response_model=ExportView)
@operation(Scope.DATASETS_WRITE, problems=(NotFound, DatasetEmpty, ResolutionNotSupported, QueueFull), is_job=True)
async def create_export(body: ExportRequest, request: Request, gateway: GatewayOf, library: LibraryOf) -> Response:
    """Make a zip of images and their attributes. What the images are is decided now: the version never changes.

    Of a dataset that is shared with you, its owner must allow downloads; what is private of it is not in the zip.
    """
    dataset = await library.require_copyable(body.dataset_id, "export", "/dataset_id")
    version = await library.version(dataset, body.version)
    rows = await library.rows(version, body.where, "")
    if rows.is_empty():
        await library.check_values([version], body.where, "")
        raise ValidationFailed("No image meets all these conditions together.", pointer="/where")
    sizes = rows.select("width", "height").unique().rows()
    if body.format is ExportFormat.TENSORS and len(sizes) > 1:
        found = ", ".join(f"{width}x{height}" for width, height in sorted(sizes)[:10])
        raise ResolutionNotSupported(
            f"One array holds images of one size; found: {found}. Export them as pictures instead.", pointer="/format"
        )
    spec = ExportSpec(
        dataset_id=dataset.id, version=version.version, where=body.where, format=body.format,
        name=file_name(dataset, version, body.format),
    )  # fmt: skip
    order = Order(
        JobKind.EXPORT, spec, notify=body.notify.to_document(), metadata=body.metadata,
        client_reference_id=body.client_reference_id,
    )  # fmt: skip
    job = await accept(request, order)
    return accepted(ExportView.of(job, gateway.settings.exports_kept_days), f"/v1/exports/{job.id}")


def file_name(dataset: Dataset, version: DatasetVersion, form: ExportFormat) -> str:
    """What the zip is called: ASCII, whatever the dataset's name is."""
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", dataset.name)[:LONGEST_STEM].strip("-") or dataset.id
    return f"{stem}-v{version.version}{'-tensors' if form is ExportFormat.TENSORS else ''}.zip"


@router.get("/{export_id}", response_model=ExportView)
@operation(Scope.DATASETS_READ)
async def get_export(export_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf) -> Response:
    """One export."""
    job = await job_of(jobs, caller, export_id, JobKind.EXPORT)
    wait = await gateway.estimates.wait_of(job)
    return shown(request, ExportView.of(job, gateway.settings.exports_kept_days, wait))


@router.get("/{export_id}/content", response_class=Response)
@operation(
    Scope.DATASETS_READ, problems=(RangeNotSatisfiable, InputGone, JobStateConflict, Expired),
    recorded=Action.EXPORT_READ,
)  # fmt: skip
async def get_export_content(
    export_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf, library: LibraryOf
) -> Response:
    """The zip. It is kept for some days (`expires_at`), and no longer than its dataset, or the leave to download it."""
    job = await job_of(jobs, caller, export_id, JobKind.EXPORT)
    spec = ExportSpec.model_validate(job.spec)
    dataset = await library.require(spec.dataset_id)
    if not library.readable.may_copy(dataset) or await library.numbered(dataset, spec.version) is None:
        raise NotFound
    if job.status is not JobStatus.SUCCEEDED or job.result is None:
        allowed = [str(action) for action in allowed_actions(job)]
        raise JobStateConflict(
            f"This export is {job.status}: there is no zip.", current_status=job.status.value, allowed_actions=allowed
        )
    expiry = expires_at(job, gateway.settings.exports_kept_days)
    if expiry is not None and expiry <= now():
        raise Expired("The zip was deleted: it was only kept for some days. Export the version again.")
    return await serve(
        request, gateway.stores.blobs, job.result["key"], size=job.result["bytes"], sha256=job.result["sha256"],
        media_type="application/zip", name=spec.name,
    )  # fmt: skip


@router.delete("/{export_id}", status_code=204, response_class=Response)
@operation(
    Scope.DATASETS_WRITE, problems=(JobStateConflict, StaleObject), headers=("If-Match",), recorded=Action.DELETED
)
async def delete_export(export_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf) -> Response:
    """Remove an export with its zip, now; one that is under way is cancelled."""
    job = await job_of(jobs, caller, export_id, JobKind.EXPORT)
    wait = await gateway.estimates.wait_of(job)
    check_unchanged(request, ExportView.of(job, gateway.settings.exports_kept_days, wait))
    await forget_with_bytes(gateway, jobs, job)
    return gone()
