"""Schemas of several datasets: what they agree on, and both names where they do not."""

from typing import Any

import pytest

from maskeraid_core.documents.datasets import Attribute, Dataset
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.ids import new_id
from maskeraid_core.repositories.repository import now
from maskeraid_core.uniting import united_schema


def target(**attributes: Attribute) -> Dataset:
    return Dataset(
        id=new_id("ds"), tenant="ten_1", name="all", attributes=attributes, created_at=now(), updated_at=now()
    )


def enum(*values: str, **facts: Any) -> Attribute:  # noqa: ANN401 any field
    return Attribute(type="enum", values=list(values), **facts)


class TestWithoutASchema:
    def test_enums_unite(self) -> None:
        parts = [("a", {"eyes": enum("1", "2")}), ("b", {"eyes": enum("2", "9"), "note": Attribute()})]
        assert united_schema(target(), parts) == {"eyes": enum("1", "2", "9"), "note": Attribute()}

    def test_what_all_require_is_required(self) -> None:
        needed = Attribute(required=True)
        parts = [("a", {"x": needed, "y": needed, "z": needed}), ("b", {"x": needed, "y": Attribute()})]
        united = united_schema(target(), parts)
        assert {name: one.required for name, one in united.items()} == {"x": True, "y": False, "z": False}

    def test_what_one_keeps_from_others_stays_with_the_owner_and_exact_is_what_all_keep_so(self) -> None:
        place = Attribute(type="geo", private=True, exact=True)
        for pair in ((place, Attribute(type="geo")), (Attribute(type="geo"), place)):
            parts = [(name, {"home": one}) for name, one in zip("ab", pair, strict=True)]
            assert united_schema(target(), parts)["home"] == Attribute(type="geo", private=True)

    def test_types_that_disagree_become_texts_where_that_is_asked_for(self) -> None:
        parts = [("a", {"age": Attribute(type="number")}), ("b", {"age": enum("old", private=True)})]
        assert united_schema(target(), parts, ["age"]) == {"age": Attribute(private=True)}
        assert united_schema(target(age=Attribute()), parts, ["age"]) == {"age": Attribute()}
        for name, own, why in (("eyes", {}, "No dataset"), ("age", {"age": Attribute(type="number")}, "stays so")):
            with pytest.raises(ValidationFailed, match=why):
                united_schema(target(**own), parts, [name])

    def test_types_that_disagree_name_both(self) -> None:
        parts = [("a", {"age": Attribute(type="number")}), ("b", {}), ("c", {"age": Attribute(type="bool")})]
        with pytest.raises(ValidationFailed, match="type number in a, and of type bool in c") as refused:
            united_schema(target(), parts)
        assert refused.value.facts["pointer"] == "/source/parts/2"


class TestWithASchema:
    def test_it_stays_as_it_is(self) -> None:
        own = target(eyes=enum("1"), note=Attribute())
        parts = [("a", {"eyes": enum("1", "2"), "note": Attribute(type="number"), "nose": enum("3")})]
        assert united_schema(own, parts) == own.attributes

    def test_another_type_is_refused(self) -> None:
        with pytest.raises(ValidationFailed, match="type number in all, and of type enum in a"):
            united_schema(target(eyes=Attribute(type="number")), [("a", {"eyes": enum("1")})])

    def test_what_it_requires_must_be_there(self) -> None:
        with pytest.raises(ValidationFailed, match="all needs age of every image"):
            united_schema(target(age=Attribute(required=True)), [("a", {"age": Attribute()}), ("b", {})])
