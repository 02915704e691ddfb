"""Edits: what of a manifest changes, what stays, and what is refused."""

from typing import Any

import polars as pl
import pytest

from maskeraid_core.documents.datasets import Attribute, Dataset, Edit
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.ids import image_id, new_id
from maskeraid_core.manifests import read_manifest, write_manifest
from maskeraid_core.repositories.repository import now
from maskeraid_core.suggestions import suggested_in
from maskeraid_curator.drafts import Before, Draft
from maskeraid_curator.editing import edited
from maskeraid_curator.rows import Accepted, with_rows

SCHEMA = {
    "eyes": Attribute(type="enum", values=["1", "2"], required=True), "age": Attribute(type="number"),
    "note": Attribute(),
}  # fmt: skip
DATASET = Dataset(id=new_id("ds"), tenant="ten_1", name="faces", attributes=SCHEMA, created_at=now(), updated_at=now())


def before(**columns: Any) -> Before:  # noqa: ANN401 any column
    manifest = pl.DataFrame(
        {
            "row": [1, 2, 4], "id": [image_id(DATASET.id, row) for row in (1, 2, 4)],
            "file": ["a.png", "b.png", "d.png"], "sha256": ["a", "b", "d"], "covering_sha256": [None] * 3,
            "twin_sha256": [None] * 3, "attr:eyes": ["1", "2", "1"], "attr:age": ["30", "", "31"], **columns,
        }
    )  # fmt: skip
    return Before(DATASET, read_manifest(write_manifest(manifest)), 7)


def outcomes(draft: Draft) -> dict[int, str]:
    return dict(draft.report.select("row", "outcome").iter_rows())


