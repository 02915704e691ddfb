"""Pages of what was selected, against plain lists."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskeraid_api.dataset_access import places_of
from maskeraid_api.selected_images import Part, Selected, _learned, _narrowed
from maskeraid_core.documents.datasets import DatasetVersion, Role
from maskeraid_core.errors import BadCursor, ValidationFailed
from maskeraid_core.ids import image_id
from maskeraid_core.manifests import compact, parse_where
from maskeraid_core.repositories.repository import now

IDS = [f"ds_{letter * 26}" for letter in "012"]


def part(dataset_id: str, rows: list[int], **columns: list[str]) -> Part:
    version = DatasetVersion(
        id=f"{dataset_id}:1", tenant="ten_1", dataset_id=dataset_id, version=1, parent_version=0, import_id="imp_1",
        role=Role.TRAIN, image_count=len(rows), sides=[32], manifest_key="m", manifest_sha256="0", bytes=1,
        attributes={}, created_at=now(),
    )  # fmt: skip
    frame = pl.DataFrame({"row": rows, **{f"attr:{name}": values for name, values in columns.items()}})
    return Part(version, compact(frame))


def eyes(dataset_id: str, number: int) -> Part:
    return part(dataset_id, list(range(1, number + 1)), eyes=[str(row % 3) for row in range(1, number + 1)])


def images(found: Selected, start: int = 0, limit: int = 500) -> list[tuple[str, int]]:
    return [(part.version.dataset_id, row["row"]) for part, row in found.page(start, limit)]


class TestPages:
    @settings(deadline=None)
    @given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=3), start=st.integers(0, 30), limit=st.integers(1, 9))
    def test_are_slices_of_all_images_in_their_order(self, sizes: list[int], start: int, limit: int) -> None:
        parts = [eyes(dataset_id, size) for dataset_id, size in zip(IDS, sizes, strict=False)]
        found = _narrowed(parts, parse_where(["eyes:0", "eyes:1"]), "key")
        wanted = [
            (dataset_id, row) for dataset_id, size in zip(IDS, sizes, strict=False)
            for row in range(1, size + 1) if row % 3 in (0, 1)
        ]  # fmt: skip
        assert found.total == len(wanted)
        assert images(found, start, limit) == wanted[start : start + limit]
        for place, (dataset_id, row) in enumerate(wanted):
            assert found.behind(image_id(dataset_id, row)) == place + 1

    def test_behind_an_image_that_the_filter_left_out_goes_on(self) -> None:
        found = _narrowed([eyes(IDS[0], 9)], parse_where(["eyes:0"]), "key")
        assert images(found, found.behind(image_id(IDS[0], 4))) == [(IDS[0], 6), (IDS[0], 9)]

    @pytest.mark.parametrize("after", [image_id(IDS[2], 1), "x"])
    def test_behind_what_is_not_there_is_refused(self, after: str) -> None:
        with pytest.raises(BadCursor):
            Selected([eyes(IDS[0], 3), eyes(IDS[1], 3)], "key").behind(after)


class TestSeveralParts:
    def test_an_attribute_that_one_lacks_is_missing_there_and_one_that_all_lack_is_refused(self) -> None:
        parts = [eyes(IDS[0], 2), part(IDS[1], [1, 2], nose=["1", "2"])]
        assert images(_narrowed(parts, parse_where(["nose:"]), "key")) == [(IDS[0], 1), (IDS[0], 2)]
        with pytest.raises(ValidationFailed, match="they have: eyes, nose"):
            _narrowed(parts, parse_where(["mouth:1"]), "key")

    def test_what_was_learned_twice_comes_once_where_it_came_first(self) -> None:
        parts = [eyes(IDS[0], 6), eyes(IDS[1], 2), eyes(IDS[0], 7)]
        shown = [one.manifest for one in parts]
        found = _learned(parts, [parse_where(["eyes:1"]), [], []], shown, [], "key")
        first, second = IDS[:2]
        again = [(first, row) for row in (2, 3, 5, 6, 7)]
        assert images(found) == [(first, 1), (first, 4), (second, 1), (second, 2), *again]


class TestPlaces:
    @settings(deadline=None)
    @given(rows=st.lists(st.integers(1, 40), unique=True, min_size=1), wanted=st.lists(st.integers(0, 50)))
    def test_are_those_of_the_rows_that_are_there(self, rows: list[int], wanted: list[int]) -> None:
        """After edits rows keep their numbers, with gaps; a manifest in another order is read as well."""
        for order in (sorted(rows), rows):
            found = places_of(compact(pl.DataFrame({"row": order})), wanted)
            assert {order[place] for place in found} == set(rows) & set(wanted)
