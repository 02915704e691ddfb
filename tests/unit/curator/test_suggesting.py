"""Suggested values of a version: which images get them, where they lie, and what is said where there are none."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from maskeraid_core.documents.datasets import Attribute, Dataset
from maskeraid_core.ids import new_id
from maskeraid_core.import_reports import make_report
from maskeraid_core.repositories.repository import now
from maskeraid_core.suggestions import suggestions_of
from maskeraid_curator import suggesting
from maskeraid_curator.drafts import Before, Draft
from maskeraid_curator.suggesting import SmallPictures, Suggesting
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.suggesting import small_picture

DRAWN = draw_faces("faces-light")
COUNT = len(DRAWN.images)
EYES = [row["eyes"] for row in DRAWN.attributes]
IS_HIDDEN = [row % 5 == 2 for row in range(COUNT)]
SCHEMA = {"eyes": Attribute(type="enum", values=["1", "2", "3", "4", "5"]), "note": Attribute()}


class Drawn(SmallPictures):
    """The drawn faces by their number."""

    def __init__(self, missing: Sequence[int] = ()) -> None:
        self.missing, self.asked = missing, list[str]()

    def read(self, digests: Sequence[str]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.uint8]]]:
        self.asked += digests
        places = [place for place, digest in enumerate(digests) if int(digest) not in self.missing]
        if places:
            yield np.array(places), np.stack([small_picture(DRAWN.images[int(digests[place])]) for place in places])


def draft(schema: dict[str, Attribute] | None = None, **columns: Any) -> Draft:  # noqa: ANN401 any column
    eyes = ["" if hidden else value for value, hidden in zip(EYES, IS_HIDDEN, strict=True)]
    rows = {"row": range(1, COUNT + 1), "sha256": [str(row) for row in range(COUNT)], "attr:eyes": eyes}
    manifest = pl.DataFrame({**rows, "attr:note": ["x"] * COUNT, **columns})
    dataset = Dataset(id=new_id("ds"), tenant="ten_1", name="faces", created_at=now(), updated_at=now())
    return Draft(Before(dataset, manifest, COUNT), manifest, schema or SCHEMA, make_report([]), is_change=False)


def suggest(before: Draft, pictures: Drawn | None = None) -> tuple[Draft, Suggesting]:
    wish = Suggesting(pictures or Drawn(), lambda: None)
    return wish.after(lambda _: before)(before.before), wish


class TestSuggested:
    def test_are_for_images_that_lack_a_value_and_for_no_others(self) -> None:
        before = draft()
        after, wish = suggest(before)
        told = [suggestions_of(row) for row in after.manifest.to_dicts()]
        assert [bool(one) for one in told] == IS_HIDDEN
        hidden = [row for row in range(COUNT) if IS_HIDDEN[row]]
        assert [told[row]["eyes"]["value"] for row in hidden] == [EYES[row] for row in hidden]
        assert all(0.5 < told[row]["eyes"]["confidence"] < 1 for row in hidden)
        assert after.manifest.select(before.manifest.columns).equals(before.manifest)
        assert after.manifest.schema["suggested_confidence:eyes"] == pl.Float32
        assert after.is_change
        (said,) = wish.suggested
        assert (said["attribute"], said["images"], said["learned_from"]) == ("eyes", 25, 100)
        assert said["accuracy_low"] >= 0.8
        assert wish.reasons == []

    @pytest.mark.parametrize("kind", ["text", "number"])
    def test_are_of_any_attribute_of_few_values_as_an_import_without_a_schema_has_them(self, kind: Any) -> None:  # noqa: ANN401
        after, wish = suggest(draft({"eyes": Attribute(type=kind), "note": Attribute()}))
        assert [(one["attribute"], one["images"]) for one in wish.suggested] == [("eyes", 25)]
        told = [suggestions_of(row) for row in after.manifest.to_dicts()]
        assert all(one["eyes"]["value"] == EYES[row] for row, one in enumerate(told) if one)

    def test_are_the_same_again_and_no_change(self) -> None:
        after, _ = suggest(draft())
        again, wish = suggest(Draft(after.before, after.manifest, SCHEMA, after.report, is_change=False))
        assert again.manifest.equals(after.manifest)
        assert not again.is_change
        assert wish.suggested

    def test_take_the_place_of_those_before(self) -> None:
        old = {"suggested:eyes": ["9"] * COUNT, "suggested_confidence:eyes": [0.5] * COUNT}
        gone = {"suggested:note": ["9"] * COUNT, "suggested_confidence:note": [0.5] * COUNT}
        after, _ = suggest(draft(**old, **gone))
        assert "9" not in after.manifest["suggested:eyes"].to_list()
        assert "suggested:note" not in after.manifest.columns

    def test_leave_out_images_that_are_gone(self) -> None:
        after, wish = suggest(draft(), Drawn(missing=[0, 2]))
        assert after.manifest["suggested:eyes"].to_list()[2] is None
        assert (wish.suggested[0]["images"], wish.suggested[0]["learned_from"]) == (24, 99)

    def test_are_learned_from_a_part_of_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(suggesting, "MOST_LEARNED_FROM", 60)
        pictures = Drawn()
        _, wish = suggest(draft(), pictures)
        assert [one["learned_from"] for one in wish.suggested] == [60]
        assert len(pictures.asked) == 60 + 25

    def test_of_persons_are_judged_by_others(self) -> None:
        """Everyone has eyes of one kind, so that five persons are too few to tell a kind by others' eyes."""
        _, wish = suggest(draft(**{"attr:subject": [f"person {value}" for value in EYES]}))
        assert "2 persons" in wish.reasons[0]


