"""One attempt to send a webhook: Standard Webhooks 1.0, to a checked address, within limits. Nothing is stored here."""

import contextlib
import json
import ssl
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import anyio
import httpx
from standardwebhooks import Webhook

from maskeraid_notifier.addresses import Resolve, check, resolve
from maskeraid_notifier.errors import AddressRefused, UrlRefused
from maskeraid_notifier.outcomes import Outcome, Verdict
from maskeraid_notifier.schedule import LONGEST_WAIT_SECONDS

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
MAX_REPLY_BYTES = 64 * 1024
KEPT_REPLY_BYTES = 1024
THIN = ("id", "object", "status", "url")
WAITING_IS_ASKED = frozenset({429, 502, 503, 504})  # with these Retry-After is obeyed


def build_body(event: str, happened_at: datetime, data: Mapping[str, object]) -> str:
    """The thin body: what happened to what, and where to look; of the user's words only their own reference."""
    body = {
        "type": event,
        "timestamp": happened_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {name: data[name] for name in (*THIN, *({"client_reference_id"} & data.keys()))},
    }
    return json.dumps(body, separators=(",", ":"))


def sign(delivery_id: str, body: str, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """Headers of Standard Webhooks; one signature a secret, two while a secret is rotated."""
    moment = now.astimezone(UTC)  # the official package stamps every other zone wrongly
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(delivery_id, moment, body) for secret in secrets),
    }


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends each request to an address that the guard has checked; Host, SNI, and certificate are the name's."""

    def __init__(self, inner: httpx.AsyncBaseTransport, allowed_hosts: AbstractSet[str], resolve: Resolve) -> None:
        self._inner = inner
        self._allowed_hosts = allowed_hosts
        self._resolve = resolve

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        target = await check(request.url, self._allowed_hosts, self._resolve)
        request.extensions["sni_hostname"] = target.host
        *others, last = target.addresses
        for address in others:
            try:
                return await self._send_to(address, request)
            except httpx.ConnectError:  # nothing was sent: the name's next address may answer
                continue
        return await self._send_to(last, request)

    async def _send_to(self, address: str, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(host=address)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


async def send_webhook(
    url: str,
    headers: Mapping[str, str],
    body: str,
    *,
    allowed_hosts: AbstractSet[str] = frozenset(),
    resolve: Resolve = resolve,
    verify: ssl.SSLContext | bool = True,
    now: datetime,
) -> Outcome:
    """Make one attempt and say what came of it; a receiver's fault never raises.

    Args:
        url: the endpoint's.
        headers: from `sign()`.
        body: from `build_body()`, the text that was signed.
        allowed_hosts: internal receivers, as in `addresses.check()`.
        resolve: gives every address of a name.
        verify: what certificates are checked against.
        now: the database's time, for this machine's own may be wrong by minutes.
    """
    transport = GuardedTransport(httpx.AsyncHTTPTransport(verify=verify, trust_env=False), allowed_hosts, resolve)
    timeout = httpx.Timeout(WHOLE_SECONDS, connect=CONNECT_SECONDS).as_dict()
    sent = {**headers, "content-type": "application/json", "accept-encoding": "identity", "user-agent": "maskeraid"}
    try:
        # No httpx.AsyncClient: it looks into a redirect that is not to be followed, and keeps cookies.
        request = httpx.Request("POST", url, content=body, headers=sent, extensions={"timeout": timeout})
        async with transport:
            # httpx bounds each read, not their sum: a receiver that drips is ended by the outer limit.
            with anyio.fail_after(WHOLE_SECONDS) as limit:
                response = await transport.handle_async_request(request)
            answer = await _read_start(response, limit.deadline)
            return judge(response.status_code, response.headers, answer, now)
    except (UrlRefused, httpx.InvalidURL) as error:
        return Outcome(Verdict.FAILED, error=str(error))
    except TimeoutError:
        return Outcome(Verdict.RETRY, error=f"no complete answer within {WHOLE_SECONDS:.0f} s")
    except (AddressRefused, httpx.TransportError) as error:
        return Outcome(Verdict.RETRY, error=str(error) or type(error).__name__)


def judge(status: int, headers: httpx.Headers, answer: str, now: datetime) -> Outcome:
    """Only 2xx is success; a redirect is not followed and is shown as the failure that it is."""
    if 200 <= status < 300:
        return Outcome(Verdict.DELIVERED, status, answer=answer)
    if status == HTTPStatus.GONE:
        return Outcome(Verdict.GONE, status, "the receiver answered 410: its endpoint is disabled", answer)
    error = f"the receiver answered {status}" + (", redirects are not followed" if 300 <= status < 400 else "")
    wait = _retry_after(headers.get("retry-after", ""), now) if status in WAITING_IS_ASKED else 0
    if wait > LONGEST_WAIT_SECONDS:
        error += " and asked for more than 30 days, which is given up"
    return Outcome(Verdict.RETRY, status, error, answer, wait)


def _retry_after(value: str, now: datetime) -> float:
    """Seconds that a Retry-After asks for, as a number or a date; 0 when it says neither."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):  # TypeError: a date without a zone
        return 0


async def _read_start(response: httpx.Response, deadline: float) -> str:
    """The first 1 kB as text; reading ends at 64 KiB, at the deadline, or where it breaks off, and unpacks nothing.

    The status has been said by then, and it decides: who says 200 and breaks off has it and must not get it again.
    """
    received = bytearray()
    with anyio.CancelScope(deadline=deadline), contextlib.suppress(httpx.TransportError):
        async for chunk in response.aiter_raw():
            received += chunk
            if len(received) >= MAX_REPLY_BYTES:
                break
    await response.aclose()
    return received[:KEPT_REPLY_BYTES].decode("utf-8", errors="replace")
