"""Batches: one set of options over up to 1,000 images, each filled by a re-imaging of its own."""

import secrets

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import accepted, check_unchanged, gone, shown
from maskeraid_api.batch_inputs import given_in
from maskeraid_api.batch_items import delete_items, progress_of
from maskeraid_api.batch_orders import order_batch
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs, LibraryOf, RegistryOf
from maskeraid_api.forms import options_of, read_json
from maskeraid_api.gateway import Gateway
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import Form, GuardedRoute, operation
from maskeraid_api.purposes import check_purpose
from maskeraid_api.reimaging_inputs import Inputs, chosen_covering, spec_by
from maskeraid_api.removing import end, forget
from maskeraid_api.schemas.batches import BATCH_BYTES, JSON_BYTES, BatchOptions, BatchRequest, BatchView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.documents.batches import MOST_ITEMS
from maskeraid_core.documents.reimagings import ImageSource
from maskeraid_core.errors import (
    DatasetEmpty,
    Expired,
    JobStateConflict,
    NotFound,
    PurposeRefused,
    PurposeRequired,
    QueueFull,
    StaleObject,
    UnsupportedMedia,
)
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.repositories.batches import BatchRepository
from maskeraid_core.repositories.coverings import CoveringRepository
from maskeraid_core.repositories.selectors import SelectorRepository

router = APIRouter(prefix="/v1/batches", route_class=GuardedRoute, tags=["batches"])

MULTIPART_OVERHEAD = 2**20  # bytes of heads and boundaries of a thousand parts
FORM = Form(
    parts={"images": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}},
    options=BatchOptions,
    required=("images",),
    most_files=MOST_ITEMS,
)


@router.post("", status_code=202, response_model=BatchView)
@operation(
    Scope.REIMAGINGS_WRITE, body_bytes=BATCH_BYTES + MULTIPART_OVERHEAD, json_bytes=JSON_BYTES,
    json_body=BatchRequest, form=FORM,
    problems=(NotFound, Expired, DatasetEmpty, UnsupportedMedia, QueueFull, PurposeRequired, PurposeRefused),
    is_job=True,
)  # fmt: skip
async def create_batch(
    request: Request, caller: CallerOf, gateway: GatewayOf, library: LibraryOf, registry: RegistryOf, jobs: Jobs
) -> Response:
    """Fill the covered part of many faces: JSON with `images` or a `dataset`, or multipart with up to 1,000 `images`.

    A zip goes through an import: its images are a dataset then, and the batch names it.
    """
    options, body = await _asked(request)
    await check_purpose(request, options.purpose, options.until)
    selectors = SelectorRepository(gateway.stores.database, caller.tenant)
    inputs = Inputs(gateway.stores.blobs, caller, library, registry, selectors)
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    template = spec_by(
        options.model_copy(update={"seed": seed}), ImageSource(),
        await chosen_covering(options.covering, CoveringRepository(jobs)),
        await inputs.chosen_model(options.model), await inputs.chosen_selector(options), caller.name,
    )  # fmt: skip
    job = await order_batch(request, options, template, await given_in(request, body, inputs), inputs)
    return accepted(BatchView.of(job, await progress_of(gateway, job)), f"/v1/batches/{job.id}")


async def _asked(request: Request) -> tuple[BatchOptions, BatchRequest | None]:
    if request._form is not None:  # the guard has read it
        return options_of(BatchOptions, request._form), None
    read = read_json(BatchRequest, await request.body())
    return read, read


@router.get("/{batch_id}", response_model=BatchView)
@operation(Scope.REIMAGINGS_READ)
async def get_batch(batch_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf) -> Response:
    """One batch, with how many of its items stand where. `GET /v1/reimagings?batch_id=` gives the items."""
    return shown(request, await _view(gateway, await job_of(jobs, caller, batch_id, JobKind.BATCH)))


@router.delete("/{batch_id}", status_code=204, response_class=Response)
@operation(
    Scope.REIMAGINGS_WRITE, problems=(JobStateConflict, StaleObject), headers=("If-Match",), recorded=Action.DELETED
)
async def delete_batch(batch_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf) -> Response:
    """Remove a batch with all its items and their bytes, now. One that runs is cancelled first: ask again then."""
    job = await job_of(jobs, caller, batch_id, JobKind.BATCH)
    check_unchanged(request, await _view(gateway, job))
    ended = await end(gateway, job)
    await delete_items(gateway, ended)
    await forget(gateway, jobs, ended)
    return gone()


async def _view(gateway: Gateway, job: Job) -> BatchView:
    progress, running = await progress_of(gateway, job), 0
    if not job.status.is_terminal or not progress.is_complete:
        running = len(await BatchRepository(gateway.stores.database).running(job.id))
    return BatchView.of(job, progress, running, await gateway.estimates.wait_of(job))
