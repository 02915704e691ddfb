"""Answers: JSON with an ETag, and the three ways in which something was created."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import TypeVar

from anyio import to_thread
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.kept import Kept
from maskeraid_core.errors import NotAcceptable, StaleObject

ChangedT = TypeVar("ChangedT")

RETRY_AFTER_SECONDS = "1"  # when a job is worth another look
TRIES = 20  # of a change that others overtake
_TAG = re.compile(r'(?:W/)?"[^"]*"|\*')


def json_response(view: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(view.model_dump_json().encode(), status, headers, "application/json")


def shown(request: Request, view: BaseModel) -> Response:
    """200 with an ETag, or 304 when the client has it already."""
    return shown_bytes(request, view.model_dump_json().encode())


def shown_bytes(request: Request, body: bytes) -> Response:
    """As `shown`, of JSON that is made already."""
    tag = etag(body)
    if is_among(tag, request.headers.get("if-none-match")):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, 200, {"ETag": tag}, "application/json")


async def kept_view(answers: Kept[bytes], key: Hashable, make: Callable[[], BaseModel]) -> bytes:
    """JSON that never changes, made outside the event loop when it is first asked for."""

    async def made() -> bytes:
        return await to_thread.run_sync(lambda: make().model_dump_json().encode())

    return await answers.of(key, made)


def created(view: BaseModel, location: str) -> Response:
    body = view.model_dump_json().encode()
    return Response(body, 201, {"Location": location, "ETag": etag(body)}, "application/json")


def accepted(view: BaseModel, location: str) -> Response:
    headers = {"Location": location, "Retry-After": RETRY_AFTER_SECONDS}
    return json_response(view, 202, headers)


def gone() -> Response:
    return Response(status_code=204)


def check_unchanged(request: Request, current: BaseModel) -> None:
    """Raise StaleObject when `If-Match` names another state than the present one."""
    wanted = request.headers.get("if-match")
    if wanted is not None and not is_among(etag(current.model_dump_json().encode()), wanted):
        raise StaleObject


async def change_in_turn(request: Request, try_once: Callable[[], Awaitable[ChangedT | None]]) -> ChangedT:
    """Try a change, which reads anew each time, until no other overtakes it; with `If-Match` only once.

    Raises: StaleObject.
    """
    for _ in range(1 if "if-match" in request.headers else TRIES):
        if (changed := await try_once()) is not None:
            return changed
    raise StaleObject


def etag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def is_among(tag: str, header: str | None) -> bool:
    """Whether a list of entity tags names this one; `*` names all, `W/` makes no difference here."""
    if header is None:
        return False
    return any(found == "*" or found.removeprefix("W/") == tag for found in _TAG.findall(header))


def is_wanted(request: Request, media_type: str) -> bool:
    """Whether `Accept` names this type before JSON, which is given where it names none; else NotAcceptable."""
    family = f"{media_type.partition('/')[0]}/*"
    for part in request.headers.get("accept", "*/*").split(","):
        name = part.partition(";")[0].strip()
        if name in ("application/json", "application/*", "*/*"):
            return False
        if name in (media_type, family):
            return True
    raise NotAcceptable(f"This is given as application/json or {media_type}.")
