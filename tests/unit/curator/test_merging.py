"""Merged rows: each image once, numbered on, with the attributes of the dataset that takes in."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from maskeraid_core.blobs import Blobs, image_key, thumbnail_key
from maskeraid_core.documents.datasets import Attribute, Dataset, DatasetVersion, Role
from maskeraid_core.errors import InputGone
from maskeraid_core.ids import image_id, new_id
from maskeraid_core.repositories.repository import now
from maskeraid_curator.drafts import Before
from maskeraid_curator.merging import Part, copy_images, joined, merged

EYES = {"eyes": Attribute(type="enum", values=["1", "2"])}


def dataset(**facts: Any) -> Dataset:  # noqa: ANN401 any field
    return Dataset(id=new_id("ds"), tenant="ten_1", name="all", created_at=now(), updated_at=now(), **facts)


def part(*digests: str, tenant: str = "ten_1", eyes: str = "1", **columns: Any) -> Part:  # noqa: ANN401 any column
    numbers = range(3, 3 + len(digests))
    rows = pl.DataFrame(
        {
            "row": numbers, "id": [str(number) for number in numbers], "file": [f"{digest}.png" for digest in digests],
            "sha256": digests, "width": [32] * len(digests), "bytes": [1] * len(digests), **columns,
        }
    ).with_columns(pl.lit(eyes).alias("attr:eyes"))  # fmt: skip
    version = DatasetVersion(
        id="ds_1:1", tenant=tenant, dataset_id="ds_1", version=1, parent_version=0, import_id="imp_1", role=Role.TRAIN,
        image_count=len(digests), sides=[32], manifest_key="m", manifest_sha256="0", bytes=1, attributes=EYES,
        created_at=now(),
    )  # fmt: skip
    return Part("part", Role.TRAIN, version, rows)


def nothing(**facts: Any) -> Before:  # noqa: ANN401 any field
    return Before(dataset(**facts), pl.DataFrame(), 0)


class TestRows:
    def test_of_all_parts_become_one_list_with_numbers_of_its_own(self) -> None:
        start = nothing()
        draft = merged(joined([part("a", "b"), part("c", eyes="2")], EYES), EYES, start)
        assert draft.manifest.select("row", "id", "file", "attr:eyes").rows() == [
            (1, image_id(start.dataset.id, 1), "a.png", "1"), (2, image_id(start.dataset.id, 2), "b.png", "1"),
            (3, image_id(start.dataset.id, 3), "c.png", "2"),
        ]  # fmt: skip
        assert draft.report["outcome"].to_list() == ["accepted"] * 3
        assert not {"part", "old_row", "import_row", "identity"} & set(draft.manifest.columns)

    def test_an_image_counts_once_over_all_parts_and_the_dataset(self) -> None:
        first = merged(joined([part("a", "b")], EYES), EYES, nothing())
        again = Before(first.before.dataset, first.manifest, 5)
        draft = merged(joined([part("b", "c"), part("c", "d")], EYES), EYES, again)
        assert draft.manifest.select("row", "sha256").rows() == [(1, "a"), (2, "b"), (6, "c"), (7, "d")]
        told = draft.report.select("row", "outcome", "detail").rows()
        assert [row[1] for row in told] == ["duplicate", "accepted", "duplicate", "accepted"]
        assert "the same image as b.png" in told[0][2]
        assert "the same image as c.png" in told[2][2]
        assert not merged(joined([part("a")], EYES), EYES, again).is_change

    def test_equal_pictures_with_another_truth_are_no_duplicates(self) -> None:
        hidden = part("a", "a", covering_sha256=["c", "c"], twin_sha256=["x", "y"])
        assert merged(joined([hidden, part("a")], EYES), EYES, nothing()).manifest.height == 3

    def test_that_do_not_fit_are_refused_and_others_taken(self) -> None:
        schema = {"eyes": Attribute(type="enum", values=["2"]), "age": Attribute(type="number")}
        draft = merged(joined([part("a"), part("b", eyes="2")], schema), schema, nothing(attributes=schema))
        assert draft.manifest.select("file", "attr:eyes", "attr:age").rows() == [("b.png", "2", "")]
        assert draft.report.select("outcome", "code", "pointer").rows() == [
            ("rejected", "value_not_allowed", "/eyes"), ("accepted", None, None),
        ]  # fmt: skip

    def test_that_misfit_twice_are_told_of_once(self) -> None:
        schema = {"eyes": Attribute(type="enum", values=["2"]), "age": Attribute(required=True)}
        draft = merged(joined([part("a", "b")], schema), schema, nothing(attributes=schema))
        assert draft.report.select("row", "pointer").rows() == [(1, "/eyes"), (2, "/eyes")]

    def test_attributes_that_the_dataset_lacks_stay_behind(self) -> None:
        schema = {"age": Attribute(type="number")}
        draft = merged(joined([part("a")], schema), schema, nothing(attributes=schema))
        assert [name for name in draft.manifest.columns if name.startswith("attr:")] == ["attr:age"]

    def test_other_columns_travel_and_near_duplicates_are_found_again(self) -> None:
        near = part("a", "b", "c", near_duplicate_of=[None, 3, 9], look=[b"1", b"2", b"3"])
        draft = merged(joined([part("x"), near], EYES), EYES, nothing())
        assert draft.manifest.select("row", "near_duplicate_of", "look").rows() == [
            (1, None, None), (2, None, b"1"), (3, 2, b"2"), (4, None, b"3"),
        ]  # fmt: skip


class TestImages:
    async def test_of_another_tenant_are_written_under_our_own_keys(self, tmp_path: Path) -> None:
        blobs = Blobs(f"file://{tmp_path}")
        theirs = part("a", "b", tenant="ten_2", covering_sha256=["c", None])
        for digest in "abc":
            await blobs.put(image_key("ten_2", digest), digest.encode())
        await blobs.put(thumbnail_key("ten_2", "a"), b"small")
        await copy_images(blobs, [theirs, part("z")], "ten_1")
        assert [await blobs.get(image_key("ten_1", digest)) for digest in "abc"] == [b"a", b"b", b"c"]
        assert await blobs.get(thumbnail_key("ten_1", "a")) == b"small"
        assert not await blobs.exists(thumbnail_key("ten_1", "b"))

    async def test_that_are_gone_stop_the_import(self, tmp_path: Path) -> None:
        with pytest.raises(InputGone):
            await copy_images(Blobs(f"file://{tmp_path}"), [part("a", tenant="ten_2")], "ten_1")
