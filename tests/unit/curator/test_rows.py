"""Rows of a next version: the parent's stay, new ones are numbered on, duplicates are kept once."""

import io
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.unit.faces.jittered import COPIES

from maskeraid_core.ids import image_id, new_id
from maskeraid_core.manifests import MEASURED, facets, read_manifest, write_manifest
from maskeraid_curator.rows import Accepted, merge
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.measures import measure

DATASET = new_id("ds")
NONE = pl.DataFrame()  # the parent of a first version


def row(number: int, digest: str, **facts: Any) -> Accepted:  # noqa: ANN401  any field
    return Accepted(number, f"{number}.png", facts.pop("attributes", {}), digest, 100, 32, 32, False, **facts)


class TestMerge:
    def test_new_rows_follow_the_parents_numbers(self) -> None:
        parent, _ = merge(DATASET, NONE, [row(1, "a"), row(2, "b")])
        rows, duplicates = merge(DATASET, parent, [row(1, "c")])
        assert not duplicates
        assert [(one["row"], one["id"], one["sha256"]) for one in rows.to_dicts()] == [
            (1, image_id(DATASET, 1), "a"), (2, image_id(DATASET, 2), "b"), (3, image_id(DATASET, 3), "c"),
        ]  # fmt: skip

    def test_first_of_equal_images_is_kept(self) -> None:
        rows, duplicates = merge(DATASET, NONE, [row(1, "a"), row(2, "a"), row(3, "b")])
        assert rows["sha256"].to_list() == ["a", "b"]
        assert [(one.row, one.code) for one in duplicates] == [(2, "duplicate")]
        assert "1.png" in duplicates[0].detail

    def test_test_faces_with_different_truth_are_no_duplicates(self) -> None:
        hidden = [row(1, "a", covering_sha256="c", twin_sha256="x"), row(2, "a", covering_sha256="c", twin_sha256="y")]
        rows, duplicates = merge(DATASET, NONE, hidden)
        assert (rows.height, len(duplicates)) == (2, 0)
        assert len(merge(DATASET, rows, hidden)[1]) == 2

    def test_attribute_of_a_later_import_is_missing_in_earlier_rows(self) -> None:
        parent, _ = merge(DATASET, NONE, [row(1, "a", attributes={"eyes": "1"})])
        rows, _ = merge(DATASET, parent, [row(1, "b", attributes={"nose": "2"})])
        manifest = read_manifest(write_manifest(rows))
        assert manifest["attr:eyes"].to_list() == ["1", ""]
        assert {one["attribute"]: one["distinct"] for one in facets(manifest)} == {"eyes": 1, "nose": 1}

    def test_what_was_measured_is_kept_and_missing_where_an_older_version_lacks_it(self) -> None:
        older = pl.DataFrame([{"row": 1, "id": "i", "file": "1.png", "sha256": "a", "covering_sha256": None,
                               "twin_sha256": None}])  # fmt: skip
        packed = io.BytesIO()
        older.write_parquet(packed)
        parent = read_manifest(packed.getvalue())
        measures = measure(np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8))
        manifest = read_manifest(write_manifest(merge(DATASET, parent, [row(1, "b", measures=measures)])[0]))
        old, new = manifest.to_dicts()
        assert [old[name] for name in MEASURED] == [None] * len(MEASURED)
        assert new["quality:sharpness"] == pytest.approx(measures.sharpness)
        assert (new["quality:warnings"], new["look"], new["phash"]) == ([], measures.look, measures.phash)

    def test_near_duplicates_are_marked_with_the_row_that_they_resemble(self) -> None:
        faces = [draw_lifelike_face(48, np.random.default_rng(seed)) for seed in (1, 2)]
        parent, _ = merge(DATASET, NONE, [row(1, "a", measures=measure(faces[0]))])
        copies = [row(1, "b", measures=measure(COPIES["repacked"](faces[0]))), row(2, "c", measures=measure(faces[1]))]
        rows, duplicates = merge(DATASET, parent, copies)
        assert rows["near_duplicate_of"].to_list() == [None, 1, None]
        assert not duplicates
        kept, dropped = merge(DATASET, parent, copies, drops_near_duplicates=True)
        assert kept["sha256"].to_list() == ["a", "c"]
        assert [(one.row, one.code) for one in dropped] == [(1, "near_duplicate")]

    def test_drawn_faces_are_no_near_duplicates_of_one_another(self) -> None:
        drawn = [row(n, str(n), measures=measure(face)) for n, face in enumerate(draw_faces("faces-light").images)]
        assert merge(DATASET, NONE, drawn)[0]["near_duplicate_of"].is_null().all()

    def test_covered_copies_are_not_compared(self) -> None:
        same = measure(draw_lifelike_face(48, np.random.default_rng(1)))
        rows, _ = merge(DATASET, NONE, [row(n, str(n), measures=same, covering_sha256=str(n)) for n in range(3)])
        assert rows["near_duplicate_of"].is_null().all()

    def test_parent_read_back_from_its_manifest_merges_the_same(self) -> None:
        parent, _ = merge(DATASET, NONE, [row(1, "a", attributes={"eyes": "1"})])
        read_back = read_manifest(write_manifest(parent))
        merged = [merge(DATASET, one, [row(1, "a")]) for one in (read_back, parent)]
        assert merged[0][0].to_dicts() == merged[1][0].to_dicts()
        assert merged[0][1] == merged[1][1]
