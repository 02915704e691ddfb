"""Events as server-sent events: replayed, then followed, without gap or repeat."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from maskeraid_api.gateway import gateway_of
from maskeraid_api.operations import is_still_admitted
from maskeraid_api.schemas.jobs import event_id, told
from maskeraid_core.documents.events import JobEvent
from maskeraid_core.news import wait_for_news
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.feed import FeedRepository

MEDIA_TYPE = "text/event-stream"
SERVER_SENT_EVENT = {  # as its readers take one apart
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "The next `Last-Event-ID`; within a job it grows by one."},
        "event": {"type": "string", "description": "Its type, as `job.progress`; the last one of a job is `end`."},
        "data": {"type": "string", "description": "JSON: `job_id`, what the event tells, `at`, and `attempt`."},
    },
}
RETRY_MS = 3000
PIECE = 200  # events read at once
LOOK_SECONDS = 1.0  # at all jobs together, of which nothing says that they have news

Look = Callable[[], Awaitable[Sequence[tuple[str | int, JobEvent]]]]  # what is new, under the ids of the stream
Wait = Callable[[asyncio.Event, float], Awaitable[bool]]  # at most so long; whether there may be something new


def stream_of_job(request: Request, job_id: str, after: int) -> Response:
    """All events behind `after`; ends with the job's `end`, or after some minutes: the client then continues.

    Nothing more is told once the key is revoked, or the session has ended.
    """
    gateway = gateway_of(request)
    events, seen = EventRepository(gateway.stores.database), after

    async def look() -> Sequence[tuple[int, JobEvent]]:
        nonlocal seen
        found = [(event.seq, event) for event in await events.after(job_id, seen, PIECE)]
        seen = found[-1][0] if found else seen
        return found

    async def wait(news: asyncio.Event, seconds: float) -> bool:
        with gateway.lookout.awaiting(job_id, seen + 1, news):
            return await wait_for_news(news, seconds)

    return _response(_lines(request, look, wait, job_id))


def stream_of_tenant(request: Request, tenant: str, after: int, begins_at: str | None = None) -> Response:
    """The events of all jobs behind the place `after`; ends after some minutes, and with the key or the session.

    The id of an event that the client has not seen, `begins_at`, is told first: from there it can continue.
    """
    gateway = gateway_of(request)
    feed, seen = FeedRepository(gateway.stores.database, tenant), after

    async def look() -> Sequence[tuple[str, JobEvent]]:
        nonlocal seen
        found = await feed.after(seen, PIECE)
        seen = found[-1][0].place if found else seen
        return [(event_id(line), event) for line, event in found]

    async def wait(news: asyncio.Event, seconds: float) -> bool:
        await wait_for_news(news, min(seconds, LOOK_SECONDS))
        return True

    return _response(_lines(request, look, wait, tenant, begins_at))


def _response(lines: AsyncIterator[str]) -> Response:
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(lines, media_type=MEDIA_TYPE, headers=headers)


async def _lines(
    request: Request, look: Look, wait: Wait, subject: str, begins_at: str | None = None
) -> AsyncIterator[str]:
    gateway = gateway_of(request)
    settings = gateway.settings
    ends, may_be_news = time.monotonic() + settings.stream_seconds, True
    silent_until = time.monotonic() + settings.keepalive_seconds
    yield f"retry: {RETRY_MS}\n\n"
    if begins_at:
        yield f"id: {begins_at}\n\n"
    async with gateway.stores.news.about(subject) as news:
        while time.monotonic() < ends:
            found = await look() if may_be_news else ()
            if not await is_still_admitted(request):
                return
            for name, event in found:
                yield _line(name, event)
                if event.type == "end":
                    return
            if not found and time.monotonic() >= silent_until:
                yield ": keepalive\n\n"
            if found or time.monotonic() >= silent_until:
                silent_until = time.monotonic() + settings.keepalive_seconds
            if not found:
                may_be_news = await wait(news, min(ends, silent_until) - time.monotonic())


def _line(name: str | int, event: JobEvent) -> str:
    data = {"job_id": event.job, **told(event), "at": event.at, "attempt": event.fence}
    return f"id: {name}\nevent: {event.type}\ndata: {to_json(data, inf_nan_mode='null').decode()}\n\n"
