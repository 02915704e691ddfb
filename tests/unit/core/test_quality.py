"""What was measured, in filters and facets."""

import polars as pl
import pytest

from maskeraid_core.errors import ValidationFailed
from maskeraid_core.manifests import (
    MEASURED,
    check_values,
    compact,
    filter_manifest,
    parse_where,
    read_manifest,
    write_manifest,
)
from maskeraid_core.quality import MOST_BINS, histogram, quality_facets, quality_sentence

ROWS = [
    {"row": number, "quality:sharpness": float(number), "quality:exposure": 0.5, "quality:face_size": 64.0,
     "quality:warnings": ["blurred"] if number < 8 else [], "look": bytes(192), "phash": 2**63 + number}
    for number in range(20)
]  # fmt: skip
UNMEASURED = [{"row": 20, "quality:sharpness": None, "quality:exposure": None, "quality:face_size": None,
               "quality:warnings": None, "look": None, "phash": None}]  # fmt: skip
IMAGES = compact(read_manifest(write_manifest([*ROWS, *UNMEASURED])))
OLDER = compact(read_manifest(write_manifest([{"row": 1}])))


def rows(*where: str, images: pl.DataFrame = IMAGES) -> list[int]:
    return filter_manifest(images, parse_where(where))["row"].to_list()


class TestFilters:
    def test_ranges_have_both_ends(self) -> None:
        assert rows("quality.sharpness:3..5") == [3, 4, 5]
        assert rows("quality.sharpness:18..") == [18, 19]
        assert rows("quality.sharpness:7") == [7]

    def test_warnings(self) -> None:
        assert rows("quality.warning:blurred") == list(range(8))
        assert rows("quality.warning:", "quality.sharpness:..9") == [8, 9]
        assert rows("quality.warning:flat", "quality.warning:blurred") == list(range(8))

    def test_empty_number_means_not_measured(self) -> None:
        assert rows("quality.sharpness:") == [20]
        assert rows("quality.exposure:", images=OLDER) == [1]

    @pytest.mark.parametrize("where", ["quality.sharpness:sharp", "quality.warning:1..2", "quality.noise:1"])
    def test_what_cannot_be_read_is_refused(self, where: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            rows(where)
        assert refused.value.facts["parameter"] == "where"

    def test_what_no_image_has_is_told(self) -> None:
        with pytest.raises(ValidationFailed, match="no image has"):
            check_values([IMAGES], parse_where(["quality.warning:flat"]))


class TestFacets:
    def test_warnings_are_counted_and_numbers_are_in_bins(self) -> None:
        facets = {one["attribute"]: one["values"] for one in quality_facets([IMAGES, OLDER])}
        assert facets["quality.warning"] == [{"value": "blurred", "count": 8}]
        bins = facets["quality.sharpness"]
        assert len(bins) <= MOST_BINS
        assert sum(one["count"] for one in bins) == 20
        for one in bins:
            assert one["count"] == sum(one["low"] <= number < one["high"] for number in range(20))
            assert one["value"] == f"{one['low']:g}..{one['high']:g}"

    def test_what_nobody_measured_has_none(self) -> None:
        assert quality_facets([OLDER]) == []

    @pytest.mark.parametrize("values", [[3.0], [0.1, 0.90001], [8.0, 9.0, 47.3], [-2.0, 1e6]])
    def test_bins_hold_all(self, values: list[float]) -> None:
        bins = histogram(pl.Series(values))
        assert len(bins) <= MOST_BINS
        assert sum(one["count"] for one in bins) == len(values)


def test_in_words() -> None:
    assert quality_sentence(25, 25, 0, {}) == "None of 25 images has a warning."
    said = quality_sentence(25, 20, 3, {"blurred": 2, "flat": 1})
    assert said.startswith("Of 20 images 3 have a warning: 2 because they are blurred")
    assert "5 more were not measured" in said
    assert "Import them again" in quality_sentence(3, 0, 0, {})


def test_likeness_is_kept_out_of_what_is_kept_for_reading() -> None:
    assert set(MEASURED) - set(IMAGES.columns) == {"look", "phash"}
