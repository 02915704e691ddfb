"""Filters and facets on a manifest, against counting by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskeraid_core.errors import ValidationFailed
from maskeraid_core.manifests import (
    check_numbers,
    check_values,
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


class TestFacets:
    def test_counts_are_those_under_the_filter(self) -> None:
        found = facets(filter_manifest(FACES, parse_where(["eyes:1"])))
        by_name = {facet["attribute"]: facet for facet in found}
        assert by_name["nose"]["values"] == [{"value": str(nose), "count": 1} for nose in range(5)]
        assert by_name["eyes"]["distinct"] == 1

    def test_the_sentence_counts_values(self) -> None:
        found = facets(filter_manifest(FACES, parse_where(["eyes:1"])))
        assert sentence(5, found) == "5 images. eyes: 1 value, nose: 5 values, age: 5 values"
