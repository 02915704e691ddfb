"""Filters and facets on a manifest, against counting by hand."""

import math
from datetime import date

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maskeraid_core.errors import ValidationFailed
from maskeraid_core.manifests import (
    check_numbers,
    check_values,
    compact,
    facets,
    filter_manifest,
    parse_where,
    read_manifest,
    sentence,
    write_manifest,
)

ROWS = [
    {"row": row, "id": f"img_{row}", "attr:eyes": str(row % 5), "attr:nose": str(row // 5 % 5), "attr:age": str(row)}
    for row in range(25)
]
FACES = read_manifest(write_manifest(ROWS))


class TestFilter:
    def test_values_of_one_attribute_mean_any_and_attributes_mean_all(self) -> None:
        found = filter_manifest(FACES, parse_where(["eyes:1", "eyes:2", "nose:3"]))
        wanted = [row["row"] for row in ROWS if row["attr:eyes"] in "12" and row["attr:nose"] == "3"]
        assert found["row"].to_list() == wanted
        assert len(wanted) == 2

    @given(low=st.integers(-5, 30), high=st.integers(-5, 30))
    def test_a_range_is_of_numbers_with_both_ends(self, low: int, high: int) -> None:
        found = filter_manifest(FACES, parse_where([f"age:{low}..{high}"]))
        assert found["row"].to_list() == [row for row in range(25) if low <= row <= high]

    def test_an_open_range_has_one_end(self) -> None:
        assert filter_manifest(FACES, parse_where(["age:20.."])).height == 5

    def test_an_empty_value_means_missing(self) -> None:
        faces = read_manifest(write_manifest([{"row": 1, "attr:hair": ""}, {"row": 2, "attr:hair": "1"}]))
        assert filter_manifest(faces, parse_where(["hair:"]))["row"].to_list() == [1]

    @pytest.mark.parametrize("where", [["eyes"], [":1"], ["colour:1"], ["age:a..b"]])
    def test_what_cannot_be_read_is_refused(self, where: list[str]) -> None:
        with pytest.raises(ValidationFailed) as refused:
            filter_manifest(FACES, parse_where(where, "/data/0"))
        assert refused.value.facts["pointer"] == "/data/0/where/0"

    @pytest.mark.parametrize("value", [">20", "<5", "20-30"])
    def test_numbers_are_compared_with_numbers_only(self, value: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            check_numbers(FACES, parse_where(["eyes:1", f"age:{value}"]))
        assert f"'{value}' is not a number" in str(refused.value)
        assert "age goes from 0 to 24; a range is written age:0..24" in str(refused.value)
        assert refused.value.facts == {"parameter": "where"}

    def test_what_can_be_read_is_not_refused(self) -> None:
        words = read_manifest(write_manifest([{"row": 1, "attr:age": "old"}, {"row": 2, "attr:age": "33"}]))
        check_numbers(words, parse_where(["age:>30"]))
        check_numbers(FACES, parse_where(["age:", "age:3", "age:20..", "colour:>1"]))

    def test_a_value_that_no_image_has_is_answered_by_those_that_there_are(self) -> None:
        men, women = (read_manifest(write_manifest([{"row": 1, "attr:gender": one}])) for one in ("male", "female"))
        check_values([men, women], parse_where(["gender:male", "gender:female"]))
        with pytest.raises(ValidationFailed, match="no image has 'gender:femal': gender has the values female, male"):
            check_values([men, women], parse_where(["gender:femal"]))

    def test_many_values_are_not_all_named(self) -> None:
        many = read_manifest(write_manifest([{"row": row, "attr:name": f"n{row:02}"} for row in range(30)]))
        with pytest.raises(ValidationFailed, match=r"n18, n19, and 10 more$"):
            check_values([many], parse_where(["name:x"]))


VALUES = st.sampled_from(
    ["", "1", "2", "30", "30.5", "-4", "+5", "1e3", "1e999", "nan", "inf", "1_0", "\u0663", " 7", "1..2", "a:b", '"x"',
     "x", "ü", "🙂", "2026-01-31", "2026-02-30", "2026-1-1", "true"]
)  # fmt: skip
ENDS = st.sampled_from(["", "1", "30", "-4", "1e2", "2026-01-01", "2026-12-31", "2026-02-30", "nan", "1_0", "x"])
ASKED = VALUES | VALUES.map(lambda value: f'"{value}"') | st.tuples(ENDS, ENDS).map("..".join)


def number_of(text: str) -> float | None:
    """The plain reference: digits, a point, an exponent, and a sign of ASCII; finite."""
    if not text or set(text) - set("0123456789.eE+-"):
        return None
    try:
        return float(text) if math.isfinite(float(text)) else None
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def is_meant(value: str, asked: str) -> bool | None:
    """What `attribute:asked` says of a value; None when nobody can read it."""
    if len(asked) >= 2 and asked[0] == asked[-1] == '"':
        return value == asked[1:-1]
    if ".." not in asked:
        return value == asked
    low, _, high = asked.partition("..")
    for read, looks_right in ((day_of, lambda text: text[4:5] == text[7:8] == "-"), (number_of, bool)):
        ends = [read(end) for end in (low, high) if end]
        if None not in ends and (ends or read is number_of):
            found = read(value) if looks_right(value) else None
            if found is None:
                return False
            return (not low or read(low) <= found) and (not high or found <= read(high))  # type: ignore[operator]
    return None


class TestAgainstPlainPython:
    @settings(deadline=None)  # the first day that is read takes Polars a fifth of a second
    @given(rows=st.lists(st.tuples(VALUES, VALUES), max_size=20), first=st.lists(ASKED, max_size=3), second=ASKED)
    @example(rows=[("2026-02-30", ""), ("2026-01-31", "")], first=["2026-01-01.."], second="")
    @example(rows=[("1e999", ""), ("31", "")], first=["30.."], second="")
    @example(rows=[("1..2", "a:b")], first=['"1..2"'], second="a:b")
    def test_each_condition_means_what_it_says(
        self, rows: list[tuple[str, str]], first: list[str], second: str
    ) -> None:
        data = [{"row": at, "id": "x", "attr:a": a, "attr:b": b} for at, (a, b) in enumerate(rows)]
        plain = pl.DataFrame(data, schema={"row": pl.Int64, "id": pl.String, "attr:a": pl.String, "attr:b": pl.String})
        where = parse_where([*(f"a:{asked}" for asked in first), f"b:{second}"])
        for manifest in (plain, compact(plain)):
            if any(is_meant("", asked) is None for asked in (*first, second)):
                with pytest.raises(ValidationFailed, match="is no range"):
                    filter_manifest(manifest, where)
                continue
            wanted = [
                at for at, (a, b) in enumerate(rows)
                if (not first or any(is_meant(a, asked) for asked in first)) and is_meant(b, second)
            ]  # fmt: skip
            assert filter_manifest(manifest, where)["row"].to_list() == wanted


class TestCompact:
    def test_tells_the_same_and_numbers_few_values(self) -> None:
        rows = [{"row": row, "id": f"img_{row}", "attr:few": str(row % 3), "attr:gap": None} for row in range(9)]
        many = pl.DataFrame(rows).with_columns(pl.col("attr:gap").cast(pl.String))
        found = compact(many)
        assert isinstance(found.schema["attr:few"], pl.Enum)
        assert "id" not in found.columns
        assert facets(found) == facets(many)
        assert filter_manifest(found, parse_where(["gap:"])).height == 9

    def test_leaves_many_values_as_they_are(self) -> None:
        many = pl.DataFrame({"row": range(2**14 + 1), "attr:name": [str(at) for at in range(2**14 + 1)]})
        assert compact(many).schema["attr:name"] == pl.String
        assert filter_manifest(compact(many), parse_where(["name:7", "name:100..101"]))["row"].to_list() == [
            7,
            100,
            101,
        ]

    @given(
        ages=st.lists(st.integers(0, 400), max_size=40), low=st.integers(-5, 400), width=st.integers(0, 300),
        others=st.lists(st.integers(0, 400), max_size=30),
    )  # fmt: skip
    @example(ages=list(range(0, 60, 2)), low=0, width=0, others=list(range(0, 60, 4)))  # more runs than are compared
    @example(ages=list(range(400)), low=3, width=300, others=[])  # more values than are looked at one by one
    def test_ranges_and_values_mean_the_same(self, ages: list[int], low: int, width: int, others: list[int]) -> None:
        texts = pl.Series("attr:age", [str(age) for age in ages], dtype=pl.String)
        where = parse_where([f"age:{low}..{low + width}", *(f"age:{other}" for other in others)])
        found = filter_manifest(compact(pl.DataFrame({"row": range(len(ages))}).with_columns(texts)), where)
        meant = [at for at, age in enumerate(ages) if low <= age <= low + width or age in others]
        assert found["row"].to_list() == meant


class TestFacets:
    def test_of_several_are_added_up(self) -> None:
        first = compact(pl.DataFrame({"row": [1, 2], "attr:eyes": ["1", "2"], "attr:hair": ["a", ""]}))
        second = compact(pl.DataFrame({"row": [1, 2], "attr:eyes": ["2", "3"]}))
        assert facets(first, second) == [
            {"attribute": "eyes", "distinct": 3,
             "values": [{"value": "1", "count": 1}, {"value": "2", "count": 2}, {"value": "3", "count": 1}]},
            {"attribute": "hair", "distinct": 1, "values": [{"value": "a", "count": 1}]},
        ]  # fmt: skip

    def test_counts_are_those_under_the_filter(self) -> None:
        found = facets(filter_manifest(FACES, parse_where(["eyes:1"])))
        by_name = {facet["attribute"]: facet for facet in found}
        assert by_name["nose"]["values"] == [{"value": str(nose), "count": 1} for nose in range(5)]
        assert by_name["eyes"]["distinct"] == 1

    def test_the_sentence_counts_values(self) -> None:
        found = facets(filter_manifest(FACES, parse_where(["eyes:1"])))
        assert sentence(5, found) == "5 images. eyes: 1 value, nose: 5 values, age: 5 values"
