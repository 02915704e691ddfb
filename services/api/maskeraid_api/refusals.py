"""From exceptions to problems: ours, the framework's, and those of the stores."""

import errno

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pymongo.errors import AutoReconnect, ExecutionTimeout, PyMongoError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.envelope import exchange_of
from maskeraid_api.problems import ERROR_OF_STATUS, problem
from maskeraid_api.routers import ROUTERS
from maskeraid_api.validation import failure_of
from maskeraid_core.blobs import BlobsFailed, is_for_want_of_room
from maskeraid_core.errors import Internal, MaskeraidError, MethodNotAllowed, StorageFull, StoreUnavailable

log = structlog.get_logger()


def add_refusals(app: FastAPI) -> None:
    """Make every refusal a problem; what is not listed here is caught by the envelope."""
    app.add_exception_handler(MaskeraidError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(PyMongoError, _database)
    app.add_exception_handler(OSError, _store)
    app.add_exception_handler(BlobsFailed, _blobs)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, MaskeraidError)
    return _answer(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _answer(request, failure_of(error.errors(), _body_model(request), error.body))


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = ERROR_OF_STATUS.get(error.status_code, Internal)
    headers = {"Allow": _methods_of(request.scope["path"])} if kind is MethodNotAllowed else None
    return _answer(request, kind(), headers)


async def _database(request: Request, error: Exception) -> Response:
    is_away = isinstance(error, AutoReconnect | ExecutionTimeout)
    log.error("database failed", exc_info=error, request_id=exchange_of(request.scope).request_id)
    return _answer(request, StoreUnavailable() if is_away else Internal())


async def _store(request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    return _answer(request, StorageFull())


async def _blobs(request: Request, error: Exception) -> Response:
    assert isinstance(error, BlobsFailed)
    log.error("object store failed", exc_info=error, request_id=exchange_of(request.scope).request_id)
    return _answer(request, StorageFull() if is_for_want_of_room(error) else StoreUnavailable())


def _answer(request: Request, error: MaskeraidError, headers: dict[str, str] | None = None) -> Response:
    exchange = exchange_of(request.scope)
    return problem(error, path=request.scope["path"], request_id=exchange.request_id, headers=headers)


def _methods_of(path: str) -> str:
    """Every method that some operation of this path has."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    found = [route.methods or set() for route in routes if route.path_regex.match(path)]
    return ", ".join(sorted(set().union(*found)))


def _body_model(request: Request) -> type[BaseModel] | None:
    field = getattr(request.scope.get("route"), "body_field", None)
    annotation = field.field_info.annotation if field else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
