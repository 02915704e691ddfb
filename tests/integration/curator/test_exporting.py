"""Exports on real stores: what comes back from them, that they are the same each time, and that none is half there."""

import csv
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.factories import make_job
from tests.integration.curator.test_covered_faces import cover
from tests.integration.curator.test_importing import TENANT, Curator, packed, photograph, png
from tests.unit.curator.zips import Member, build

from maskeraid_core import failpoints
from maskeraid_core.blobs import image_key, sha256_hex
from maskeraid_core.documents.datasets import Attribute, Dataset, Role
from maskeraid_core.documents.exports import ExportSpec
from maskeraid_core.documents.grants import Grant
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.datasets import DatasetRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import JobAction
from maskeraid_curator import exporting
from maskeraid_faces.images import to_network

MANIFEST = """file,eyes,age,note,is_old
a.png,1,-5,=1+1,true
b.png,2,30,"say ""hi"", twice",false
c.png,1,,'@x,
d.png,,1e3,plain,true
"""
SCHEMA = {
    "eyes": Attribute(type="enum", values=["1", "2"]), "age": Attribute(type="number"), "note": Attribute(),
    "is_old": Attribute(type="bool"),
}  # fmt: skip


@pytest.fixture
def curator(port: PortalStores) -> Iterator[Curator]:
    opened = Curator(port)
    yield opened
    opened.worker.close()


def fill(curator: Curator, name: str = "our faces", **facts: Any) -> Dataset:  # noqa: ANN401 any field
    """Four faces with attributes that are no trouble to nobody but spreadsheets."""
    dataset = curator.add_dataset(name, attributes=SCHEMA, **facts)
    members = [Member(b"%c.png" % (97 + index), png(index)) for index in range(4)]
    archive = build([*members, Member(b"manifest.csv", MANIFEST.encode(), method=8)])
    assert curator.imported(dataset, curator.store("a.zip", archive)).status is JobStatus.SUCCEEDED
    return curator.latest(dataset)[0]


def order(curator: Curator, dataset: Dataset, **wanted: Any) -> Job:  # noqa: ANN401 any field
    facts = {"version": dataset.latest_version, "format": "folder", "name": "a.zip"} | wanted
    spec = ExportSpec(dataset_id=dataset.id, **facts)
    job = make_job(JobKind.EXPORT, TENANT, spec=spec.model_dump(mode="json"))
    return curator.port.call(JobRepository(curator.stores.database, TENANT).accept, job)


def carry_out(curator: Curator, job: Job, is_leaving: threading.Event | None = None) -> Job:
    claim = curator.worker.claim(job.id)
    assert claim is not None
    with curator.worker.holding(claim) as held:
        exporting.carry_out(held, curator.port, is_leaving or threading.Event())
    return curator.job(job.id)


def content(curator: Curator, job: Job) -> bytes:
    assert job.status is JobStatus.SUCCEEDED, job.error
    assert job.result is not None
    data = curator.port.call(curator.stores.blobs.get, job.result["key"], job.result["sha256"])
    assert len(data) == job.result["bytes"]
    return bytes(data)


def exported(curator: Curator, dataset: Dataset, **wanted: Any) -> zipfile.ZipFile:  # noqa: ANN401 any field
    return zipfile.ZipFile(io.BytesIO(content(curator, carry_out(curator, order(curator, dataset, **wanted)))))


def objects(curator: Curator, job: Job) -> list[str]:
    return list(curator.port.call(curator.stores.blobs.keys, f"t/{TENANT}/jobs/{job.id}"))


def stored_pixels(curator: Curator, digest: str) -> np.ndarray:
    return pixels(curator.port.call(curator.stores.blobs.get, image_key(TENANT, digest), digest))


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def facts(curator: Curator, dataset: Dataset) -> list[tuple[Any, ...]]:
    """What a version says of its images, beside their digests; a PNG may be packed otherwise."""
    return [
        (row["file"], {name: row[name] for name in row if name.startswith("attr:")}, row["width"], row["grey"])
        for row in curator.latest(dataset)[2]
    ]


