"""Values of a manifest held against the dataset's schema."""

from typing import ClassVar

import pytest

from maskeraid_core.attributes import ValueRefused, fit, fit_change, infer_schema
from maskeraid_core.documents.datasets import Attribute
from maskeraid_core.errors import BadArchive

SCHEMA = {
    "eyes": Attribute(type="enum", values=["1", "2"], required=True),
    "age": Attribute(type="number"),
    "glasses": Attribute(type="bool"),
    "note": Attribute(type="text"),
    "place": Attribute(type="geo"),
    "spot": Attribute(type="geo", exact=True),
    "day": Attribute(type="date"),
}


class TestFit:
    def test_values_that_fit_stay_as_they_are(self) -> None:
        cells = {"eyes": "2", "age": "-3.5e1", "note": "=1+1"}
        assert fit(cells, SCHEMA) == cells

    @pytest.mark.parametrize(("word", "value"), [("Yes", "true"), ("1", "true"), ("FALSE", "false"), ("no", "false")])
    def test_words_for_true_and_false(self, word: str, value: str) -> None:
        assert fit({"eyes": "1", "glasses": word}, SCHEMA)["glasses"] == value

    def test_places_are_rounded_unless_the_schema_wants_them_exact(self) -> None:
        fitting = fit({"eyes": "1", "place": "52.520008, 13.404954", "spot": "52.520008, 13.404954"}, SCHEMA)
        assert (fitting["place"], fitting["spot"]) == ("52.5,13.4", "52.520008,13.404954")

    def test_columns_outside_the_schema_are_left_out(self) -> None:
        assert fit({"eyes": "1", "shoes": "43"}, SCHEMA) == {"eyes": "1"}

    @pytest.mark.parametrize(
        ("cells", "code", "pointer"),
        [
            ({"eyes": "9"}, "value_not_allowed", "/eyes"),
            ({"eyes": "1", "age": "old"}, "value_not_allowed", "/age"),
            ({"eyes": "1", "age": "nan"}, "value_not_allowed", "/age"),
            ({"eyes": "1", "age": "1e999"}, "value_not_allowed", "/age"),
            ({"eyes": "1", "age": "1_000"}, "value_not_allowed", "/age"),
            ({"eyes": "1", "age": "\u0663"}, "value_not_allowed", "/age"),
            ({"eyes": "1", "glasses": "perhaps"}, "value_not_allowed", "/glasses"),
            ({"eyes": "1", "place": "Berlin"}, "value_not_allowed", "/place"),
            ({"eyes": "1", "place": "95.0,13.4"}, "value_not_allowed", "/place"),
            ({"eyes": "1", "day": "30.11.2026"}, "value_not_allowed", "/day"),
            ({"eyes": "1", "day": "2026-02-30"}, "value_not_allowed", "/day"),
            ({"age": "3"}, "value_missing", "/eyes"),
        ],
    )
    def test_others_are_refused_with_their_place(self, cells: dict[str, str], code: str, pointer: str) -> None:
        with pytest.raises(ValueRefused) as refused:
            fit(cells, SCHEMA)
        assert (refused.value.code, refused.value.pointer) == (code, pointer)

    def test_the_message_names_the_allowed_values(self) -> None:
        with pytest.raises(ValueRefused, match="'9' is not one of 1, 2"):
            fit({"eyes": "9"}, SCHEMA)

    def test_but_no_other_persons(self) -> None:
        schema = {"subject": Attribute(type="enum", values=["ann-0417", "bob"])}
        with pytest.raises(ValueRefused, match=r"^'cara' is not one of those that the schema names$"):
            fit({"subject": "cara"}, schema)


class TestInferSchema:
    @pytest.mark.parametrize(
        ("values", "kind"),
        [
            (["1", "2.5"], "number"),
            (["true", "False"], "bool"),
            (["1", "x"], "text"),
            (["52.52,13.4", "-33.9,151.2"], "geo"),
            (["1,5", "2,25"], "text"),
            (["52.52,13.4", "here"], "text"),
            (["2026-11-30", "1999-01-01"], "date"),
            (["2026-11-30", "2026-02-30"], "text"),
            (["true", "1"], "text"),
            ([], "text"),
        ],
    )  # fmt: skip
    def test_narrowest_type_that_all_values_fit(self, values: list[str], kind: str) -> None:
        assert infer_schema(["a"], [{"a": value} for value in values])["a"].type == kind

    def test_whom_an_image_shows_is_private(self) -> None:
        found = infer_schema(["subject", "person", "eyes"], [])
        assert [name for name, one in found.items() if one.private] == ["subject", "person"]

    def test_missing_values_do_not_count(self) -> None:
        assert infer_schema(["a"], [{"a": "1"}, {}])["a"].type == "number"

    @pytest.mark.parametrize("name", ["a:b", "1st", "hair colour", "", "x" * 65, "\u00e9"])
    def test_name_that_no_filter_could_spell(self, name: str) -> None:
        with pytest.raises(BadArchive, match="letters, digits"):
            infer_schema([name], [])


class TestFitChange:
    SCHEMA: ClassVar = {"eyes": Attribute(type="enum", values=["1"], required=True), "glasses": Attribute(type="bool")}

    def test_values_are_kept_as_a_manifest_has_them(self) -> None:
        assert fit_change("glasses", "Yes", self.SCHEMA) == "true"
        assert fit_change("glasses", None, self.SCHEMA) is None

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [("eyes", "2", "value_not_allowed"), ("eyes", None, "value_missing"), ("nose", "1", "unknown_attribute"),
         ("nose", None, "unknown_attribute")],
    )  # fmt: skip
    def test_others_are_refused_with_their_attribute(self, name: str, value: str | None, code: str) -> None:
        with pytest.raises(ValueRefused) as refused:
            fit_change(name, value, self.SCHEMA)
        assert (refused.value.code, refused.value.pointer) == (code, f"/{name}")
