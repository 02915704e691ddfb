"""The session's cookie, and whether a request comes from a page of ours."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from maskeraid_core.errors import CsrfFailed

COOKIE = "__Host-maskeraid"
LOCAL_COOKIE = "maskeraid_local"  # on plain HTTP of this machine, where some browsers drop what is `Secure`
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def token_of(request: Request) -> str | None:
    """The session's token that the browser has sent, if it has."""
    return request.cookies.get(_name(request)) if "cookie" in request.headers else None


def set_cookie(request: Request, response: Response, token: str, lasts: timedelta) -> None:
    response.set_cookie(
        _name(request), token, int(lasts.total_seconds()), secure=not _is_local(request), httponly=True,
        samesite="strict",
    )  # fmt: skip


def drop_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(_name(request), secure=not _is_local(request), httponly=True, samesite="strict")


def check_origin(request: Request, *, is_needed: bool) -> None:
    """Raise CsrfFailed for a request of another page; also of none that is known, if it must be one of ours.

    Cookies ignore ports, and another port is the same site: so the origin must be ours, and no less.
    """
    fetched, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if fetched is not None:
        is_ours = fetched == "same-origin"
    elif origin is not None:
        is_ours = origin == _own_origin(request)
    else:
        is_ours = not is_needed
    if not is_ours:
        raise CsrfFailed


def _is_local(request: Request) -> bool:
    return request.url.scheme == "http" and request.url.hostname in LOOPBACK


def _name(request: Request) -> str:
    return LOCAL_COOKIE if _is_local(request) else COOKIE


def _own_origin(request: Request) -> str:
    """A `Secure` cookie came by HTTPS, also where the proxy that took it speaks HTTP to us."""
    return f"{'http' if _is_local(request) else 'https'}://{request.headers['host'].lower()}"