class TestFolder:
    @pytest.mark.parametrize("schema", [SCHEMA, {}], ids=["with its schema", "as inferred"])
    def test_an_import_of_it_gives_the_same_version(self, curator: Curator, schema: dict[str, Attribute]) -> None:
        dataset, again = fill(curator), curator.add_dataset("again", role=Role.TEST, attributes=schema)
        data = content(curator, carry_out(curator, order(curator, dataset)))
        job = curator.imported(again, curator.store("export.zip", data))
        assert job.result is not None
        assert {job.result[name] for name in ("rejected", "duplicates", "unlisted")} == {0}
        assert job.warnings == []
        assert facts(curator, again) == facts(curator, dataset)
        rows = zip(curator.latest(dataset)[2], curator.latest(again)[2], strict=True)
        for old, new in rows:
            assert np.array_equal(stored_pixels(curator, old["sha256"]), stored_pixels(curator, new["sha256"]))

    def test_has_the_stored_images_and_no_formula(self, curator: Curator) -> None:
        dataset = fill(curator)
        archive = exported(curator, dataset)
        names = [f"images/{number:06d}.png" for number in range(1, 5)]
        assert archive.namelist() == ["croissant.json", "manifest.csv", "metadata.csv", *names]
        assert archive.testzip() is None
        for row, name in zip(curator.latest(dataset)[2], names, strict=True):
            assert np.array_equal(pixels(archive.read(name)), stored_pixels(curator, row["sha256"]))
        assert b"'=1+1" in archive.read("metadata.csv")
        for name in ("manifest.csv", "metadata.csv"):
            cells = csv.reader(io.StringIO(archive.read(name).decode(), newline=""))
            assert not [cell for line in cells for cell in line if cell.startswith(("=", "+", "@"))]

    def test_is_the_same_each_time(self, curator: Curator) -> None:
        dataset = fill(curator)
        first, second = (carry_out(curator, order(curator, dataset)) for _ in range(2))
        assert first.result is not None
        assert second.result is not None
        assert first.result["sha256"] == second.result["sha256"]
        assert first.result["key"] != second.result["key"]

    def test_of_a_filter_and_of_an_older_version(self, curator: Curator) -> None:
        dataset = fill(curator)
        curator.imported(dataset, curator.store("e.png", png(9)))
        archive = exported(curator, dataset, where=["eyes:1"])
        assert [name for name in archive.namelist() if "/" in name] == ["images/000001.png", "images/000003.png"]
        assert len(exported(curator, curator.latest(dataset)[0]).namelist()) == 3 + 5
        assert len(exported(curator, dataset, version=1).namelist()) == 3 + 4

    def test_tells_what_it_does(self, curator: Curator) -> None:
        job = carry_out(curator, order(curator, fill(curator)))
        assert [phase.name for phase in job.phases] == ["reading", "writing"]
        assert job.progress is not None
        assert (job.progress.current, job.progress.unit, job.progress.percent) == (4, "image", 100)

    def test_covered_faces_keep_what_is_known_of_them(self, curator: Curator) -> None:
        clean, target = fill(curator), curator.add_dataset("covered", role=Role.TEST)
        cover(curator, target, clean)
        curator.imported(target, curator.store("e.png", png(9)))
        target = curator.latest(target)[0]
        archive, rows = exported(curator, target), curator.latest(target)[2]
        table = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode(), newline="")))
        assert [line["covering.file"] for line in table] == [*(f"coverings/{n:06d}.png" for n in range(1, 5)), ""]
        for line, row in zip(table[:4], rows, strict=False):
            assert np.array_equal(
                pixels(archive.read(line["covering.file"])), stored_pixels(curator, row["covering_sha256"])
            )
            assert np.array_equal(pixels(archive.read(line["twin.file"])), stored_pixels(curator, row["twin_sha256"]))
        again = curator.add_dataset("again", role=Role.TEST)
        job = curator.imported(again, curator.store("export.zip", archive.fp.getvalue()))  # type: ignore[union-attr]
        assert job.result is not None
        assert (job.result["imported"], job.result["unlisted"]) == (5, 0)
        assert [one["code"] for one in job.warnings] == []
        assert facts(curator, again) == facts(curator, target)
        for old, new in zip(rows, curator.latest(again)[2], strict=True):
            for name in ("sha256", "covering_sha256", "twin_sha256"):
                assert (old[name] is None) == (new[name] is None)
                if old[name]:
                    assert np.array_equal(stored_pixels(curator, old[name]), stored_pixels(curator, new[name]))

    @pytest.mark.parametrize(
        ("truth", "detail"),
        [(None, "its twin is not in the archive"), (b"text", "its twin cannot be taken"),
         (png(0, (64, 64)), "its twin has another size: 64 x 64 pixels")],
        ids=["missing", "unreadable", "larger"],
    )  # fmt: skip
    def test_a_truth_that_does_not_fit_refuses_its_row(
        self, curator: Curator, truth: bytes | None, detail: str
    ) -> None:
        manifest = Member(b"manifest.csv", b"file,eyes,twin.file\na.png,1,t.png\nb.png,2,\n", method=8)
        members = [Member(b"a.png", png(0)), Member(b"b.png", png(1)), *([Member(b"t.png", truth)] if truth else [])]
        dataset = curator.add_dataset()
        job = curator.imported(dataset, curator.store("a.zip", build([*members, manifest])))
        first, second = curator.report(job)
        assert (first["outcome"], first["code"], first["pointer"]) == ("rejected", "bad_truth", "/twin.file")
        assert first["detail"].startswith(detail)
        assert second["outcome"] == "accepted"

    def test_truths_of_faces_that_are_cut_out_are_left_out(self, curator: Curator) -> None:
        photo = packed(photograph(120), "JPEG")
        manifest = Member(b"manifest.csv", b"file,twin.file\na.jpg,a.jpg\n", method=8)
        dataset = curator.add_dataset()
        archive = build([Member(b"a.jpg", photo), manifest])
        job = curator.imported(dataset, curator.store("a.zip", archive), detect_faces=True)
        assert "truth_left_out" in [one["code"] for one in job.warnings]
        assert curator.latest(dataset)[2][0]["twin_sha256"] is None


