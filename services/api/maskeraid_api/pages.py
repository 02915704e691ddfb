"""Pages of lists: what a client asks for by `limit`, `after`, `order`, and how a page is answered."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import json_response
from maskeraid_core.errors import BadCursor
from maskeraid_core.ids import ULID_PATTERN
from maskeraid_core.repositories.repository import DocumentT, Order, PageRequest, TenantRepository

VERSION_ENDING = ":[1-9][0-9]{0,8}"  # of a version's id, behind its owner's

ViewT = TypeVar("ViewT", bound=BaseModel)

Limit = Annotated[int, Query(ge=1, le=100, description="Most objects in one page.")]
OrderParameter = Annotated[Order, Query(description="By time of creation.")]
WhereParameter = Annotated[
    list[Annotated[str, Query(max_length=300, json_schema_extra={"pattern": "^[^:]+:"})]],
    Query(max_length=50, description="`attribute:value`, `age:30..40`, or `hair:` for missing; may be repeated."),
]
Include = Annotated[Literal["total"] | None, Query(description="`total` adds the number of all objects.")]


class ListView(BaseModel, Generic[ViewT]):
    """One page of a list."""

    object: Literal["list"] = "list"
    data: list[ViewT]
    has_more: bool
    last_id: str | None
    total: int | None = None


@dataclass(frozen=True)
class Asked:
    """The page that was asked for, and whether the total is wanted."""

    request: PageRequest
    is_total_wanted: bool


def page_asked(*prefixes: str, ending: str = "") -> Callable[..., Awaitable[Asked]]:
    """A dependency that reads the page's parameters; `after` must be an id with one of the prefixes, and the ending."""
    pattern = rf"^(?:{'|'.join(prefixes)})_{ULID_PATTERN}{ending}$"
    described = Query(description="The last id of the page before.", json_schema_extra={"pattern": pattern})
    After = Annotated[str | None, described]

    # `async` without awaiting: FastAPI runs a synchronous dependency in a thread, which costs more.
    async def asked(
        limit: Limit = 20, after: After = None, order: OrderParameter = "desc", include: Include = None
    ) -> Asked:
        if after is not None and not re.fullmatch(pattern, after):
            raise BadCursor
        return Asked(PageRequest(limit, after, order), include == "total")

    return asked


async def page_of(
    request: Request,
    repository: TenantRepository[DocumentT],
    asked: Asked,
    view_of: Callable[[DocumentT], BaseModel],
    **filters: object,
) -> Response:
    """The page that was asked for; filters that are None do not count."""
    page = await repository.page(asked.request, **filters)
    total = await repository.count(**filters) if asked.is_total_wanted else None
    return listed(request, [view_of(row) for row in page.items], has_more=page.has_more, total=total)


async def page_of_versions(
    request: Request, owner_id: str, latest: int, asked: Asked, view_of: Callable[[int], Awaitable[BaseModel | None]]
) -> Response:
    """The page that was asked for of an owner's versions 1 to `latest`; of one that is not there the view is None."""
    limit, views = asked.request.limit, list[BaseModel]()
    for number in _versions_behind(owner_id, latest, asked.request):
        if view := await view_of(number):
            views.append(view)
        if len(views) > limit:
            break
    total = latest if asked.is_total_wanted else None
    return listed(request, views[:limit], has_more=len(views) > limit, total=total)


def _versions_behind(owner_id: str, latest: int, asked: PageRequest) -> range:
    """Numbers behind `after`, which is an owner's id and a number. Raises: BadCursor for another owner's."""
    owner, _, number = (asked.after or "").rpartition(":")
    if asked.after is not None and owner != owner_id:
        raise BadCursor
    if asked.order == "asc":
        return range(int(number or 0) + 1, latest + 1)
    return range(min(latest, int(number) - 1) if number else latest, 0, -1)


def listed(
    request: Request, views: Sequence[Any], *, has_more: bool, total: int | None = None, last_id: str | None = None
) -> Response:
    """A page, and the way to the next one in `Link`: behind the last view, or behind `last_id`."""
    last_id = last_id or (views[-1].id if views else None)
    body: ListView[Any] = ListView(data=list(views), has_more=has_more, last_id=last_id, total=total)
    return json_response(body, headers=next_link(request, last_id) if has_more else None)


def listed_facts(request: Request, rows: Sequence[Mapping[str, Any]], *, has_more: bool, total: int | None) -> Response:
    """As `listed`, of objects that have the fields of their view already: a model for each would double the time."""
    last_id = rows[-1]["id"] if rows else None
    page = {"object": "list", "data": rows, "has_more": has_more, "last_id": last_id, "total": total}
    body = to_json(page, inf_nan_mode="null")
    return Response(body, 200, next_link(request, last_id) if has_more else None, "application/json")


def next_link(request: Request, last_id: str | int | None) -> dict[str, str]:
    """The header that leads to the page behind `last_id`."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("after", "offset")]
    query = urlencode([*kept, ("after", last_id)])
    return {"Link": f'<{request.scope["path"]}?{query}>; rel="next"'}
