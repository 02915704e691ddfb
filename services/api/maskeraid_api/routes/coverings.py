"""Coverings: maps of what is covered, sent or found, to be looked at, edited elsewhere, and used again."""

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.accepting import Order, accept, preferred_wait
from maskeraid_api.answers import accepted, check_unchanged, gone, json_response, shown
from maskeraid_api.covering_access import map_of
from maskeraid_api.dependencies import CallerOf, Coverings, GatewayOf, Jobs
from maskeraid_api.forms import only_file, options_of
from maskeraid_api.inbox import store_bytes
from maskeraid_api.operations import Form, GuardedRoute, operation
from maskeraid_api.picture_heads import check_head
from maskeraid_api.removing import forget_with_bytes
from maskeraid_api.schemas.coverings import CoveringUploadOptions, CoveringView, covering_url
from maskeraid_api.schemas.reimaging_requests import IMAGE_BYTES
from maskeraid_api.serving import IMMUTABLE, serve
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.documents.coverings import Covering, CoveringSpec, SentMap
from maskeraid_core.errors import (
    CoveringInUse,
    InputGone,
    JobStateConflict,
    NotFound,
    QueueFull,
    QuotaExceeded,
    RangeNotSatisfiable,
    StaleObject,
    UnsupportedMedia,
    ValidationFailed,
)
from maskeraid_core.jobs import JobKind

router = APIRouter(prefix="/v1/coverings", route_class=GuardedRoute, tags=["coverings"])

FORM = Form(
    parts={
        "map": {
            "type": "string", "format": "binary", "description": "A PNG, JPEG, or WebP; white = covered.",
        }
    },
    options=CoveringUploadOptions,
    required=("map",),
    most_files=2,  # so that our own words refuse a second one
)  # fmt: skip


@router.post("", status_code=202, response_model=CoveringView, responses={200: {"model": CoveringView}})
@operation(
    Scope.REIMAGINGS_WRITE, body_bytes=IMAGE_BYTES + 2**20, form=FORM,
    problems=(QueueFull, QuotaExceeded, UnsupportedMedia), headers=("Prefer",), is_job=True,
)  # fmt: skip
async def create_covering(request: Request, caller: CallerOf, gateway: GatewayOf) -> Response:
    """Send a map of what is covered: white = covered. With `Prefer: wait=10` the answer says whether it can be read.

    It may have any size, and the shape of the image. Its metadata go, and its colours become black and white.
    """
    form = request._form  # the guard has read it
    file = only_file(request, "map", IMAGE_BYTES) if form else None
    if file is None or form is None:
        raise ValidationFailed("The part `map` is needed.", parameter="map")
    options = options_of(CoveringUploadOptions, form)
    content = await _picture(file)

    async def put_away() -> CoveringSpec:
        sent = SentMap(upload=await store_bytes(gateway.stores.blobs, caller.tenant, file.filename or "map", content))
        return CoveringSpec(
            covering=sent, name=options.name, grow=options.grow, feather=options.feather, requested_by=caller.name
        )

    order = Order(
        JobKind.COVERING, {}, put_away=put_away, notify=options.notify.to_document(), metadata=options.metadata,
        client_reference_id=options.client_reference_id, deadline_seconds=gateway.settings.reimaging_deadline_seconds,
    )  # fmt: skip
    wait = preferred_wait(request)
    job = await accept(request, order, wait_seconds=wait)
    view, place = CoveringView.of(Covering.of(job)), covering_url(job.id)
    if wait and job.status.is_terminal:
        return json_response(view, headers={"Location": place, "Preference-Applied": f"wait={wait}"})
    return accepted(view, place)


async def _picture(file: UploadFile) -> bytes:
    """The bytes of what begins like a picture; more of it a limited child alone may read."""
    content = await file.read()
    check_head(content, "map")
    return content


@router.get("/{covering_id}", response_model=CoveringView)
@operation(Scope.REIMAGINGS_READ)
async def get_covering(covering_id: str, request: Request, coverings: Coverings) -> Response:
    """One covering."""
    return shown(request, CoveringView.of(await coverings.require(covering_id)))


@router.get("/{covering_id}/content", response_class=Response)
@operation(Scope.REIMAGINGS_READ, problems=(RangeNotSatisfiable, InputGone, JobStateConflict))
async def get_covering_content(
    covering_id: str, request: Request, coverings: Coverings, gateway: GatewayOf
) -> Response:
    """The map as a PNG, encoded here, black and white; white = covered."""
    file = map_of(await coverings.require(covering_id))
    return await serve(
        request, gateway.stores.blobs, file.key, size=file.bytes, sha256=file.sha256, media_type="image/png",
        name=f"{covering_id}.png", offset=file.offset, cache_control=IMMUTABLE,
    )  # fmt: skip


@router.delete("/{covering_id}", status_code=204, response_class=Response)
@operation(
    Scope.REIMAGINGS_WRITE,
    problems=(CoveringInUse, JobStateConflict, StaleObject),
    headers=("If-Match",),
    recorded=Action.DELETED,
)
async def delete_covering(
    covering_id: str, request: Request, coverings: Coverings, jobs: Jobs, gateway: GatewayOf
) -> Response:
    """Remove a map that was sent, with its bytes, now. What re-imagings made with it stays as it is.

    One that a re-imaging found goes with that re-imaging.
    """
    job = await coverings.job_of(covering_id)
    if job is None:
        raise NotFound
    covering = Covering.of(job)
    check_unchanged(request, CoveringView.of(covering))
    if covering.is_found:
        detail = f"It belongs to the re-imaging {job.id}: delete that, and it goes as well."
        raise CoveringInUse(detail, reimaging_id=job.id)
    await forget_with_bytes(gateway, jobs, job)
    return gone()
