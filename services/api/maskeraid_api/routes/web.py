"""The web app at every address that is nobody else's."""

import re

from fastapi import APIRouter
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from maskeraid_api.dependencies import GatewayOf
from maskeraid_api.operations import operation
from maskeraid_api.pages_for_people import STYLE_POLICY, page, prose
from maskeraid_api.web_app import ASSETS
from maskeraid_core.errors import NotFound

OTHERS = ("v1", "docs", "problems", "healthz", "readyz", "metrics", "openapi.json", "verify-email", ASSETS)
NOT_BUILT = "The web app is not built here: run `make web` in the checkout, then start the service again."


class Place(Convertor[str]):
    """An address of the app: any whose first part is nobody else's, so that theirs stay 404 and 405."""

    regex = rf"(?!(?:{'|'.join(map(re.escape, OTHERS))})(?:/|$)).+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("place", Place())
router = APIRouter()  # not guarded: what stands behind `?` is the app's own affair


@router.get("/", include_in_schema=False)
@operation(is_public=True, is_unmetered=True)
def get_app(gateway: GatewayOf) -> Response:
    """The app, or how to build it."""
    if gateway.web_app.is_built:
        return gateway.web_app.page()
    text = f'<h1>MASKERAID</h1><p>{prose(NOT_BUILT)}</p><p><a href="/docs">API reference</a></p>'
    return HTMLResponse(page("MASKERAID", text), headers=STYLE_POLICY)


@router.get("/assets/{name}", include_in_schema=False)
@operation(is_public=True, is_unmetered=True)
def get_asset(name: str, request: Request, gateway: GatewayOf) -> Response:
    """A script, a style, or a picture of the app."""
    return gateway.web_app.file(request, ASSETS, name)


@router.get("/{place:place}", include_in_schema=False)
@operation(is_public=True, is_unmetered=True)
def get_place(place: str, request: Request, gateway: GatewayOf) -> Response:
    """A place in the app, for browsers; to programs it is an address that does not exist. Or a file beside the page."""
    if gateway.web_app.has(place):
        return gateway.web_app.file(request, place)
    if "text/html" not in request.headers.get("accept", ""):
        raise NotFound
    return gateway.web_app.page()
