"""Rates and the readings of headers."""

import pytest
from starlette.requests import Request

from maskeraid_api.accepting import preferred_wait
from maskeraid_api.access import Rates
from maskeraid_api.answers import is_among
from maskeraid_api.curves import thin
from maskeraid_api.inbox import label
from maskeraid_api.schemas.trainings import MetricPoint
from maskeraid_api.settings import ApiSettings
from maskeraid_core.errors import RateLimited


def request_with(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "query_string": b""})


class TestRates:
    def test_refuses_above_the_burst_and_names_the_wait(self) -> None:
        rates = Rates(ApiSettings(reads_per_second=0.5, writes_per_second=0.5))
        for _ in range(2):
            rates.take("key", "writes")
        with pytest.raises(RateLimited) as refused:
            rates.take("key", "writes")
        assert refused.value.facts["retry_after"] >= 1

    def test_keys_and_kinds_have_buckets_of_their_own(self) -> None:
        rates = Rates(ApiSettings(reads_per_second=0.25, writes_per_second=0.25))
        for who, kind in (("a", "reads"), ("a", "writes"), ("b", "reads")):
            rates.take(who, kind)


class TestPrefer:
    @pytest.mark.parametrize(
        ("value", "seconds"),
        [("wait=10", 10), ("respond-async, wait=5", 5), ("wait=99", 30), ("", 0), ("wait=x", 0), ("await=3", 0)],
    )
    def test_wait(self, value: str, seconds: int) -> None:
        assert preferred_wait(request_with(prefer=value)) == seconds


class TestTags:
    @pytest.mark.parametrize(
        ("header", "is_found"),
        [('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False), ("", False), (None, False)],
    )
    def test_lists(self, header: str | None, is_found: bool) -> None:
        assert is_among('"a"', header) is is_found


class TestLabel:
    def test_control_characters_go_and_length_is_bytes(self) -> None:
        assert label("a\x00b\u202ec\n.zip") == "abc.zip"
        assert len(label("é" * 300).encode()) <= 255
        assert label("\n") == "file"


class TestThinning:
    def test_keeps_the_ends(self) -> None:
        points = [MetricPoint(step=step, seconds=None, values={"loss": 1.0}) for step in range(1000)]
        kept = thin(points, 7)
        assert len(kept) == 7
        assert (kept[0].step, kept[-1].step) == (0, 999)
