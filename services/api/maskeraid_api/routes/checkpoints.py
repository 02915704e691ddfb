"""Checkpoints of a training: the steps at which it was kept or drawn, and the pictures of each."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import json_response
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Limit, OrderParameter, next_link
from maskeraid_api.schemas.checkpoints import CHECKPOINT, CheckpointPage, checkpoints_of
from maskeraid_api.schemas.jobs import SAMPLE, SAMPLES_FILE
from maskeraid_api.schemas.trainings import MOST_STEPS
from maskeraid_api.serving import serve_small
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.errors import InputGone, NotFound, RangeNotSatisfiable
from maskeraid_core.jobs import JobKind
from maskeraid_core.repositories.events import EventRepository

router = APIRouter(prefix="/v1/trainings", route_class=GuardedRoute, tags=["trainings"])

MOST_SHEETS = 10_000  # looked through; a training draws some dozens, and is kept once a minute


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
    found = checkpoints_of(job, await events.after(job.id, 0, MOST_SHEETS, types=(SAMPLE, CHECKPOINT)))
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
    name: Annotated[str, Path(description="`samples.png`: a sheet of faces that the model drew at this step.")],
    request: Request,
    jobs: Jobs,
    caller: CallerOf,
    gateway: GatewayOf,
) -> Response:
    """What a training's model drew at a step. Generated faces; nobody is shown."""
    job = await job_of(jobs, caller, training_id, JobKind.TRAINING)
    if name != SAMPLES_FILE:
        raise NotFound
    key = await sheet_key(EventRepository(gateway.stores.database), job.id, step)
    return serve_small(request, await gateway.stores.blobs.get(key), media_type="image/png", name=name)


async def sheet_key(events: EventRepository, job_id: str, step: int) -> str:
    """Where the newest sheet of a step lies, for a resumed training draws some again. Raises: NotFound."""
    found = await events.after(job_id, 0, MOST_SHEETS, types=(SAMPLE,))
    keys = [str(event.data["key"]) for event in found if event.data["step"] == step]
    if not keys:
        raise NotFound
    return keys[-1]
