"""The spans of time in which the objects of a page are looked for: short ones first, the last one open.

Within a span the embedded database walks an index (2 ms); asked for the newest of 20,000 without one, it reads and
sorts them all (640 ms). On MongoDB the same queries walk the same index.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

Span = dict[str, Any]  # a condition on a time; empty: any time

FIRST_SPAN = timedelta(seconds=4)
WIDENING = 16  # so the eighth span reaches decades back
LAST_SPAN = timedelta(days=365 * 20)


def spans_before(start: datetime | None, at: datetime) -> Iterator[Span]:
    """From `start` into the past; without one from `at` (now), and what lies in its future is in the first span."""
    edge, length = start or at, FIRST_SPAN
    upper: Span = {"$lt": start} if start else {}
    while length < LAST_SPAN:
        edge -= length
        yield {"$gte": edge, **upper}
        upper, length = {"$lt": edge}, length * WIDENING
    yield upper


def spans_behind(start: datetime | None, at: datetime) -> Iterator[Span]:
    """From `start` into the future, that beyond `at` (now) included; without one all of time."""
    lower: Span = {"$gt": start} if start else {}
    edge, length = start or at, FIRST_SPAN
    while edge < at:
        edge += length
        yield {**lower, "$lt": edge}
        lower, length = {"$gte": edge}, length * WIDENING
    yield lower