class TestNothing:
    @pytest.mark.parametrize(
        ("schema", "columns"),
        [({"note": Attribute(), "age": Attribute(type="number")}, {}), (SCHEMA, {"attr:eyes": EYES}),
         ({"subject": SCHEMA["eyes"]}, {"attr:subject": [""] * COUNT}),
         ({"covering": SCHEMA["eyes"]}, {"attr:covering": ["", "1", "2", "3", "4"] * 25}),
         ({"name": Attribute()}, {"attr:name": ["", *(f"name {row}" for row in range(1, COUNT))]})],
    )  # fmt: skip
    def test_to_learn(self, schema: dict[str, Attribute], columns: dict[str, Any]) -> None:
        before = draft(schema, **columns)
        after, wish = suggest(before)
        assert after.manifest.equals(before.manifest)
        assert (after.is_change, len(wish.reasons), wish.suggested) == (False, 1, [])
        assert "`enum` and `bool`" in wish.reasons[0]

    def test_of_luck_and_old_suggestions_go(self) -> None:
        luck = np.random.default_rng(1).choice(["1", "2", ""], COUNT).tolist()
        old = {"suggested:eyes": ["9"] * COUNT, "suggested_confidence:eyes": [0.5] * COUNT}
        after, wish = suggest(draft(**{"attr:eyes": luck}, **old))
        assert "suggested:eyes" not in after.manifest.columns
        assert after.is_change
        assert wish.reasons[0].startswith("eyes: nothing is suggested, for it is right for")

    def test_of_more_attributes_than_an_import_learns(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(suggesting, "MOST_ATTRIBUTES", 1)
        schema = {**SCHEMA, "lips": SCHEMA["eyes"]}
        _, wish = suggest(draft(schema, **{"attr:lips": ["", *EYES[1:]]}))
        assert [one["attribute"] for one in wish.suggested] == ["eyes"]
        assert wish.reasons[0].startswith("lips: nothing is suggested")

    def test_when_no_image_can_be_read(self) -> None:
        _, wish = suggest(draft(), Drawn(missing=range(COUNT)))
        assert wish.reasons == ["eyes: nothing is suggested, for no image with a value can be read"]


def test_pictures_are_kept_as_they_come_in_and_else_read() -> None:
    from tests.integration.curator.test_importing import png

    class Store:
        async def get_those_there(self, objects: Sequence[tuple[str, str | None]]) -> list[bytes | None]:
            asked.extend(objects)
            return [png(1) if digest == "b" else None for _, digest in objects]

    class Port:
        stores = type("Stores", (), {"blobs": Store()})

        def call(self, function: Any, *given: object) -> object:  # noqa: ANN401 any of the store's
            import asyncio

            return asyncio.run(function(*given))

    asked: list[tuple[str, str | None]] = []
    pictures = SmallPictures(cast(Any, Port()), "ten_1", lambda: None)
    pictures.keep([("t/ten_1/images/a.png", png(0)), ("t/ten_1/thumbnails/x.webp", b"no PNG")])
    ((places, found),) = pictures.read(["b", "a", "gone"])
    assert places.tolist() == [0, 1]
    assert (found[1] == small_picture(DRAWN.images[0])).all()
    assert (found[0] == small_picture(DRAWN.images[1])).all()
    assert asked == [("t/ten_1/images/b.png", "b"), ("t/ten_1/images/gone.png", "gone")]
