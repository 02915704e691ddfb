"""Places where a test may kill, break, or delay a process. Elsewhere they do nothing, and cost a look into a mapping.

MASKERAID_FAILPOINTS names them, `name=kill|raise|sleep:SECONDS`, separated by commas; only the environment `test`
starts with it.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from functools import cache

FAILPOINTS = (
    "accept.inserted", "ring.before", "look.received", "claim.updated", "child.started", "heartbeat.before_first",
    "checkpoint.bytes_written", "checkpoint.recorded", "result.bytes_written", "finish.moved", "outbox.copied",
    "delivery.sent", "batch.slice_added", "export.part_written", "deletion.planned", "deletion.rewritten",
    "deletion.bytes_deleted",
)  # fmt: skip
VARIABLE = "MASKERAID_FAILPOINTS"


class FailpointHit(Exception):
    """A test wanted this to fail here."""


def hit(name: str) -> None:
    """Do here what the test wants; as a rule nothing."""
    if fail := _armed().get(name):
        fail()


def parse(text: str) -> Mapping[str, Callable[[], None]]:
    """What is to happen at which point. Raises ValueError for a point or a way that does not exist."""
    return dict(_parse_one(part.strip()) for part in text.split(",") if part.strip())


def _parse_one(part: str) -> tuple[str, Callable[[], None]]:
    name, _, way = part.partition("=")
    if name not in FAILPOINTS:
        raise ValueError(f"{name!r} is not one of {', '.join(FAILPOINTS)}")
    kind, _, seconds = way.partition(":")
    if way == "kill":
        return name, lambda: os.kill(os.getpid(), signal.SIGKILL)
    if way == "raise":
        return name, lambda: _fail(name)
    if kind == "sleep":
        wait = float(seconds)
        return name, lambda: time.sleep(wait)
    raise ValueError(f"{part!r}: a failpoint can kill, raise, or sleep:SECONDS")


def _fail(name: str) -> None:
    raise FailpointHit(name)


@cache
def _armed() -> Mapping[str, Callable[[], None]]:
    return parse(os.environ.get(VARIABLE, ""))