class TestTensors:
    def test_are_the_images_in_the_range_of_the_networks(self, curator: Curator) -> None:
        dataset = fill(curator)
        archive, rows = exported(curator, dataset, format="tensors"), curator.latest(dataset)[2]
        images, ids = (np.load(io.BytesIO(archive.read(name))) for name in ("images.npy", "ids.npy"))
        assert (images.dtype, images.shape) == (np.float32, (4, 32, 32, 3))
        assert ids.tolist() == [row["id"] for row in rows]
        for image, row in zip(images, rows, strict=True):
            assert np.array_equal(image, to_network(stored_pixels(curator, row["sha256"])))
        table = list(csv.DictReader(io.StringIO(archive.read("attributes.csv").decode(), newline="")))
        assert [line["id"] for line in table] == ids.tolist()
        assert [line["note"] for line in table] == ["'=1+1", 'say "hi", twice', "'@x", "plain"]
        assert archive.testzip() is None

    def test_of_covered_faces_have_their_truth(self, curator: Curator) -> None:
        clean, target = fill(curator), curator.add_dataset("covered", role=Role.TEST)
        curator.imported(target, curator.store("e.png", png(9)))
        cover(curator, target, clean)
        target = curator.latest(target)[0]
        archive = exported(curator, target, format="tensors")
        images, coverings, twins = (
            np.load(io.BytesIO(archive.read(f"{name}.npy"))) for name in ("images", "coverings", "twins")
        )
        assert (coverings.dtype, coverings.shape) == (np.bool_, (5, 32, 32))
        assert not coverings[0].any()
        assert coverings[1:].any(axis=(1, 2)).all()
        assert np.array_equal(images[~coverings], twins[~coverings])
        assert not np.array_equal(images[coverings], twins[coverings])

    def test_are_the_same_each_time(self, curator: Curator) -> None:
        dataset = fill(curator)
        results = [carry_out(curator, order(curator, dataset, format="tensors")).result or {} for _ in range(2)]
        assert results[0]["sha256"] == results[1]["sha256"]


