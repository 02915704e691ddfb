"""A service in a few lines: answers that a test has put down, and the requests that came."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx

from maskeraid import Client

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]
URL = "http://service.test"
PNG = b"\x89PNG\r\n\x1a\nface"  # begins like one, which is all that the client looks at


class Service:
    """Answers in the given order, the last one for ever; an exception is a lost connection."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = deque(answers)
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []

    def client(self, **options: Any) -> Client:  # noqa: ANN401 the client's own options
        return Client("mk_test", URL, transport=httpx.MockTransport(self._answer), sleep=self.pauses.append, **options)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)


def ok(*, code: int = 200, **fields: Any) -> httpx.Response:  # noqa: ANN401 fields of any object
    return httpx.Response(code, json=fields)


def listed(*rows: dict[str, Any], has_more: bool = False) -> httpx.Response:
    return ok(object="list", data=rows, has_more=has_more, last_id=rows[-1]["id"] if rows else None)


def problem(status: int, code: str, *, headers: dict[str, str] | None = None, **facts: Any) -> httpx.Response:  # noqa: ANN401
    body = {"title": "No", "status": status, "detail": "It is so.", "code": code, **facts}
    return httpx.Response(status, json=body, headers=headers)


def job(status: str = "succeeded", kind: str = "training", **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    """A job as the service shows it."""
    return {"id": "trn_1", "kind": kind, "status": status, "urls": {"self": f"/v1/{kind}s/trn_1"}, **fields}


def event_text(number: int, kind: str = "job.progress", **data: Any) -> str:  # noqa: ANN401
    """One event of a stream, as the service writes it."""
    body = {"job_id": "trn_1", **data}
    return f"id: {number}\nevent: {kind}\ndata: {json.dumps(body)}\n\n"


class Broken(httpx.SyncByteStream):
    """A body whose connection is lost after some text."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from (piece.encode() for piece in self._pieces)
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def stream(*pieces: str, is_broken: bool = False) -> httpx.Response:
    """An answer of server-sent events."""
    headers = {"Content-Type": "text/event-stream"}
    if is_broken:
        return httpx.Response(200, headers=headers, stream=Broken(pieces))
    return httpx.Response(200, headers=headers, text="".join(pieces))
