"""The outermost layer, plain ASGI: request id, Host check, metered body, headers of every answer, the last resort."""

import re
import time
from dataclasses import dataclass, field

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maskeraid_api.body import MeteredBody
from maskeraid_api.measuring import note_answer
from maskeraid_api.problems import problem
from maskeraid_core.errors import BadHeader, Internal, MaskeraidError
from maskeraid_core.ids import new_id

log = structlog.get_logger()

DEFAULT_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"private, no-cache"),
)
SENT_ONCE = (
    b"authorization", b"content-digest", b"content-length", b"content-type", b"cookie", b"host", b"idempotency-key",
    b"transfer-encoding",
)  # fmt: skip
_PORT = re.compile(r":\d+$")


@dataclass
class Exchange:
    """What one request carries with it; found by `exchange_of`."""

    request_id: str
    body: MeteredBody
    headers: dict[str, str] = field(default_factory=dict)  # added to the answer, whatever it is


def exchange_of(scope: Scope) -> Exchange:
    exchange: Exchange = scope["maskeraid.exchange"]
    return exchange


class Envelope:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, allowed_hosts: list[str], rate_policy: str) -> None:
        self._app = app
        self._hosts = frozenset(name.lower() for name in allowed_hosts)
        self._rate_policy = rate_policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = headers_of(scope)
        body = MeteredBody(receive, _length(sent.get(b"content-length")))
        exchange = Exchange(new_id("req"), body, {"RateLimit-Policy": self._rate_policy})
        scope["maskeraid.exchange"] = exchange
        wrapped = _Answer(scope, exchange, send)
        try:
            _check_headers(scope, sent)
            self._check_host(sent)
            await self._app(scope, body, wrapped)
        except ClientDisconnect:
            log.info("client left", request_id=exchange.request_id, path=scope["path"])
        except MaskeraidError as error:
            await self._refuse(error, scope, exchange, wrapped)
        except Exception as error:
            log.exception("request failed", request_id=exchange.request_id, path=scope["path"], method=scope["method"])
            if wrapped.is_started:
                raise
            await self._refuse(Internal(f"The log has it as {exchange.request_id}."), scope, exchange, wrapped)
            del error

    def _check_host(self, sent: dict[bytes, bytes]) -> None:
        name = _PORT.sub("", sent.get(b"host", b"").decode("latin-1").lower())
        if name not in self._hosts and "*" not in self._hosts:
            raise BadHeader("`Host` is not a name of this service; see MASKERAID_ALLOWED_HOSTS.")

    @staticmethod
    async def _refuse(error: MaskeraidError, scope: Scope, exchange: Exchange, send: Send) -> None:
        answer = problem(error, path=scope["path"], request_id=exchange.request_id)
        await answer(scope, exchange.body, send)


class _Answer:
    """Stands in for `send`: adds the headers that every answer has, and counts it."""

    def __init__(self, scope: Scope, exchange: Exchange, send: Send) -> None:
        self._scope, self._exchange, self._send = scope, exchange, send
        self._began = time.perf_counter()
        self.is_started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.is_started = True
            headers = message.setdefault("headers", [])
            present = {name for name, _ in headers}
            headers += [row for row in DEFAULT_HEADERS if row[0] not in present]
            headers.append((b"x-request-id", self._exchange.request_id.encode()))
            headers += [(k.lower().encode(), v.encode("latin-1")) for k, v in self._exchange.headers.items()]
            if announces_body(self._scope) and not self._exchange.body.is_complete:
                headers.append((b"connection", b"close"))  # answered already: the rest of the body is not wanted
            note_answer(self._scope, message["status"], time.perf_counter() - self._began)
        await self._send(message)


def _check_headers(scope: Scope, sent: dict[bytes, bytes]) -> None:
    """Raise BadHeader where two programs on the way could read two requests: this one, and one behind it."""
    names = [name for name, _ in scope["headers"]]
    if len(sent) < len(names) and (repeated := [name for name in SENT_ONCE if names.count(name) > 1]):
        name = repeated[0].decode().title()
        raise BadHeader(f"`{name}` may be sent once.", parameter=name)
    if b"transfer-encoding" in sent and b"content-length" in sent:
        raise BadHeader("Send `Content-Length` or `Transfer-Encoding`, not both.", parameter="Content-Length")


def announces_body(scope: Scope) -> bool:
    headers = headers_of(scope)
    return b"transfer-encoding" in headers or bool(_length(headers.get(b"content-length")))


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    return dict(scope["headers"])


def _length(value: bytes | None) -> int | None:
    return int(value) if value is not None and value.isdigit() else None
