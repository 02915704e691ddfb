"""Celery's way to Redis: one that outlives what it cannot read, and that keeps no books of bells.

By itself one broken message ends the worker.
"""

from typing import Any

import structlog
from kombu.transport import TRANSPORT_ALIASES, redis, virtual

log = structlog.get_logger()

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)  # no JSON, not its shape, parts missing


class BellQoS(redis.QoS):
    """Remembers what was received in this process alone.

    Celery notes each message in Redis until it is acknowledged: two round trips, a third of what a bell costs a worker.
    A bell that is lost with its worker is rung again by the sweeper, as any other.
    """

    def append(self, message: Any, delivery_tag: str) -> None:  # noqa: ANN401 in no stub
        virtual.QoS.append(self, message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        virtual.QoS.ack(self, delivery_tag)


class TolerantChannel(redis.Channel):
    """Drops a message that is no message, with a warning; Redis has given it away already."""

    QoS = BellQoS

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
