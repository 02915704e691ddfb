"""What happened to all jobs of a tenant: changes of status, and warnings."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import is_wanted
from maskeraid_api.dependencies import CallerOf, GatewayOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Limit, ListView, listed
from maskeraid_api.schemas.jobs import TenantEventView, event_id, place_of
from maskeraid_api.schemas.parts import id_pattern
from maskeraid_api.streams import MEDIA_TYPE, SERVER_SENT_EVENT, stream_of_tenant
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.errors import BadCursor, BadHeader, NotAcceptable
from maskeraid_core.repositories.feed import FeedRepository

LATEST = "latest"

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["jobs"])


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
        str | None,
        Query(
            description="The last event that was seen; `latest`: only what comes from now on.",
            json_schema_extra={"pattern": f"^(?:{LATEST}|{id_pattern('evt').strip('^$')})$"},
        ),
    ] = None,
) -> Response:
    """Changes of status and warnings of all jobs, oldest first: a page, or with `Accept: text/event-stream` a stream.

    What was recorded late comes behind what was read before it: who continues misses nothing, and gets nothing twice.
    It takes a key with `admin`, for it shows jobs of all kinds.
    """
    feed = FeedRepository(gateway.stores.database, caller.tenant)
    seen = last_seen(request, after)
    newest = await feed.newest() if seen is None else None
    place = seen or (newest.place if newest else 0)
    if is_wanted(request, MEDIA_TYPE):
        return stream_of_tenant(request, caller.tenant, place, event_id(newest) if newest else None)
    found = await feed.after(place, limit + 1)
    views = [TenantEventView.of(line, event) for line, event in found[:limit]]
    return listed(request, views, has_more=len(found) > limit)


def last_seen(request: Request, after: str | None) -> int | None:
    """The later of the two places from which the client may want to continue; None: from now on.

    A browser that connects again asks for `latest` again, and says what it has seen.

    Raises: BadCursor, BadHeader.
    """
    sent = request.headers.get("last-event-id")
    sent_place = place_of(sent) if sent is not None else 0
    if sent_place is None:
        raise BadHeader("`Last-Event-ID` is the id of an event.", parameter="Last-Event-ID")
    if after == LATEST:
        return sent_place or None
    place = place_of(after) if after is not None else 0
    if place is None:
        raise BadCursor
    return max(place, sent_place)
