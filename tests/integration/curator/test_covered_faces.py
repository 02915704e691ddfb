"""Covered copies of clean faces, on real stores: what they wear, and the truth that comes with each."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.factories import make_job
from tests.integration.curator.test_importing import TENANT, Curator, png

from maskeraid_core.blobs import image_key, thumbnail_key
from maskeraid_core.documents.datasets import (
    COVERING_ATTRIBUTE,
    FAMILIES,
    Attribute,
    CoveredFaces,
    Dataset,
    ImportSpec,
    Role,
)
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.marks import SourceType, xmp_packet
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_faces.png import encode_png


@pytest.fixture
def curator(port: PortalStores) -> Iterator[Curator]:
    opened = Curator(port)
    yield opened
    opened.worker.close()


@pytest.fixture
def clean(curator: Curator) -> Dataset:
    """125 drawn faces."""
    dataset = curator.add_dataset("clean")
    assert curator.imported(dataset, generator="faces-light").status is JobStatus.SUCCEEDED
    return curator.latest(dataset)[0]


def order(curator: Curator, into: Dataset, of: Dataset, **wanted: Any) -> Job:  # noqa: ANN401 any field
    facts = {"version": 1, "families": list(FAMILIES), "seed": 7} | wanted
    covered = CoveredFaces(dataset_id=of.id, **facts)
    spec = ImportSpec(dataset_id=into.id, source="coverings", covered=covered)
    job = make_job(JobKind.IMPORT, TENANT, spec=spec.model_dump(mode="json"))
    return curator.port.call(JobRepository(curator.stores.database, TENANT).accept, job)


def cover(curator: Curator, into: Dataset, of: Dataset, **wanted: Any) -> Job:  # noqa: ANN401 any field
    return curator.carry_out(order(curator, into, of, **wanted))


def pixels(curator: Curator, digest: str) -> np.ndarray:
    data = curator.port.call(curator.stores.blobs.get, image_key(TENANT, digest), digest)
    return np.asarray(Image.open(io.BytesIO(data)))


class TestCopies:
    def test_bring_their_truth_and_the_attributes_of_their_twins(self, curator: Curator, clean: Dataset) -> None:
        target = curator.add_dataset(role=Role.TEST)
        job = cover(curator, target, clean)
        assert job.status is JobStatus.SUCCEEDED, job.error
        assert job.result is not None
        counts = {name: job.result[name] for name in ("version", "imported", "rejected", "duplicates")}
        assert counts == {"version": 1, "imported": 125, "rejected": 0, "duplicates": 0}
        after, _, rows = curator.latest(target)
        assert after.attributes["covering"] == COVERING_ATTRIBUTE
        assert after.attributes["eyes"] == clean.attributes["eyes"]
        twins = {row["sha256"]: row for row in curator.latest(clean)[2]}
        for row in rows[::10]:
            image, covering = pixels(curator, row["sha256"]), pixels(curator, row["covering_sha256"]) > 0
            twin = pixels(curator, row["twin_sha256"])
            assert np.array_equal(image[~covering], twin[~covering])
            assert covering.any()
            assert not np.array_equal(image, twin)
            plain = twins[row["twin_sha256"]]
            assert {name: row[name] for name in plain if name.startswith("attr:")} == {
                name: value for name, value in plain.items() if name.startswith("attr:")
            }
            assert row["file"] == plain["file"].replace(".png", f"_{row['attr:covering']}.png")
        assert len({row["attr:covering"] for row in rows}) > 6

    def test_of_a_generated_face_stay_marked(self, curator: Curator) -> None:
        drawn, target = curator.add_dataset("let in"), curator.add_dataset(role=Role.TEST)
        marked = encode_png(np.full((32, 32, 3), 90, np.uint8), xmp=xmp_packet("0.2", SourceType.COMPOSITE))
        files = curator.store("a.png", png(1)), curator.store("b.png", marked)
        curator.imported(drawn, *files, allow_generated=True)
        cover(curator, target, drawn)
        assert [row["generated"] for row in curator.latest(target)[2]] == [None, True]

    def test_wear_only_what_is_asked_for(self, curator: Curator, clean: Dataset) -> None:
        target = curator.add_dataset(role=Role.TEST)
        cover(curator, target, clean, families=["hat", "bar"], where=["eyes:2", "nose:3"])
        rows = curator.latest(target)[2]
        assert {row["attr:covering"] for row in rows} == {"hat", "bar"}
        assert {(row["attr:eyes"], row["attr:nose"]) for row in rows} == {("2", "3")}
        assert len(rows) == 5

    def test_of_one_seed_are_the_same_whatever_others_are_covered(self, curator: Curator, clean: Dataset) -> None:
        target, other = (curator.add_dataset(name, role=Role.TEST) for name in ("a", "b"))
        cover(curator, target, clean)
        cover(curator, other, clean, where=["eyes:2"])
        everything = {row["twin_sha256"]: row["sha256"] for row in curator.latest(target)[2]}
        assert {row["twin_sha256"]: row["sha256"] for row in curator.latest(other)[2]}.items() <= everything.items()
        again = cover(curator, target, clean)
        assert again.result is not None
        assert (again.result["imported"], again.result["duplicates"]) == (0, 125)
        differently = cover(curator, target, clean, seed=8)
        assert differently.result is not None
        assert (differently.result["version"], differently.result["imported"]) == (2, 125)

    def test_of_large_images_have_thumbnails(self, curator: Curator) -> None:
        large, target = curator.add_dataset("large"), curator.add_dataset(role=Role.TEST)
        curator.imported(large, curator.store("a.png", png(0, (256, 256))))
        cover(curator, target, large)
        (row,) = curator.latest(target)[2]
        small = curator.port.call(curator.stores.blobs.get, thumbnail_key(TENANT, row["sha256"]))
        assert Image.open(io.BytesIO(small)).size == (128, 128)

    def test_join_what_the_dataset_has(self, curator: Curator, clean: Dataset) -> None:
        target = curator.add_dataset("mixed", role=Role.TEST)
        curator.imported(target, curator.store("0.png", png(0)))
        cover(curator, target, clean, where=["eyes:1"])
        after, version, rows = curator.latest(target)
        assert (after.latest_version, version.image_count) == (2, 26)
        assert rows[0]["attr:covering"] == ""
        assert all(row["attr:covering"] for row in rows[1:])
        assert after.attributes["covering"] == COVERING_ATTRIBUTE


class TestRefusals:
    def test_rows_that_do_not_fit_the_dataset_say_why(self, curator: Curator, clean: Dataset) -> None:
        schema = {"eyes": Attribute(type="enum", values=["1"])}
        target = curator.add_dataset("few", role=Role.TEST, attributes=schema)
        job = cover(curator, target, clean)
        assert job.result is not None
        assert (job.result["imported"], job.result["rejected"]) == (25, 100)
        assert {(row["code"], row["pointer"]) for row in job.result["rejected_rows"]} == {
            ("value_not_allowed", "/eyes")
        }
        ((code, detail),) = [(warning["code"], warning["detail"]) for warning in job.warnings]
        assert code == "unknown_column"
        assert "hair_colour" in detail

    def test_faces_that_are_covered_are_not_covered_again(self, curator: Curator, clean: Dataset) -> None:
        covered, target = (curator.add_dataset(name, role=Role.TEST) for name in ("once", "twice"))
        cover(curator, covered, clean, where=["eyes:1"])
        job = cover(curator, target, covered)
        assert job.error is not None
        assert job.error.code == "all_rows_rejected"
        assert job.error.facts["rejected_rows"][0]["code"] == "already_covered"

    def test_a_dataset_that_was_deleted_fails_it(self, curator: Curator, clean: Dataset) -> None:
        job = order(curator, curator.add_dataset(role=Role.TEST), clean)
        assert curator.port.call(curator.datasets.delete, clean.id)
        failed = curator.carry_out(job)
        assert failed.error is not None
        assert (failed.error.code, failed.error.message) == ("input_gone", f"the dataset {clean.id} is gone")

    def test_a_dataset_to_train_on_is_warned_of(self, curator: Curator, clean: Dataset) -> None:
        job = cover(curator, curator.add_dataset("train"), clean, where=["eyes:1"])
        assert [warning["code"] for warning in job.warnings] == ["covered_faces"]
        assert cover(curator, curator.add_dataset("test", role=Role.TEST), clean, where=["eyes:1"]).warnings == []
