"""Checkpoints of a training: the steps at which it was kept or drawn, and the pictures of each."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.accepting import Order, accept
from maskeraid_api.answers import accepted, json_response
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Limit, OrderParameter, next_link
from maskeraid_api.schemas.checkpoints import CHECKPOINT, CheckpointPage, checkpoints_of
from maskeraid_api.schemas.hyperparameters import MOST_STEPS
from maskeraid_api.schemas.jobs import PROBE_FILE, SAMPLE, SAMPLES_FILE, picture_of
from maskeraid_api.schemas.trainings import TrainingView
from maskeraid_api.serving import serve_small
from maskeraid_api.training_beginnings import find_checkpoint, start_of, steps_kept
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.errors import CheckpointGone, InputGone, NotFound, QueueFull, QuotaExceeded, RangeNotSatisfiable
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.repositories.events import EventRepository

router = APIRouter(prefix="/v1/trainings", route_class=GuardedRoute, tags=["trainings"])

LONGEST_NAME = 100  # characters, as of every name


@router.get("/{training_id}/checkpoints", response_model=CheckpointPage)
@operation(Scope.TRAININGS_READ)
async def list_training_checkpoints(
    training_id: str,
    request: Request,
    jobs: Jobs,
    caller: CallerOf,
    gateway: GatewayOf,
    limit: Limit = 20,
    after: Annotated[int | None, Query(ge=0, le=MOST_STEPS, description="The last step of the page before.")] = None,
    order: OrderParameter = "desc",
) -> Response:
    """The steps at which the training's state was kept, or at which its model drew faces."""
    job = await job_of(jobs, caller, training_id, JobKind.TRAINING)
    events = EventRepository(gateway.stores.database)
    told = await events.told(job.id, SAMPLE, CHECKPOINT)
    found = checkpoints_of(job, told, await steps_kept(gateway.stores.blobs, job))
    if order == "desc":
        found.reverse()
    rest = [row for row in found if after is None or (row.step < after if order == "desc" else row.step > after)]
    data, has_more = rest[:limit], len(rest) > limit
    page = CheckpointPage(data=data, has_more=has_more, last_id=data[-1].step if data else None)
    return json_response(page, headers=next_link(request, page.last_id) if has_more else None)


@router.get("/{training_id}/checkpoints/{step}/files/{name}", response_class=Response)
@operation(Scope.TRAININGS_READ, problems=(RangeNotSatisfiable, InputGone))
async def get_training_file(
    training_id: str,
    step: Annotated[int, Path(ge=0, le=MOST_STEPS, description="As in the event `job.sample`.")],
    name: Annotated[str, Path(description="`samples.png`, drawn faces, or `probe.png`, the probe re-imaged.")],
    request: Request,
    jobs: Jobs,
    caller: CallerOf,
    gateway: GatewayOf,
) -> Response:
    """What a training's model drew at a step. Generated faces; of a probe plausible ones, no evidence of identity."""
    job = await job_of(jobs, caller, training_id, JobKind.TRAINING)
    if name not in (SAMPLES_FILE, PROBE_FILE):
        raise NotFound
    key = await sheet_key(EventRepository(gateway.stores.database), job.id, step, name)
    return serve_small(request, await gateway.stores.blobs.get(key), media_type="image/png", name=name)


@router.post("/{training_id}/checkpoints/{step}/promote", status_code=202, response_model=TrainingView)
@operation(Scope.TRAININGS_WRITE, problems=(CheckpointGone, QueueFull, QuotaExceeded), is_job=True)
async def promote_checkpoint(
    training_id: str,
    step: Annotated[int, Path(ge=0, le=MOST_STEPS, description="Of a checkpoint that is still kept.")],
    request: Request,
    jobs: Jobs,
    caller: CallerOf,
    gateway: GatewayOf,
) -> Response:
    """Make a model of a checkpoint as it is: a new training without steps, which judges, completes, and saves it.

    The training that it is of goes on, or has ended however it did. Its samples come out the same, bit for bit.
    """
    events, blobs = EventRepository(gateway.stores.database), gateway.stores.blobs
    job, entry = await find_checkpoint(events, jobs, caller, training_id, step)
    spec = promotion_of(job, step, new_job := new_id(JobKind.TRAINING.id_prefix))

    async def put_away() -> TrainingSpec:
        return spec.model_copy(update={"start_from": await start_of(blobs, caller.tenant, job, entry)})

    order = Order(JobKind.TRAINING, spec, new_job, notify=job.notify, metadata=job.metadata, put_away=put_away)
    accepted_job = await accept(request, order)
    return accepted(TrainingView.of(accepted_job), f"/v1/trainings/{accepted_job.id}")


def promotion_of(job: Job, step: int, new_job: str) -> TrainingSpec:
    """The same order, ended where it begins; a probe that came with a request was deleted after its job."""
    spec = TrainingSpec.model_validate(job.spec)
    probe = spec.probe if spec.probe and not (spec.probe.image.upload or spec.probe.covering.upload) else None
    name = f"{spec.name[: LONGEST_NAME - 20]} (step {step})"
    changes = {
        "name": name, "is_promotion": True, "probe": probe, "dry_run": False,
        "model_id": twin_id("mdl", new_job),
    }  # fmt: skip
    return spec.model_copy(update=changes)


async def sheet_key(events: EventRepository, job_id: str, step: int, name: str) -> str:
    """Where the newest picture of a step lies, for a resumed training draws some again. Raises: NotFound."""
    found = await events.told(job_id, SAMPLE)
    keys = [str(event.data["key"]) for event in found if event.data["step"] == step and picture_of(event) == name]
    if not keys:
        raise NotFound
    return keys[-1]
