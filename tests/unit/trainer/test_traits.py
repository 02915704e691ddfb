"""What a model promises follows from the attributes of its training faces."""

import numpy as np
import polars as pl
import pytest

from maskeraid_core.documents.datasets import Attribute
from maskeraid_trainer.judging import labelled_faces
from maskeraid_trainer.training_faces import TrainingFaces
from maskeraid_trainer.traits import Traits, traits_of

ENUM = Attribute(type="enum", values=["1", "2", "3"])


def traits(schema: dict[str, Attribute] | None = None, **columns: list[str]) -> Traits:
    rows = pl.DataFrame({f"attr:{name}": values for name, values in columns.items()})
    return traits_of(rows, dict.fromkeys(columns, ENUM) if schema is None else schema)


class TestGuarantees:
    def test_one_value_in_all_faces_is_one(self) -> None:
        assert traits(hair=["blond"] * 3).guarantees == [{"attribute": "hair", "value": "blond", "images": 3}]

    def test_a_face_without_the_value_breaks_it(self) -> None:
        found = traits(hair=["blond", "", "blond"])
        assert (found.guarantees, found.varies) == ([], [])

    @pytest.mark.parametrize("name", ["split", "Data_Split", "source", "image_id", "file_name"])
    def test_what_describes_files_is_no_trait(self, name: str) -> None:
        found = traits({name: Attribute()}, **{name: ["train"] * 3})
        assert (found.guarantees, found.varies) == ([], [])
        assert len(traits({name: ENUM}, **{name: ["1"] * 3}).guarantees) == 1  # somebody has said that it is one

    @pytest.mark.parametrize("kind", [Attribute(private=True), Attribute(type="geo"), Attribute(type="date")])
    def test_what_is_private_or_tells_where_and_when_is_none(self, kind: Attribute) -> None:
        found = traits({"tone": kind, "eyes": kind}, tone=["a"] * 2, eyes=["a", "b"])
        assert (found.guarantees, found.varies) == ([], [])

    @pytest.mark.parametrize("name", ["subject", "person"])
    def test_whom_faces_show_is_none(self, name: str) -> None:
        assert traits(**{name: ["ann"] * 3}).guarantees == []
        assert traits(**{name: ["ann", "bob"]}).varies == []

    def test_a_number_is_none(self) -> None:
        assert traits({"age": Attribute(type="number")}, age=["30"] * 3).guarantees == []

    def test_a_text_may_be_one(self) -> None:
        assert len(traits({"tone": Attribute()}, tone=["light"] * 3).guarantees) == 1


class TestLabels:
    def test_of_texts_only_what_all_faces_share_and_no_file_is_told(self) -> None:
        """By resemblance, that is; numbers are not counted."""
        columns = {"split": ["train"] * 3, "tone": ["light"] * 3, "note": ["a", "b", "c"], "age": ["30"] * 3}
        rows = pl.DataFrame({"sha256": ["0", "1", "2"], **{f"attr:{name}": cells for name, cells in columns.items()}})
        schema = dict.fromkeys(columns, Attribute()) | {"age": Attribute(type="number")}
        faces = TrainingFaces(np.zeros((3, 16, 16, 3), np.uint8), rows, schema)
        labelled = labelled_faces(faces, np.ones(3, np.bool_), np.arange(3))
        assert list(labelled.values) == ["tone"]


class TestVaries:
    def test_values_are_counted_without_the_missing(self) -> None:
        assert traits(eyes=["1", "2", "", "2"]).varies == [{"attribute": "eyes", "values": 2}]

    def test_combinations_are_those_that_the_values_allow(self) -> None:
        assert traits(eyes=["1", "2", "3"], nose=["1", "1", "2"], hair=["1", "1", "1"]).combinations == 6

    def test_numbers_and_texts_do_not_combine(self) -> None:
        schema = {"age": Attribute(type="number"), "eyes": ENUM, "note": Attribute()}
        found = traits(schema, age=["30", "9.5"], eyes=["1", "2"], note=["a", "b"])
        assert ([row["attribute"] for row in found.varies], found.combinations) == (["age", "eyes", "note"], 2)
        assert found.varies[0] == {"attribute": "age", "values": 2, "least": 9.5, "most": 30}

    def test_texts_of_many_values_are_names_or_notes(self) -> None:
        assert traits({"note": Attribute()}, note=[str(number) for number in range(66)]).varies == []

    def test_nothing_to_count_is_said_so(self) -> None:
        assert traits(hair=["blond", "blond"]).combinations is None
