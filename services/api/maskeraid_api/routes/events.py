"""What happened to all jobs of a tenant: changes of status, and warnings."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.dependencies import CallerOf, GatewayOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Limit, ListView, listed
from maskeraid_api.schemas.jobs import TenantEventView, event_id, parse_event_id
from maskeraid_api.schemas.parts import id_pattern
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.events import JobEvent
from maskeraid_core.errors import BadCursor
from maskeraid_core.repositories.events import EventRepository

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["jobs"])

SHOWN = ("job.status", "job.warning")
MOST_AT_ONE_TIME = 200  # events of one tenant within the same millisecond


@router.get("/events", response_model=ListView[TenantEventView])
@operation(Scope.ADMIN, problems=(BadCursor,))
async def list_events(
    request: Request,
    caller: CallerOf,
    gateway: GatewayOf,
    limit: Limit = 20,
    after: Annotated[
        str | None, Query(description="The last event that was seen.", json_schema_extra={"pattern": id_pattern("evt")})
    ] = None,
) -> Response:
    """Changes of status and warnings of all jobs, oldest first; it takes a key with `admin`, for it shows all kinds."""
    place = parse_event_id(after) if after is not None else None
    if after is not None and place is None:
        raise BadCursor
    events = EventRepository(gateway.stores.database)
    found = await events.of_tenant(caller.tenant, SHOWN, place, limit + 1 + MOST_AT_ONE_TIME)
    views = sorted((_view(event) for event in found), key=lambda view: view.id)
    unseen = [view for view in views if after is None or view.id > after]
    return listed(request, unseen[:limit], has_more=len(unseen) > limit)


def _view(event: JobEvent) -> TenantEventView:
    return TenantEventView(id=event_id(event), type=event.type, at=event.at, job_id=event.job, data=event.data)
