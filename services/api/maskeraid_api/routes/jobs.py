"""Jobs of every kind: list, get, history, actions."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.access import Caller
from maskeraid_api.acting import act, retry
from maskeraid_api.answers import accepted, is_wanted, json_response, shown
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs, JobViewsOf
from maskeraid_api.gateway import Gateway
from maskeraid_api.job_access import job_of, readable_kinds, write_scope
from maskeraid_api.job_views import JobViews
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, Limit, ListView, listed, next_link, page_asked
from maskeraid_api.schemas.jobs import EventPage, EventView, JobView
from maskeraid_api.streams import MEDIA_TYPE, SERVER_SENT_EVENT, stream_of_job
from maskeraid_core.errors import (
    BadHeader,
    InputGone,
    JobStateConflict,
    NotAcceptable,
    PurposeRefused,
    PurposeRequired,
    QueueFull,
)
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.outbox import drain
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository, where_dry_run
from maskeraid_core.status_machine import JobAction

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["jobs"])

ALL_PREFIXES = tuple(kind.id_prefix for kind in JobKind)
KindFilter = Annotated[JobKind | None, Query(description="Only jobs of this kind.")]
StatusFilter = Annotated[JobStatus | None, Query(description="Only jobs in this status.")]
DryRunFilter = Annotated[bool | None, Query(description="`false` leaves dry runs out, `true` shows them alone.")]
_WHOLE = re.compile(r"[0-9]{1,9}")


@router.get("/jobs", response_model=ListView[JobView])
@operation()
async def list_jobs(
    request: Request,
    jobs: Jobs,
    caller: CallerOf,
    views: JobViewsOf,
    asked: Annotated[Asked, Depends(page_asked(*ALL_PREFIXES))],
    kind: KindFilter = None,
    status: StatusFilter = None,
    dry_run: DryRunFilter = None,
) -> Response:
    """Jobs of the kinds that the key may read, newest first."""
    readable = readable_kinds(caller, *filter(None, [kind]))
    kinds = kind or ({"$in": readable} if len(readable) < len(JobKind) else None)
    wanted = {"kind": kinds, "status": status, **({} if dry_run is None else where_dry_run(is_so=dry_run))}
    page = await jobs.page(asked.request, **wanted)
    total = await jobs.count(**wanted) if asked.is_total_wanted else None
    return listed(request, await views.of(page.items), has_more=page.has_more, total=total)


@router.get("/jobs/{job_id}", response_model=JobView)
@operation()
async def get_job(
    job_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf, views: JobViewsOf
) -> Response:
    """What every job shares. Poll it with `If-None-Match`."""
    job = await job_of(jobs, caller, job_id)
    return shown(request, await views.of_one(job, await gateway.estimates.wait_of(job)))


@router.get(
    "/jobs/{job_id}/events",
    response_model=EventPage,
    responses={200: {"content": {MEDIA_TYPE: {"schema": SERVER_SENT_EVENT}}}},
)
@operation(problems=(BadHeader, NotAcceptable), headers=("Last-Event-ID",))
async def list_job_events(
    job_id: str,
    request: Request,
    jobs: Jobs,
    caller: CallerOf,
    gateway: GatewayOf,
    after: Annotated[int | None, Query(ge=0, le=10**9, description="The last event that was seen.")] = None,
    limit: Limit = 20,
) -> Response:
    """A job's history: a page of JSON, or with `Accept: text/event-stream` a stream that ends when the job ends."""
    job = await job_of(jobs, caller, job_id)
    if job.status.is_terminal and job.has_outbox:  # a worker may be about to tell of it: a reader need not wait
        await drain(gateway.stores, job)
    seen = max(after or 0, last_seen(request))  # a browser that connects again asks by the same address
    if is_wanted(request, MEDIA_TYPE):
        return stream_of_job(request, job_id, seen)
    found = await EventRepository(gateway.stores.database).after(job_id, seen, limit + 1)
    views, has_more = [EventView.of(event) for event in found[:limit]], len(found) > limit
    page = EventPage(data=views, has_more=has_more, last_id=views[-1].id if views else None)
    return json_response(page, headers=next_link(request, page.last_id) if has_more else None)


def last_seen(request: Request) -> int:
    given = request.headers.get("last-event-id", "0")
    if not _WHOLE.fullmatch(given):
        raise BadHeader("`Last-Event-ID` is a whole number.", parameter="Last-Event-ID")
    return int(given)


@router.post("/jobs/{job_id}/cancel", status_code=202, response_model=JobView)
@operation(problems=(JobStateConflict,))
async def cancel_job(job_id: str, jobs: Jobs, caller: CallerOf, gateway: GatewayOf, views: JobViewsOf) -> Response:
    """End a job; what it has made so far is dropped. Asking again changes nothing."""
    return await _acted(job_id, jobs, gateway, views, JobAction.CANCEL)


@router.post("/jobs/{job_id}/pause", status_code=202, response_model=JobView)
@operation(problems=(JobStateConflict,))
async def pause_job(job_id: str, jobs: Jobs, caller: CallerOf, gateway: GatewayOf, views: JobViewsOf) -> Response:
    """Let a training stand still at a checkpoint; its worker is free for others. Asking again changes nothing."""
    return await _acted(job_id, jobs, gateway, views, JobAction.PAUSE)


@router.post("/jobs/{job_id}/resume", status_code=202, response_model=JobView)
@operation(problems=(JobStateConflict,))
async def resume_job(job_id: str, jobs: Jobs, caller: CallerOf, gateway: GatewayOf, views: JobViewsOf) -> Response:
    """Let a paused training go on from its checkpoint, or take a pause back that has not happened yet."""
    return await _acted(job_id, jobs, gateway, views, JobAction.RESUME)


@router.post("/jobs/{job_id}/stop", status_code=202, response_model=JobView)
@operation(problems=(JobStateConflict,))
async def stop_job(job_id: str, jobs: Jobs, caller: CallerOf, gateway: GatewayOf, views: JobViewsOf) -> Response:
    """End a training early and make a model of what it has learned. Asking again changes nothing."""
    return await _acted(job_id, jobs, gateway, views, JobAction.STOP)


@router.post("/jobs/{job_id}/retry", status_code=202, response_model=JobView)
@operation(problems=(JobStateConflict, InputGone, QueueFull, PurposeRequired, PurposeRefused))
async def retry_job(job_id: str, request: Request, jobs: Jobs, caller: CallerOf, views: JobViewsOf) -> Response:
    """Order the same again after a failure or a cancel: a new job, whose `retry_of` names this one."""
    again = await retry(request, await _job_to_change(job_id, jobs, caller))
    return accepted(await views.of_one(again), f"/v1/jobs/{again.id}")


async def _acted(job_id: str, jobs: JobRepository, gateway: Gateway, views: JobViews, action: JobAction) -> Response:
    job = await act(gateway, await _job_to_change(job_id, jobs, views.caller), action)
    return accepted(await views.of_one(job), f"/v1/jobs/{job.id}")


async def _job_to_change(job_id: str, jobs: JobRepository, caller: Caller) -> Job:
    job = await job_of(jobs, caller, job_id)
    caller.need(write_scope(job.kind))
    return job
