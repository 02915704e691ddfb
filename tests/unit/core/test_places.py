"""Places and days: what is read, how a place is rounded, which rows a range leaves."""

import polars as pl
import pytest

from maskeraid_core.errors import ValidationFailed
from maskeraid_core.manifests import filter_manifest, parse_where
from maskeraid_core.places import coarse, place_text, read_place
from maskeraid_core.wanted_values import is_day

ROWS = pl.DataFrame(
    {
        "row": [1, 2, 3], "attr:place": ["52.5,13.4", "", "-33.9,151.2"], "attr:day": ["2020-01-31", "", "2021-03-04"],
        "attr:age": ["30", "", "4"],
    }
)  # fmt: skip


def rows(*where: str) -> list[int]:
    return list(filter_manifest(ROWS, parse_where(where))["row"])


class TestPlaces:
    @pytest.mark.parametrize("text", ["91.0,0.0", "0.0,181.0", "52.5", "52.5;13.4", "a,b", "52.5,13.4,1.0", "nan,0.0"])
    def test_not_on_earth(self, text: str) -> None:
        assert read_place(text) is None

    @pytest.mark.parametrize(
        ("text", "rounded"),
        [("52.520008, 13.404954", "52.5,13.4"), ("-0.04,0.04", "0.0,0.0"), ("-33.86,151.25", "-33.9,151.2")],
    )
    def test_are_rounded_to_a_tenth_of_a_degree(self, text: str, rounded: str) -> None:
        assert coarse(text) == rounded
        assert coarse("no place") == "no place"

    def test_stay_exact_where_that_is_wanted(self) -> None:
        assert place_text((52.520008, 13.404954), exact=True) == "52.520008,13.404954"

    def test_match_when_they_are_rounded_and_within_a_box(self) -> None:
        assert rows("place:52.520008,13.404954") == rows("place:52.5,13.4") == [1]
        assert rows("place:52.4,13.3..52.6,13.5") == rows("place:52.46,13.36..53,14") == [1]
        assert rows("place:-90,-180..90,180") == [1, 3]
        assert rows("place:") == [2]


class TestDays:
    @pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "26-01-01", "2026-1-1", "01.02.2026", "20260101"])
    def test_not_in_the_calendar_or_not_as_it_is_written(self, text: str) -> None:
        assert not is_day(text)

    def test_ranges_have_both_ends_and_may_be_open(self) -> None:
        assert rows("day:2020-01-31..2020-12-31") == rows("day:..2020-01-31") == [1]
        assert rows("day:2020-02-01..") == [3]


class TestRanges:
    def test_of_numbers_are_as_before(self) -> None:
        assert rows("age:5..40") == [1]
        assert rows("age:..") == [1, 3]

    def test_of_nothing_known_are_refused_with_what_there_is(self) -> None:
        with pytest.raises(ValidationFailed, match="2026-01-01"):
            rows("day:2020-01-31..x")
