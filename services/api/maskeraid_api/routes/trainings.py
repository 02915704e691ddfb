"""Trainings: order one, watch its curves, delete it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.accepting import accept, preferred_wait
from maskeraid_api.answers import accepted, check_unchanged, gone, json_response, shown
from maskeraid_api.curves import curves_of
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs, LibraryOf, Models, RegistryOf
from maskeraid_api.estimates import Wait
from maskeraid_api.gateway import Gateway
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, page_asked, page_of
from maskeraid_api.reimaging_inputs import Inputs
from maskeraid_api.removing import end_and_forget
from maskeraid_api.schemas.reimaging_requests import DATA_URL_CHARACTERS
from maskeraid_api.schemas.training_requests import TrainingRequest
from maskeraid_api.schemas.trainings import MetricsView, TrainingView
from maskeraid_api.training_orders import model_order, selector_order
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.errors import (
    BadSettings,
    CheckpointGone,
    DatasetEmpty,
    Expired,
    JobStateConflict,
    NotFound,
    QueueFull,
    QuotaExceeded,
    ResolutionNotSupported,
    StaleObject,
    TestDataInTraining,
    TooFewImages,
    TooFewModels,
)
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.needs import Needs, input_keys
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.selectors import SelectorRepository

router = APIRouter(prefix="/v1/trainings", route_class=GuardedRoute, tags=["trainings"])

TRAINING_BYTES = 2 * DATA_URL_CHARACTERS + 2**20  # a probe and its map may be inside


@router.get("", response_model=ListView[TrainingView])
@operation(Scope.TRAININGS_READ)
async def list_trainings(
    request: Request,
    jobs: Jobs,
    asked: Annotated[Asked, Depends(page_asked("trn"))],
    status: Annotated[JobStatus | None, Query(description="Only trainings in this status.")] = None,
) -> Response:
    """The tenant's trainings."""
    return await page_of(request, jobs, asked, TrainingView.of, kind=JobKind.TRAINING, status=status)


@router.post("", status_code=202, response_model=TrainingView)
@operation(
    Scope.TRAININGS_WRITE,
    problems=(
        NotFound,
        DatasetEmpty,
        TestDataInTraining,
        TooFewImages,
        TooFewModels,
        ResolutionNotSupported,
        BadSettings,
        CheckpointGone,
        Expired,
        QueueFull,
        QuotaExceeded,
    ),
    body_bytes=TRAINING_BYTES,
    is_job=True,
)
async def create_training(
    body: TrainingRequest,
    request: Request,
    caller: CallerOf,
    gateway: GatewayOf,
    library: LibraryOf,
    jobs: Jobs,
    models: Models,
    registry: RegistryOf,
) -> Response:
    """Order a model, or a selector. All that can be known now is checked now.

    With `dry_run` the worker makes the first steps only and answers what the whole would take, with `Prefer: wait=30`
    in the first answer when it is there in time. It goes before your trainings that wait, and after the one that runs.
    Nothing of it is kept, and it is forgotten after a day.
    """
    caller.need(Scope.DATASETS_READ)
    database = gateway.stores.database
    if body.kind == "selector":
        order = await selector_order(body, database, caller.tenant)
    else:
        selectors = SelectorRepository(database, caller.tenant)
        inputs = Inputs(gateway.stores.blobs, caller, library, registry, selectors)
        order = await model_order(body, inputs, jobs, models, EventRepository(database))
    wait = preferred_wait(request) if body.dry_run else 0
    job = await accept(request, order, wait_seconds=wait)
    if wait and job.status.is_terminal:
        location = {"Location": f"/v1/trainings/{job.id}", "Preference-Applied": f"wait={wait}"}
        return json_response(TrainingView.of(job, await wait_of(gateway, job)), headers=location)
    return accepted(TrainingView.of(job), f"/v1/trainings/{job.id}")


@router.get("/{training_id}", response_model=TrainingView)
@operation(Scope.TRAININGS_READ)
async def get_training(
    training_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf
) -> Response:
    """One training."""
    job = await job_of(jobs, caller, training_id, JobKind.TRAINING)
    return shown(request, TrainingView.of(job, await wait_of(gateway, job)))


@router.delete("/{training_id}", status_code=204, response_class=Response)
@operation(
    Scope.TRAININGS_WRITE, problems=(JobStateConflict, StaleObject), headers=("If-Match",), recorded=Action.DELETED
)
async def delete_training(
    training_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf
) -> Response:
    """Remove a training with its probe, sheets, and curves, now; a model that it has made stays.

    One that runs is cancelled first: ask again when it has ended.
    """
    job = await job_of(jobs, caller, training_id, JobKind.TRAINING)
    check_unchanged(request, TrainingView.of(job, await wait_of(gateway, job)))
    await end_and_forget(gateway, jobs, job)
    if not job.spec.get("dry_run"):  # the quota of its month does not come back
        accounts = AccountRepository(gateway.stores.database)
        await accounts.count_deleted_training(job.tenant, job.created_at, job.ran_seconds)
    await delete_bytes_of(gateway, job)
    return gone()


async def delete_bytes_of(gateway: Gateway, job: Job) -> None:
    """All that a training was given or has made; what is a model's, or was given to a retry as well, stays."""
    blobs, needs = gateway.stores.blobs, Needs(gateway.stores.database, job.tenant)
    # As for litter: of a model that was deleted just now, what runs may still read.
    before = now() - timedelta(seconds=gateway.settings.attempts_kept_seconds)
    given = input_keys(job.spec) - await needs.inputs_of_live_jobs()
    made = set(await blobs.keys(f"t/{job.tenant}/jobs/{job.id}/"))
    await blobs.delete(given | (made - await needs.files_of_models([job.id], before)))


async def wait_of(gateway: Gateway, job: Job) -> Wait | None:
    """That of a job that waits; of a dry run that has succeeded, that of the same order made now."""
    if job.status is JobStatus.SUCCEEDED and job.spec.get("dry_run"):
        job = job.model_copy(update={"id": new_id(job.kind.id_prefix), "status": JobStatus.QUEUED, "priority": 0})
    return await gateway.estimates.wait_of(job)


@router.get("/{training_id}/metrics", response_model=MetricsView)
@operation(Scope.TRAININGS_READ)
async def get_training_metrics(
    training_id: str,
    jobs: Jobs,
    caller: CallerOf,
    gateway: GatewayOf,
    names: Annotated[str | None, Query(max_length=500, description="Only these metrics, separated by commas.")] = None,
    max_points: Annotated[int, Query(ge=2, le=2000, description="The server thins to so many.")] = 500,
) -> Response:
    """The curves so far, thinned evenly; the first and the last point are always there."""
    job = await job_of(jobs, caller, training_id, JobKind.TRAINING)
    wanted = {name.strip() for name in names.split(",")} if names else None
    events = EventRepository(gateway.stores.database)
    return json_response(await curves_of(events, job, wanted, max_points))
