"""What happened to all jobs of a tenant: changes of status, and warnings."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import is_wanted
from maskeraid_api.dependencies import CallerOf, GatewayOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Limit, ListView, listed
from maskeraid_api.schemas.jobs import TenantEventView, parse_event_id
from maskeraid_api.schemas.parts import id_pattern
from maskeraid_api.streams import MEDIA_TYPE, SERVER_SENT_EVENT, TENANT_TYPES, stream_of_tenant
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.errors import BadCursor, BadHeader, NotAcceptable
from maskeraid_core.repositories.events import EventRepository

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["jobs"])

MOST_AT_ONE_TIME = 200  # events of one tenant within the same millisecond


@router.get(
    "/events",
    response_model=ListView[TenantEventView],
    responses={200: {"content": {MEDIA_TYPE: {"schema": SERVER_SENT_EVENT}}}},
)
@operation(Scope.ADMIN, problems=(BadCursor, BadHeader, NotAcceptable), headers=("Last-Event-ID of all jobs",))
async def list_events(
    request: Request,
    caller: CallerOf,
    gateway: GatewayOf,
    limit: Limit = 20,
    after: Annotated[
        str | None, Query(description="The last event that was seen.", json_schema_extra={"pattern": id_pattern("evt")})
    ] = None,
) -> Response:
    """Changes of status and warnings of all jobs, oldest first: a page, or with `Accept: text/event-stream` a stream.

    It takes a key with `admin`, for it shows jobs of all kinds.
    """
    seen = last_seen(request, after)
    if is_wanted(request, MEDIA_TYPE):
        return stream_of_tenant(gateway, caller.tenant, seen)
    since = parse_event_id(seen) if seen else None
    events = EventRepository(gateway.stores.database)
    found = await events.of_tenant(caller.tenant, TENANT_TYPES, since, limit + 1 + MOST_AT_ONE_TIME)
    views = sorted((TenantEventView.of(event) for event in found), key=lambda view: view.id)
    unseen = [view for view in views if seen is None or view.id > seen]
    return listed(request, unseen[:limit], has_more=len(unseen) > limit)


def last_seen(request: Request, after: str | None) -> str | None:
    """The later of the two places from which the client may want to continue. Raises: BadCursor, BadHeader."""
    if after is not None and parse_event_id(after) is None:
        raise BadCursor
    sent = request.headers.get("last-event-id")
    if sent is not None and parse_event_id(sent) is None:
        raise BadHeader("`Last-Event-ID` is the id of an event.", parameter="Last-Event-ID")
    return max(filter(None, (after, sent)), default=None)