class TestValues:
    def test_are_set_where_the_filter_fits_and_nowhere_else(self) -> None:
        draft = edited(Edit(where=["eyes:1"], set={"eyes": "2", "age": "31"}), before())
        assert draft.manifest["attr:eyes"].to_list() == ["2", "2", "2"]
        assert draft.manifest["attr:age"].to_list() == ["31", "", "31"]
        assert outcomes(draft) == {1: "edited", 4: "edited"}
        assert draft.is_change
        assert draft.report["image_id"].to_list() == [image_id(DATASET.id, 1), image_id(DATASET.id, 4)]

    def test_rows_keep_their_numbers_order_and_other_columns(self) -> None:
        untouched = ["row", "id", "file", "sha256", "covering_sha256", "twin_sha256"]
        draft = edited(Edit(rows=[4, 1], set={"note": "x"}), before())
        assert draft.manifest.select(untouched).equals(before().manifest.select(untouched))
        assert draft.manifest["attr:note"].to_list() == ["x", "", "x"]
        assert draft.last_row == 7

    def test_none_takes_a_value_away(self) -> None:
        draft = edited(Edit(set={"age": None}), before())
        assert draft.manifest["attr:age"].to_list() == ["", "", ""]
        assert outcomes(draft) == {1: "edited", 2: "unchanged", 4: "edited"}

    def test_that_are_there_already_are_no_change(self) -> None:
        draft = edited(Edit(rows=[1, 4], set={"eyes": "1"}), before())
        assert (draft.is_change, outcomes(draft)) == (False, {1: "unchanged", 4: "unchanged"})
        assert not edited(Edit(where=["age:90..99"], set={"eyes": "1"}), before()).is_change

    @pytest.mark.parametrize(
        ("values", "pointer"),
        [({"eyes": "3"}, "/source/set/eyes"), ({"eyes": None}, "/source/set/eyes"), ({"age": "old"}, "/source/set/age"),
         ({"nose": "1"}, "/source/set/nose")],
    )  # fmt: skip
    def test_must_fit_the_schema(self, values: dict[str, str | None], pointer: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            edited(Edit(set=values), before())
        assert refused.value.facts["pointer"] == pointer

    def test_of_an_image_that_is_gone_are_told(self) -> None:
        draft = edited(Edit(rows=[1, 3], set={"eyes": "2"}), before())
        assert outcomes(draft) == {1: "edited", 3: "rejected"}
        assert draft.report["code"].to_list() == [None, "not_found"]


SUGGESTED = {
    "suggested:age": [None, "40", "50"],
    "suggested_confidence:age": pl.Series([None, 0.95, 0.625], dtype=pl.Float32),
}


class TestSuggestions:
    def test_become_values_when_they_are_confirmed(self) -> None:
        draft = edited(Edit(confirm=["age"]), before(**SUGGESTED))
        assert draft.manifest["attr:age"].to_list() == ["30", "40", "50"]
        assert outcomes(draft) == {1: "unchanged", 2: "edited", 4: "edited"}
        assert suggested_in(draft.manifest) == []
        assert draft.is_change

    def test_are_confirmed_where_they_are_sure_enough(self) -> None:
        draft = edited(Edit(confirm=["age"], least_confidence=0.95), before(**SUGGESTED))
        assert draft.manifest["attr:age"].to_list() == ["30", "40", "31"]
        assert outcomes(draft) == {1: "unchanged", 2: "edited", 4: "unchanged"}
        assert draft.manifest["suggested:age"].to_list() == [None, None, "50"]
        assert draft.manifest["suggested_confidence:age"].to_list() == [None, None, 0.625]

    def test_are_confirmed_of_the_images_that_are_named(self) -> None:
        assert outcomes(edited(Edit(rows=[4], confirm=["age"]), before(**SUGGESTED))) == {4: "edited"}
        draft = edited(Edit(where=["suggested.age:40"], confirm=["age"]), before(**SUGGESTED))
        assert draft.manifest["attr:age"].to_list() == ["30", "40", "31"]

    def test_are_dropped_when_they_are_dismissed(self) -> None:
        draft = edited(Edit(rows=[1, 2], dismiss=["age"]), before(**SUGGESTED))
        assert draft.manifest["attr:age"].to_list() == ["30", "", "31"]
        assert draft.manifest["suggested:age"].to_list() == [None, None, "50"]
        assert outcomes(draft) == {1: "unchanged", 2: "edited"}

    def test_that_are_gone_change_nothing(self) -> None:
        for edit in (Edit(confirm=["age"]), Edit(dismiss=["age"])):
            draft = edited(edit, before())
            assert (draft.is_change, set(outcomes(draft).values())) == (False, {"unchanged"})

    def test_give_way_to_what_a_person_says(self) -> None:
        draft = edited(Edit(rows=[2], set={"age": "41"}), before(**SUGGESTED))
        assert draft.manifest["suggested:age"].to_list() == [None, None, "50"]
        assert draft.manifest["attr:age"].to_list() == ["30", "41", "31"]

    def test_stay_with_images_when_others_come(self) -> None:
        known = Before(DATASET, before(**SUGGESTED).manifest, 7)
        fresh = Accepted(1, "e.png", {"eyes": "1"}, "e", 1, 32, 32, False)
        manifest = with_rows([fresh], [], SCHEMA, known).manifest
        assert manifest["suggested:age"].to_list() == [None, "40", "50", None]
        assert manifest.schema["suggested_confidence:age"] == pl.Float32


class TestDeletion:
    def test_takes_the_rows_out_and_gives_their_numbers_to_nobody(self) -> None:
        draft = edited(Edit(rows=[4], delete=True), before())
        assert (draft.manifest["row"].to_list(), outcomes(draft)) == ([1, 2], {4: "deleted"})
        again = Before(DATASET, draft.manifest, draft.last_row)
        fresh = Accepted(1, "e.png", {"eyes": "1"}, "e", 1, 32, 32, False)
        assert with_rows([fresh], [], SCHEMA, again).manifest["row"].to_list() == [1, 2, 8]

    def test_leaves_no_pointer_to_what_is_gone(self) -> None:
        draft = edited(Edit(where=["eyes:2"], delete=True), before(near_duplicate_of=[2, None, 1]))
        assert draft.manifest["near_duplicate_of"].to_list() == [None, 1]

    def test_of_every_image_is_refused(self) -> None:
        with pytest.raises(ValidationFailed, match="delete the dataset instead"):
            edited(Edit(delete=True), before())
