"""Trainings: order one, watch its curves, delete it."""

import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.accepting import Order, accept, preferred_wait
from maskeraid_api.answers import accepted, check_unchanged, gone, json_response, shown
from maskeraid_api.curves import curves_of
from maskeraid_api.dataset_access import TrainingData, choose_training_data
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs, LibraryOf, Models, RegistryOf
from maskeraid_api.estimates import Wait
from maskeraid_api.gateway import Gateway, gateway_of
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, page_asked, page_of
from maskeraid_api.reimaging_inputs import Inputs
from maskeraid_api.removing import end_and_forget
from maskeraid_api.schemas.hyperparameters import Architecture
from maskeraid_api.schemas.reimaging_requests import DATA_URL_CHARACTERS
from maskeraid_api.schemas.training_requests import FEW_IMAGES, LARGEST_SEED, TrainingRequest
from maskeraid_api.schemas.trainings import MetricsView, TrainingView
from maskeraid_api.training_beginnings import find_beginning, put_probe_away
from maskeraid_core import VERSION
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.selectors import SelectorSpec
from maskeraid_core.documents.trainings import TrainingSpec
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
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import Job, JobKind, JobStatus, Notify
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.needs import Needs, input_keys
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.selectors import SelectorRepository, usable_versions

router = APIRouter(prefix="/v1/trainings", route_class=GuardedRoute, tags=["trainings"])

TRAINING_BYTES = 2 * DATA_URL_CHARACTERS + 2**20  # a probe and its map may be inside
FEWEST_MODELS = 2  # that a selector can choose among
QUIET = Notify(email=False, webhooks=False)


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
    if body.kind == "selector":
        return await order_selector(body, request, gateway, caller.tenant)
    selectors = SelectorRepository(gateway.stores.database, caller.tenant)
    inputs = Inputs(gateway.stores.blobs, caller, library, registry, selectors)
    events = EventRepository(gateway.stores.database)
    beginning = await find_beginning(body.start_from, inputs, jobs, events) if body.start_from else None
    architecture = body.effective_architecture
    if beginning and beginning.architecture and architecture == "auto":
        architecture = TypeAdapter(Architecture).validate_python(beginning.architecture)
    body.check_hyperparameters(architecture)
    if body.model_id is not None and await models.get(body.model_id) is None:
        raise NotFound("There is no such model.", pointer="/model_id")
    data = await choose_training_data(library, body.data)
    if beginning:
        beginning.check(data.resolution, architecture, body.hyperparameters.loop)
    job_id = new_id(JobKind.TRAINING.id_prefix)
    spec = spec_of(body, data, job_id).model_copy(update={"architecture": architecture})

    async def put_away() -> TrainingSpec:
        filled = spec.model_copy(update={"probe": await put_probe_away(body.probe, inputs)})
        if beginning is None:
            return filled
        try:
            start = await beginning.to_document(inputs.blobs, caller.tenant)
        except CheckpointGone:
            await inputs.blobs.delete(input_keys(filled.model_dump()))
            raise
        return filled.model_copy(update={"start_from": start})

    order = Order(
        JobKind.TRAINING, spec, job_id, put_away=put_away,
        notify=QUIET if body.dry_run else body.notify.to_document(), metadata=body.metadata,
        client_reference_id=body.client_reference_id, deadline_seconds=body.deadline_seconds,
        warnings=warnings_of(data),
    )  # fmt: skip
    wait = preferred_wait(request) if body.dry_run else 0
    job = await accept(request, order, wait_seconds=wait)
    if wait and job.status.is_terminal:
        location = {"Location": f"/v1/trainings/{job.id}", "Preference-Applied": f"wait={wait}"}
        return json_response(TrainingView.of(job, await wait_of(gateway_of(request), job)), headers=location)
    return accepted(TrainingView.of(job), f"/v1/trainings/{job.id}")


async def order_selector(body: TrainingRequest, request: Request, gateway: Gateway, tenant: str) -> Response:
    """A selector of all models that there will be when it runs. Raises: TooFewModels."""
    versions = await usable_versions(gateway.stores.database, tenant)
    if len(versions) < FEWEST_MODELS:
        raise TooFewModels(found=len(versions))
    seed = secrets.randbelow(LARGEST_SEED) if body.seed is None else body.seed
    order = Order(
        JobKind.TRAINING, SelectorSpec(name=body.name, seed=seed, software=VERSION), notify=body.notify.to_document(),
        metadata=body.metadata, client_reference_id=body.client_reference_id, deadline_seconds=body.deadline_seconds,
    )  # fmt: skip
    job = await accept(request, order)
    return accepted(TrainingView.of(job), f"/v1/trainings/{job.id}")


def spec_of(body: TrainingRequest, data: TrainingData, job_id: str) -> TrainingSpec:
    return TrainingSpec(
        name=body.name, data=data.parts, architecture=body.effective_architecture, preset=body.preset,
        hyperparameters=body.hyperparameters.for_trainer(),
        seed=secrets.randbelow(LARGEST_SEED) if body.seed is None else body.seed, resolution=data.resolution,
        image_count=data.image_count, model_id=body.model_id or twin_id("mdl", job_id), software=VERSION,
        dry_run=body.dry_run,
    )  # fmt: skip


def warnings_of(data: TrainingData) -> list[dict[str, str]]:
    if data.image_count >= FEW_IMAGES:
        return []
    return [{"code": "few_images", "detail": f"{data.image_count} images: expect memorisation."}]


@router.get("/{training_id}", response_model=TrainingView)
@operation(Scope.TRAININGS_READ)
async def get_training(
    training_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf
) -> Response:
    """One training."""
    job = await job_of(jobs, caller, training_id, JobKind.TRAINING)
    return shown(request, TrainingView.of(job, await wait_of(gateway, job)))


@router.delete("/{training_id}", status_code=204, response_class=Response)
@operation(Scope.TRAININGS_WRITE, problems=(JobStateConflict, StaleObject), headers=("If-Match",))
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
