"""Redis pub/sub that says only "X has news". Nobody depends on it: every reader also looks by itself now and then."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from maskeraid_core.silence import Silence

log = structlog.get_logger()

PREFIX = "news:"
RECONNECT_SECONDS = 1.0


class News:
    """One subscription a process, handed on to any number of waiters on the same loop."""

    def __init__(self, redis_url: str) -> None:
        self._redis: Redis = Redis.from_url(
            redis_url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
        )
        self._silence = Silence()
        self._waiters: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None

    async def publish(self, subject_id: str) -> None:
        """Say that a job has news. A broken Redis is no error: readers look by themselves."""
        if self._silence.is_kept:
            return
        try:
            await self._redis.publish(PREFIX + subject_id, b"")
        except (RedisError, OSError) as error:
            log.warning("news not told", job_id=subject_id, error=str(error))
            if isinstance(error, RedisTimeout):
                self._silence.begin()

    @asynccontextmanager
    async def about(self, subject_id: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever the job has news; the reader clears it."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        event = asyncio.Event()
        self._waiters[subject_id].add(event)
        try:
            yield event
        finally:
            self._waiters[subject_id].discard(event)
            if not self._waiters[subject_id]:
                del self._waiters[subject_id]

    async def ping(self) -> bool:
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        await self._redis.aclose()

    async def _listen(self) -> None:
        while True:
            try:
                await self._forward()
            except (RedisError, OSError) as error:
                log.warning("news channel lost", error=str(error))
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _forward(self) -> None:
        async with self._redis.pubsub() as channel:
            await channel.psubscribe(PREFIX + "*")
            while True:
                message = await channel.get_message(ignore_subscribe_messages=True, timeout=1.0)
                if message is not None:
                    subject_id = message["channel"].decode().removeprefix(PREFIX)
                    for event in self._waiters.get(subject_id, ()):
                        event.set()


async def wait_for_news(event: asyncio.Event, timeout_seconds: float) -> None:
    """Wait until there is news or the time is over, then clear the event."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), timeout_seconds)
    event.clear()


def wish_subject(job_id: str) -> str:
    """What to publish on when a running job's owner, or its deadline, wishes something."""
    return f"wish:{job_id}"
