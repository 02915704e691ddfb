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

PREFIX, WISH = "news:", "wish:"
# Apart, for workers wait for wishes alone, and each message costs a listener 0.3 ms.
JOBS, WISHES = f"{PREFIX}???_*", f"{PREFIX}{WISH}*"
RECONNECT_SECONDS = 1.0


class News:
    """One subscription a process for jobs and one for wishes, handed on to any number of waiters on the same loop."""

    def __init__(self, redis_url: str) -> None:
        self._redis: Redis = Redis.from_url(
            redis_url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
        )
        self._silence = Silence()
        self._waiters: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listeners: dict[str, asyncio.Task[None]] = {}  # by pattern

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
        pattern = WISHES if subject_id.startswith(WISH) else JOBS
        if pattern not in self._listeners:
            self._listeners[pattern] = asyncio.create_task(self._listen(pattern))
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
        for listener in self._listeners.values():
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener
        await self._redis.aclose()

    async def _listen(self, pattern: str) -> None:
        while True:
            try:
                await self._forward(pattern)
            except (RedisError, OSError) as error:
                log.warning("news channel lost", error=str(error))
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _forward(self, pattern: str) -> None:
        async with self._redis.pubsub() as channel:
            await channel.psubscribe(pattern)
            while True:
                message = await channel.get_message(ignore_subscribe_messages=True, timeout=1.0)
                if message is not None:
                    subject_id = message["channel"].decode().removeprefix(PREFIX)
                    for event in self._waiters.get(subject_id, ()):
                        event.set()


async def wait_for_news(event: asyncio.Event, timeout_seconds: float) -> bool:
    """Wait until there is news or the time is over, then clear the event; whether there was."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), timeout_seconds)
    there_was = event.is_set()
    event.clear()
    return there_was


def wish_subject(job_id: str) -> str:
    """What to publish on when a running job's owner, or its deadline, wishes something."""
    return f"{WISH}{job_id}"