class TestGenerated:
    @pytest.mark.parametrize("form", ["folder", "tensors"])
    def test_images_are_told_of_and_come_back_marked(self, curator: Curator, form: str) -> None:
        listed = b"file,image.generated\na.png,true\nb.png,false\n"
        members = [Member(b"a.png", png(1)), Member(b"b.png", png(2)), Member(b"manifest.csv", listed)]
        let_in = curator.add_dataset("let in")
        curator.imported(let_in, curator.store("a.zip", build(members)), allow_generated=True)
        job = carry_out(curator, order(curator, curator.latest(let_in)[0], format=form))
        archive = zipfile.ZipFile(io.BytesIO(content(curator, job)))
        about = json.loads(archive.read("croissant.json"))
        assert "1 of them were made, or a part of them, by a trained generator." in about["description"]
        if form == "folder":
            assert "generated" in {field["name"] for field in about["recordSet"][0]["field"]}
            again = curator.add_dataset("again")
            curator.imported(again, curator.store("b.zip", content(curator, job)), allow_generated=True)
            assert [row["generated"] for row in curator.latest(again)[2]] == [True, None]


class TestDescription:
    def test_has_what_croissant_requires(self, curator: Curator) -> None:
        """Source: Croissant Format Specification 1.0, the required properties of each class."""
        dataset = fill(curator, legal_basis="consent of everyone shown")
        archive = exported(curator, dataset)
        about = json.loads(archive.read("croissant.json"))
        assert about["conformsTo"] == "http://mlcommons.org/croissant/1.0"
        assert about["@type"] == "sc:Dataset"
        assert about["@context"]["@vocab"] == "https://schema.org/"
        assert about["name"] == "our faces"
        assert about["usageInfo"] == "Legal basis: consent of everyone shown"
        assert all(about[name] for name in ("description", "license", "url", "creator", "datePublished", "version"))
        by_id = {one["@id"]: one for one in about["distribution"]}
        table = by_id["metadata.csv"]
        assert table["@type"] == "cr:FileObject"
        assert table["contentSize"] == f"{len(archive.read('metadata.csv'))} B"
        assert by_id["images"] | {"includes": "images/*.png", "encodingFormat": "image/png"} == by_id["images"]
        (records,) = about["recordSet"]
        columns = archive.read("metadata.csv").decode().splitlines()[0].split(",")
        fields = {field["name"]: field for field in records["field"]}
        assert list(fields) == ["image", *columns]
        assert fields["age"]["dataType"] == "sc:Float"
        key = re.match(fields["file_name"]["source"]["transform"]["regex"], "images/000001.png")
        assert key is not None
        assert key[1] == "000001.png"
        assert {source for field in fields.values() for source in _sources(field)} == {"metadata.csv", "images"}
        assert len({field["@id"] for field in fields.values()} | {records["@id"], *by_id}) == len(fields) + 3

    def test_of_tensors_has_the_digests_of_all_files(self, curator: Curator) -> None:
        archive = exported(curator, fill(curator), format="tensors")
        about = json.loads(archive.read("croissant.json"))
        digests = {one["@id"]: one["sha256"] for one in about["distribution"]}
        assert sorted([*digests, "croissant.json"]) == sorted(archive.namelist())
        for name, digest in digests.items():
            assert sha256_hex(archive.read(name)) == digest


