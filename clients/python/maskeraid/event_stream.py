"""A job's events over server-sent events (WHATWG HTML, section 9.2), taken up where a connection broke."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
from httpx_sse import EventSource

from maskeraid.errors import ApiError, NotReachable
from maskeraid.objects import Event

if TYPE_CHECKING:
    from maskeraid.client import Client

SILENCE_SECONDS = 40.0  # the service sends a comment every 15 s
RECONNECT_SECONDS = 1.0  # until the service names another time by `retry`
MOST_FAILURES = 60  # one after the other, then the service counts as gone


class EventStream:
    """Every event behind `after`, to the job's `end`, without gap or repeat.

    Raises:
        ApiError: the service answered with a problem that will not pass.
        NotReachable: it has not answered for long.
    """

    def __init__(self, client: "Client", path: str, after: int = 0) -> None:
        self._client = client
        self._path = path
        self._last_id = after
        self._pause_seconds = RECONNECT_SECONDS
        self._failures = 0

    def __iter__(self) -> Iterator[Event]:
        while self._failures <= MOST_FAILURES:
            try:
                for event in self._events_of_one_connection():
                    yield event
                    if event.type == "end":
                        return
            except (ApiError, NotReachable) as error:
                if not error.is_retryable:
                    raise
            self._failures += 1
            self._client.sleep(self._pause_seconds)
        raise NotReachable(f"{self._client.url} no longer answers")

    def _events_of_one_connection(self) -> Iterator[Event]:
        """It may end before the job does: the service closes a stream after some minutes."""
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(self._last_id)}
        timeout = httpx.Timeout(SILENCE_SECONDS)
        try:
            with self._client.http.stream("GET", self._path, headers=headers, timeout=timeout) as answer:
                if not answer.is_success:
                    answer.read()
                    raise ApiError.of(answer)
                yield from self._new_events(answer)
        except httpx.TransportError as error:
            raise NotReachable(f"{self._client.url} no longer answers: {error}") from error

    def _new_events(self, answer: httpx.Response) -> Iterator[Event]:
        for sent in EventSource(answer).iter_sse():
            self._failures = 0
            if sent.retry is not None:
                self._pause_seconds = sent.retry / 1000
            if not sent.data:
                continue
            event = Event(id=int(sent.id), type=sent.event, data=json.loads(sent.data))
            if event.id > self._last_id:
                self._last_id = event.id
                yield event
