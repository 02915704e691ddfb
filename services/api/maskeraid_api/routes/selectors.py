"""Selectors: look at the network that chooses among models, and fetch its pictures and weights."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.access import Caller
from maskeraid_api.answers import shown
from maskeraid_api.dependencies import CallerOf, GatewayOf, SelectorsOf
from maskeraid_api.gateway import Gateway
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, page_asked, page_of
from maskeraid_api.schemas.selectors import SelectorView
from maskeraid_api.serving import serve
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.selectors import Selector
from maskeraid_core.errors import BadCursor, InputGone, NotFound, RangeNotSatisfiable
from maskeraid_core.repositories.selectors import SelectorRepository, usable_versions

router = APIRouter(prefix="/v1/selectors", route_class=GuardedRoute, tags=["selectors"])

CURRENT = "current"
NONE_YET = "There is no selector yet: train one first, by a training of the kind selector."
SelectorId = Annotated[str, Path(description="Its id, or `current`: the newest one.")]


async def required(selectors: SelectorRepository, selector_id: str) -> Selector:
    """Raises: NotFound."""
    if selector_id != CURRENT:
        return await selectors.require(selector_id)
    found = await selectors.current()
    if found is None:
        raise NotFound(NONE_YET)
    return found


@router.get("", response_model=ListView[SelectorView])
@operation(Scope.MODELS_READ, problems=(BadCursor,))
async def list_selectors(
    request: Request,
    selectors: SelectorsOf,
    caller: CallerOf,
    gateway: GatewayOf,
    asked: Annotated[Asked, Depends(page_asked("sel"))],
) -> Response:
    """The newest three; older ones are not kept."""
    return await page_of(request, selectors, asked, await _viewing(selectors, gateway, caller))


@router.get("/{selector_id}", response_model=SelectorView)
@operation(Scope.MODELS_READ)
async def get_selector(
    selector_id: SelectorId, request: Request, selectors: SelectorsOf, caller: CallerOf, gateway: GatewayOf
) -> Response:
    """One selector: its layers, curves, report, confusion matrix, models, and files.

    A training of the kind `selector` makes it; when the models that you can use change later, it learns anew.
    """
    found = await required(selectors, selector_id)
    return shown(request, (await _viewing(selectors, gateway, caller))(found))


async def _viewing(
    selectors: SelectorRepository, gateway: Gateway, caller: Caller
) -> Callable[[Selector], SelectorView]:
    """How a selector looks beside the newest one, and beside the models of today."""
    newest = await selectors.current()
    versions = await usable_versions(gateway.stores.database, caller.tenant)
    latest = {version.model_id: (version.version, version.name) for version in versions}
    return lambda found: SelectorView.of(
        found, is_current=newest is not None and newest.id == found.id, stale_because=found.outdated_by(latest)
    )


@router.get("/{selector_id}/files/{name}", response_class=Response)
@operation(Scope.MODELS_READ, problems=(RangeNotSatisfiable, InputGone))
async def get_selector_file(
    selector_id: SelectorId, name: str, request: Request, selectors: SelectorsOf, gateway: GatewayOf
) -> Response:
    """One file of a selector: `curves.png`, `confusion.png`, feature maps of a training face, or the weights."""
    found = await required(selectors, selector_id)
    file = found.file(name)
    if file is None:
        raise NotFound
    return await serve(
        request, gateway.stores.blobs, file.key, size=file.bytes, sha256=file.sha256, media_type=file.media_type,
        name=file.name,
    )  # fmt: skip
