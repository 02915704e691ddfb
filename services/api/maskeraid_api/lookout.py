"""Looking for events whose news got lost: once for all readers of a process, not once for each."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from pymongo.errors import PyMongoError

from maskeraid_core.repositories.events import EventRepository

log = structlog.get_logger()


class Lookout:
    """Tells readers that an event which they wait for is there; a thousand of them cost a call or two each time."""

    def __init__(self, events: EventRepository, every_seconds: float) -> None:
        self._events = events
        self._every_seconds = every_seconds
        self._awaited: dict[str, set[asyncio.Event]] = defaultdict(set)  # by the event's id
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def awaiting(self, job_id: str, seq: int, reader: asyncio.Event) -> Iterator[None]:
        """While inside, `reader` is set soon after the event has come, whatever becomes of its news."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        event_id = EventRepository.id_of(job_id, seq)
        self._awaited[event_id].add(reader)
        try:
            yield
        finally:
            self._awaited[event_id].discard(reader)
            if not self._awaited[event_id]:
                del self._awaited[event_id]

    async def close(self) -> None:
        if self._looking:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._every_seconds)
            try:
                there = await self._events.there(list(self._awaited))
            except PyMongoError as error:
                log.warning("events not looked for", error=str(error))
                continue
            for event_id in there:
                for reader in self._awaited.get(event_id, ()):
                    reader.set()
