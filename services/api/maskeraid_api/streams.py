"""A job's events as server-sent events: replayed, then followed, without gap or repeat."""

import time
from collections.abc import AsyncIterator

from pydantic_core import to_json
from starlette.responses import StreamingResponse

from maskeraid_api.gateway import Gateway
from maskeraid_api.schemas.jobs import told
from maskeraid_core.documents.events import JobEvent
from maskeraid_core.news import wait_for_news
from maskeraid_core.repositories.events import EventRepository

MEDIA_TYPE = "text/event-stream"
SERVER_SENT_EVENT = {  # as its readers take one apart
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "Grows by one within a job; the next `Last-Event-ID`."},
        "event": {"type": "string", "description": "Its type, as `job.progress`; the last one is `end`."},
        "data": {"type": "string", "description": "JSON: `job_id`, what the event tells, `at`, and `attempt`."},
    },
}
RETRY_MS = 3000
PIECE = 200  # events read at once


def event_stream(gateway: Gateway, job_id: str, after: int) -> StreamingResponse:
    """All events behind `after`; ends with the job's `end`, or after some minutes: the client then continues."""
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(_lines(gateway, job_id, after), media_type=MEDIA_TYPE, headers=headers)


async def _lines(gateway: Gateway, job_id: str, after: int) -> AsyncIterator[str]:
    settings, events = gateway.settings, EventRepository(gateway.stores.database)
    ends = time.monotonic() + settings.stream_seconds
    spoke = time.monotonic()
    yield f"retry: {RETRY_MS}\n\n"
    async with gateway.stores.news.about(job_id) as news:
        while time.monotonic() < ends:
            found = await events.after(job_id, after, PIECE)
            for event in found:
                yield _line(event)
                after = event.seq
                if event.type == "end":
                    return
            if found:
                spoke = time.monotonic()
                continue
            if time.monotonic() - spoke >= settings.keepalive_seconds:
                yield ": keepalive\n\n"
                spoke = time.monotonic()
            longest = min(settings.event_poll_seconds, settings.keepalive_seconds, ends - time.monotonic())
            await wait_for_news(news, max(0.0, longest))


def _line(event: JobEvent) -> str:
    data = {"job_id": event.job, **told(event), "at": event.at, "attempt": event.fence}
    return f"id: {event.seq}\nevent: {event.type}\ndata: {to_json(data, inf_nan_mode='null').decode()}\n\n"