class TestOfAnother:
    """What a reader takes along of a dataset that is shared with it."""

    READER = "ten_2"

    def shared(self, curator: Curator, *, download: bool) -> Dataset:
        dataset = fill(curator)
        grant = Grant(reader=self.READER, download=download, given_at=now())
        schema = {name: one.model_dump() | {"private": name == "note"} for name, one in dataset.attributes.items()}
        facts = {"grants": [grant.model_dump()], "attributes": schema}
        return curator.port.call(DatasetRepository(curator.stores.database, TENANT).change, dataset.id, facts)

    def ordered(self, curator: Curator, dataset: Dataset) -> Job:
        spec = ExportSpec(dataset_id=dataset.id, version=dataset.latest_version, format="folder", name="a.zip")
        job = make_job(JobKind.EXPORT, self.READER, spec=spec.model_dump(mode="json"))
        return curator.port.call(JobRepository(curator.stores.database, self.READER).accept, job)

    def test_is_what_the_reader_sees(self, curator: Curator) -> None:
        dataset = self.shared(curator, download=True)
        archive = zipfile.ZipFile(io.BytesIO(content(curator, carry_out(curator, self.ordered(curator, dataset)))))
        (first, *_) = csv.DictReader(io.StringIO(archive.read("manifest.csv").decode(), newline=""))
        shown = {"eyes": "1", "age": "-5", "is_old": "true"}
        assert first == {"file": "images/000001.png", **shown, "original.file": "1.png"}
        assert np.array_equal(pixels(archive.read("images/000001.png")), pixels(png(0)))
        assert "note" not in archive.read("croissant.json").decode()

    def test_needs_leave_to_download(self, curator: Curator) -> None:
        job = carry_out(curator, self.ordered(curator, self.shared(curator, download=False)))
        assert job.error is not None
        assert (job.status, job.error.code) == (JobStatus.FAILED, "input_gone")


class TestEnds:
    def test_a_dataset_that_was_deleted_fails_it(self, curator: Curator) -> None:
        dataset = fill(curator)
        job = order(curator, dataset)
        assert curator.port.call(curator.datasets.delete, dataset.id)
        failed = carry_out(curator, job)
        assert failed.error is not None
        assert failed.error.code == "input_gone"

    def test_an_image_with_other_bytes_fails_it(self, curator: Curator) -> None:
        dataset = fill(curator)
        key = image_key(TENANT, curator.latest(dataset)[2][2]["sha256"])
        curator.port.call(curator.stores.blobs.put, key, b"other")
        job = carry_out(curator, order(curator, dataset))
        assert job.error is not None
        assert job.error.code == "artifact_corrupt"
        assert objects(curator, job) == []

    def test_cancelled_amid_its_work_it_leaves_nothing(self, curator: Curator, monkeypatch: pytest.MonkeyPatch) -> None:
        dataset = fill(curator)
        job = order(curator, dataset)
        monkeypatch.setattr("maskeraid_curator.export_reading.BATCH", 1)

        def cancel(name: str) -> None:
            if name == "export.part_written":
                moves = JobMoves(curator.stores.database)
                curator.port.call(moves.ask, curator.job(job.id), JobAction.CANCEL)
                (held,) = curator.worker._held
                held.changed.wait(20)

        monkeypatch.setattr(failpoints, "hit", cancel)
        ended = carry_out(curator, job)
        assert ended.status is JobStatus.CANCELLED
        assert objects(curator, job) == []

    def test_a_worker_that_leaves_hands_it_back(self, curator: Curator) -> None:
        job, leaving = order(curator, fill(curator)), threading.Event()
        leaving.set()
        back = carry_out(curator, job, leaving)
        assert (back.status, back.crashes) == (JobStatus.QUEUED, 0)
        assert objects(curator, job) == []


def _sources(field: dict[str, Any]) -> Iterator[str]:
    source = field["source"]
    yield (source.get("fileObject") or source["fileSet"])["@id"]
