"""A name leaves what stays, where it stands as the value of an attribute that tells persons apart."""

from maskeraid_core.documents.datasets import Attribute
from maskeraid_core.documents.deletions import ERASED
from maskeraid_core.redacting import redacted, redacted_schema


class TestRedacted:
    def test_conditions_and_edits_on_who_is_shown(self) -> None:
        spec = {
            "where": ["subject:ann", 'person:"ann"', "hair:ann"],
            "edit": {"set": {"subject": "ann", "hair": "ann"}},
        }
        expected = [f"subject:{ERASED}", f"person:{ERASED}", "hair:ann"]
        assert redacted(spec, "ann") == {"where": expected, "edit": {"set": {"subject": ERASED, "hair": "ann"}}}

    def test_rows_of_a_card(self) -> None:
        assert redacted([{"attribute": "person", "value": "ann"}], "ann") == [{"attribute": "person", "value": ERASED}]
        assert redacted({"attribute": "subject", "values": ["ann", "bob"]}, "ann")["values"] == ["bob"]

    def test_the_same_word_elsewhere_stays(self) -> None:
        row = {"attribute": "hair", "value": "ann", "name": "ann"}
        assert redacted(row, "ann") == row


class TestSchema:
    def test_a_closed_set_loses_the_name_and_is_open_when_it_would_be_empty(self) -> None:
        both = {name: Attribute(type="enum", values=["ann", "bob"]) for name in ("subject", "hair")}
        found = redacted_schema({**both, "person": Attribute(type="enum", values=["ann"])}, "ann")
        assert found["subject"].values == ["bob"]
        assert found["hair"] == both["hair"]
        assert (found["person"].type, found["person"].values) == ("text", None)
