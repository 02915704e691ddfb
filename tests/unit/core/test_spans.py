"""Spans of time of pages: they touch, cover everything, and are few."""

from datetime import UTC, datetime, timedelta

import pytest

from maskeraid_core.repositories.spans import Span, spans_before, spans_behind

NOW = datetime(2026, 6, 1, tzinfo=UTC)
START = NOW - timedelta(days=400)
TIMES = [NOW + timedelta(seconds=seconds) for seconds in (-(10**9), -40 * 10**6, -34_560_001, -34_560_000, -60, 0, 900)]


def has(span: Span, at: datetime) -> bool:
    checks = {"$lt": at.__lt__, "$gte": at.__ge__, "$gt": at.__gt__}
    return all(checks[operator](edge) for operator, edge in span.items())


class TestSpans:
    @pytest.mark.parametrize("start", [None, START])
    def test_before(self, start: datetime | None) -> None:
        spans = list(spans_before(start, NOW))
        assert [sum(has(span, at) for span in spans) for at in TIMES] == [start is None or at < start for at in TIMES]
        assert len(spans) <= 9

    @pytest.mark.parametrize("start", [None, START])
    def test_behind(self, start: datetime | None) -> None:
        spans = list(spans_behind(start, NOW))
        assert [sum(has(span, at) for span in spans) for at in TIMES] == [start is None or at > start for at in TIMES]
        assert len(spans) <= 9
