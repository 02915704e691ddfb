"""Celery's way to Redis, which outlives what it cannot read: by itself one broken message ends the worker."""

import structlog
from kombu.transport import TRANSPORT_ALIASES, redis

log = structlog.get_logger()

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)  # no JSON, not its shape, parts missing


class TolerantChannel(redis.Channel):
    """Drops a message that is no message, with a warning; Redis has given it away already."""

    def _brpop_read(self, **options: object) -> bool:
        try:
            return bool(super()._brpop_read(**options))  # type: ignore[misc]  # in no stub
        except UNREADABLE as error:
            log.warning("junk dropped from the queue", error=f"{type(error).__name__}: {error}")
            return True


class TolerantTransport(redis.Transport):
    """Stands for `redis` in broker URLs once `install` was called."""

    Channel = TolerantChannel


def install() -> None:
    """Let Celery take this way to Redis; its logs go on calling it redis."""
    for alias in ("redis", "rediss"):
        TRANSPORT_ALIASES[alias] = f"{__name__}:{TolerantTransport.__name__}"
