"""Reading a stream of server-sent events (WHATWG HTML, section 9.2)."""

import json
from collections.abc import Iterator

import httpx

from maskeraid.objects import Event

READ_SECONDS = 40.0  # the service sends a comment every 15 s


def read_events(http: httpx.Client, path: str, after: int) -> Iterator[Event]:
    """The events of one connection; it may end before the job does.

    Raises ApiError when the service answers with a problem.
    """
    from maskeraid.client import checked  # the client imports the resources, which import this

    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    with http.stream("GET", path, headers=headers, timeout=httpx.Timeout(60, read=READ_SECONDS)) as answer:
        if not answer.is_success:
            answer.read()
            checked(answer)
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
            elif "event" in fields:
                yield Event(seq=int(fields["id"]), type=fields["event"], data=json.loads(fields.get("data") or "{}"))
                fields = {}
