"""Large files in parts: announce, send in any order, complete."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import check_unchanged, created, gone, json_response, shown
from maskeraid_api.dependencies import CallerOf, GatewayOf, Uploads
from maskeraid_api.inbox import label
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.schemas.uploads import MOST_PART_BYTES, UploadRequest, UploadView
from maskeraid_api.uploads import check_room, check_whole, receive_part
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.documents.datasets import Upload
from maskeraid_core.errors import (
    BadHeader,
    DigestMismatch,
    NotFound,
    QuotaExceeded,
    StaleObject,
    StorageFull,
    UploadIncomplete,
    ValidationFailed,
)
from maskeraid_core.ids import new_id
from maskeraid_core.repositories.repository import now

router = APIRouter(prefix="/v1/uploads", route_class=GuardedRoute, tags=["uploads"])


@router.post("", status_code=201, response_model=UploadView)
@operation(Scope.DATASETS_WRITE, problems=(QuotaExceeded, StorageFull))
async def create_upload(body: UploadRequest, caller: CallerOf, gateway: GatewayOf, uploads: Uploads) -> Response:
    """Announce a file: its size and SHA-256."""
    settings = gateway.settings
    if body.bytes > settings.max_upload_bytes:
        raise ValidationFailed(f"An upload may have {settings.max_upload_bytes} bytes.", pointer="/bytes")
    await check_room(settings)
    if await uploads.count_open() >= settings.upload_slots:
        raise QuotaExceeded(f"{settings.upload_slots} uploads are open; complete or delete one.", quota="upload_slots")
    upload = Upload(
        id=new_id("upl"), tenant=caller.tenant, file_name=label(body.file_name), bytes=body.bytes,
        sha256=body.sha256, part_bytes=body.part_bytes, metadata=body.metadata,
        client_reference_id=body.client_reference_id, created_at=now(),
    )  # fmt: skip
    await uploads.add(upload)
    return created(UploadView.of(upload), f"/v1/uploads/{upload.id}")


@router.get("/{upload_id}", response_model=UploadView)
@operation(Scope.DATASETS_READ)
async def get_upload(upload_id: str, request: Request, uploads: Uploads) -> Response:
    """One upload, with the numbers of its missing parts."""
    return shown(request, UploadView.of(await uploads.require(upload_id)))


@router.put("/{upload_id}/parts/{number}", response_model=UploadView)
@operation(
    Scope.DATASETS_WRITE, body_bytes=MOST_PART_BYTES, is_raw=True, headers=("Content-Digest",),
    problems=(BadHeader, DigestMismatch, UploadIncomplete),
)  # fmt: skip
async def put_upload_part(
    upload_id: str,
    number: Annotated[int, Path(ge=1, le=10_000)],
    request: Request,
    uploads: Uploads,
    gateway: GatewayOf,
) -> Response:
    """Send one part as it is; in any order, and again if need be."""
    upload = await uploads.require(upload_id)
    if number > upload.part_count:
        raise NotFound(f"The upload has {upload.part_count} parts.")
    if upload.completed_at is not None:
        raise NotFound("The upload is complete and takes no more parts.")
    blobs, before = gateway.stores.blobs, upload.parts.get(str(number))
    part = await receive_part(blobs, upload, number, request)
    if not await uploads.note_part(upload_id, part):
        await blobs.delete([part.key])
        raise NotFound
    await blobs.delete([before.key] if before else [])
    return json_response(UploadView.of(await uploads.require(upload_id)))


@router.post("/{upload_id}/complete", response_model=UploadView)
@operation(Scope.DATASETS_WRITE, problems=(DigestMismatch, UploadIncomplete), recorded=Action.UPLOAD_COMPLETED)
async def complete_upload(upload_id: str, request: Request, uploads: Uploads, gateway: GatewayOf) -> Response:
    """Check that all parts are there and together have the announced digest."""
    upload = await uploads.require(upload_id)
    if upload.missing_parts:
        missing = upload.missing_parts
        raise UploadIncomplete(f"Not sent yet: {len(missing)} parts.", missing_parts=missing[:100])
    if upload.completed_at is None:
        await check_whole(gateway.stores.blobs, upload)
        upload = await uploads.complete(upload_id, now()) or upload
    return json_response(UploadView.of(upload))


@router.delete("/{upload_id}", status_code=204, response_class=Response)
@operation(Scope.DATASETS_WRITE, problems=(StaleObject,), headers=("If-Match",), recorded=Action.DELETED)
async def delete_upload(upload_id: str, request: Request, uploads: Uploads, gateway: GatewayOf) -> Response:
    """Forget an upload; its bytes go at once, those of a complete one, which an import may need, within a day."""
    upload = await uploads.require(upload_id)
    check_unchanged(request, UploadView.of(upload))
    if not await uploads.delete(upload_id):
        raise NotFound
    if upload.completed_at is None:
        await gateway.stores.blobs.delete(part.key for part in upload.parts.values())
    return gone()
