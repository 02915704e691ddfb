"""Outside `/v1`: is it alive, is it ready, its figures, its documentation, and what its problems mean."""

import hmac
from html import escape

from fastapi import APIRouter
from pymongo.errors import PyMongoError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from maskeraid_api.answers import json_response
from maskeraid_api.dependencies import GatewayOf
from maskeraid_api.gateway import Gateway
from maskeraid_api.measuring import MEDIA_TYPE, exposition
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages_for_people import STYLE_POLICY, page
from maskeraid_api.problems import PROBLEMS, sentence_of
from maskeraid_api.reference_page import documentation_page
from maskeraid_api.remedies import REMEDIES
from maskeraid_api.schemas.parts import View
from maskeraid_api.schemas.server import Checks, ReadyView
from maskeraid_api.settings import ApiSettings
from maskeraid_core.errors import NotAuthenticated, NotFound
from maskeraid_core.jobs import QueueName
from maskeraid_core.repositories.workers import LiveWorker, WorkerRepository

router = APIRouter(route_class=GuardedRoute, tags=["operation"])

LOOPBACK = frozenset({"127.0.0.1", "::1"})


class HealthView(View):
    """The process answers."""

    status: str = "alive"


@router.get("/healthz", response_model=HealthView)
@operation(is_public=True, is_unmetered=True)
def healthz() -> Response:
    """The process answers."""
    return json_response(HealthView())


@router.get("/readyz", response_model=ReadyView, responses={503: {"model": ReadyView}})
@operation(is_public=True, is_unmetered=True)
async def readyz(gateway: GatewayOf) -> Response:
    """Which stores answer, and how many workers live."""
    view = await readiness(gateway)
    return json_response(view, 503 if view.status == "unavailable" else 200)


async def readiness(gateway: Gateway) -> ReadyView:
    is_database_up = True
    alive: list[LiveWorker] = []
    try:
        alive = await WorkerRepository(gateway.stores.database).alive()
    except PyMongoError:
        is_database_up = False
    workers = {queue.value: sum(worker.queue is queue for worker in alive) for queue in QueueName}
    isolated = {worker.network_isolated for worker in alive} - {None}
    is_redis_up, are_blobs_up = await gateway.stores.news.ping(), await _are_blobs_up(gateway)
    checks = Checks(
        mongodb=_word(is_database_up), redis=_word(is_redis_up), blobs=_word(are_blobs_up), workers=workers,
        network_isolation="unknown" if not isolated else "on" if all(isolated) else "off",
    )  # fmt: skip
    if not (is_database_up and are_blobs_up):
        return ReadyView(status="unavailable", checks=checks)
    return ReadyView(status="ready" if is_redis_up and all(workers.values()) else "degraded", checks=checks)


async def _are_blobs_up(gateway: Gateway) -> bool:
    try:
        await gateway.stores.blobs.exists("ready")
    except Exception:  # each store has errors of its own; any of them means that it does not answer
        return False
    return True


def _word(is_up: bool) -> str:
    return "up" if is_up else "down"


@router.get("/metrics", response_class=Response, include_in_schema=False)
@operation(is_public=True, is_unmetered=True)
def metrics(request: Request, gateway: GatewayOf) -> Response:
    """Figures for operators: with their token; in local mode also from this machine when there is none."""
    if not may_read_metrics(request, gateway.settings):
        raise NotAuthenticated("These figures are for operators.")
    return Response(exposition(), media_type=MEDIA_TYPE)


def may_read_metrics(request: Request, settings: ApiSettings) -> bool:
    if settings.metrics_token:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(sent.encode(), settings.metrics_token.get_secret_value().encode())
    # On a server what comes from this machine may be anyone's request: a proxy stands there.
    return settings.environment != "server" and request.client is not None and request.client.host in LOOPBACK


@router.get("/openapi.json", include_in_schema=False)
@operation(is_public=True, is_unmetered=True)
def openapi(request: Request) -> Response:
    """The description of this interface, OpenAPI 3.1."""
    return JSONResponse(request.app.openapi())


@router.get("/docs", include_in_schema=False)
@operation(is_public=True, is_unmetered=True)
def docs(request: Request) -> Response:
    """The same for people, without a script."""
    return HTMLResponse(documentation_page(request.app.openapi()), headers=STYLE_POLICY)


@router.get("/problems/{code}", response_class=HTMLResponse)
@operation(is_public=True, is_unmetered=True)
def get_problem(code: str) -> Response:
    """What a problem means."""
    name = code.replace("-", "_")
    sentence = sentence_of(name)
    if sentence is None:
        raise NotFound
    status = next(
        (f"{row.status.value} {row.status.phrase}" for kind, row in PROBLEMS.items() if kind.code == name), None
    )
    told = [sentence, REMEDIES.get(name), status and f"Status: {status}"]
    text = f"<h1>{escape(name)}</h1>" + "".join(f"<p>{escape(line)}</p>" for line in told if line)
    return HTMLResponse(page(name, text), headers=STYLE_POLICY)
