"""Imports on real stores: what becomes of rows and versions, and that nothing is half there."""

import hashlib
import io
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.factories import make_job
from tests.unit.curator.zips import Member, build

from maskeraid_core.blobs import image_key
from maskeraid_core.documents.datasets import Attribute, Dataset, DatasetVersion, ImportSpec, Role, StoredFile
from maskeraid_core.documents.deletions import Counts, Erasure
from maskeraid_core.ids import image_id, new_id
from maskeraid_core.import_reports import read_report, report_key
from maskeraid_core.jobs import Job, JobKind, JobStatus, QueueName
from maskeraid_core.manifests import read_manifest
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.erasures import ErasureRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import JobAction
from maskeraid_core.worker import Worker
from maskeraid_curator import importing
from maskeraid_curator.importing import carry_out
from maskeraid_curator.versions import make_version
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.png import encode_png
from maskeraid_inference.marking import Mark

TENANT = "ten_1"
Picture = NDArray[np.uint8]
FACES = draw_faces("faces-light")


def png(index: int, size: tuple[int, int] = (32, 32)) -> bytes:
    packed = io.BytesIO()
    Image.fromarray(FACES.images[index]).resize(size).save(packed, "PNG", compress_level=9)
    return packed.getvalue()


class Curator:
    """A tenant with a dataset, and a curator that carries out its imports."""

    def __init__(self, port: PortalStores) -> None:
        self.port = port
        self.stores = port.stores
        self.worker = Worker(port, QueueName.CURATOR)
        self.datasets = DatasetRepository(self.stores.database, TENANT)
        self.versions = DatasetVersionRepository(self.stores.database, TENANT)

    def add_dataset(self, name: str = "faces", **facts: Any) -> Dataset:  # noqa: ANN401  any field
        made = Dataset(id=new_id("ds"), tenant=TENANT, name=name, created_at=now(), updated_at=now(), **facts)
        return self.port.call(self.datasets.add, made)

    def store(self, name: str, data: bytes) -> StoredFile:
        """A file as the API leaves it, in two parts."""
        half = len(data) // 2
        keys = [f"t/{TENANT}/uploads/{new_id('upl')}" for _ in range(2)]
        self.port.call(self.stores.blobs.put_all, list(zip(keys, (data[:half], data[half:]), strict=True)))
        return StoredFile(name=name, bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), keys=keys)

    def order(self, dataset: Dataset, *files: StoredFile, generator: str | None = None, **options: Any) -> Job:  # noqa: ANN401
        source = "generator" if generator else "upload"
        spec = ImportSpec(dataset_id=dataset.id, source=source, files=list(files), generator=generator, **options)
        job = make_job(JobKind.IMPORT, TENANT, spec=spec.model_dump(mode="json"))
        return self.port.call(JobRepository(self.stores.database, TENANT).accept, job)

    def carry_out(self, job: Job, is_leaving: threading.Event | None = None) -> Job:
        claim = self.worker.claim(job.id)
        assert claim is not None
        with self.worker.holding(claim) as held:
            carry_out(held, self.port, is_leaving or threading.Event())
        return self.job(job.id)

    def imported(self, dataset: Dataset, *files: StoredFile, generator: str | None = None, **options: Any) -> Job:  # noqa: ANN401
        return self.carry_out(self.order(dataset, *files, generator=generator, **options))

    def job(self, job_id: str) -> Job:
        found = self.port.call(JobMoves(self.stores.database).get, job_id)
        assert found is not None
        return found

    def report(self, job: Job) -> list[dict[str, Any]]:
        """The report of an import that has ended: every row with its outcome."""
        return read_report(self.port.call(self.stores.blobs.get, report_key(job))).to_dicts()

    def outcomes(self, job: Job) -> dict[int, str]:
        return {row["row"]: row["outcome"] for row in self.report(job)}

    def latest(self, dataset: Dataset) -> tuple[Dataset, DatasetVersion, list[dict[str, Any]]]:
        """The dataset, its latest version, and that version's rows."""
        found = self.port.call(self.datasets.get, dataset.id)
        assert found is not None
        version = self.port.call(self.versions.of_dataset, dataset.id, found.latest_version)
        assert version is not None
        data = self.port.call(self.stores.blobs.get, version.manifest_key, version.manifest_sha256)
        return found, version, read_manifest(data).to_dicts()


@pytest.fixture
def curator(port: PortalStores) -> Iterator[Curator]:
    opened = Curator(port)
    yield opened
    opened.worker.close()


def packed(picture: Picture, kind: str = "PNG", **options: Any) -> bytes:  # noqa: ANN401 Pillow's
    data = io.BytesIO()
    Image.fromarray(picture).save(data, kind, **options)
    return data.getvalue()


def photograph(side: int) -> Picture:
    """A painted face on a wall."""
    photo = np.full((240, 320, 3), (90, 110, 120), np.uint8)
    photo[40 : 40 + side, 60 : 60 + side] = draw_lifelike_face(side, np.random.default_rng(0))
    return photo


MANIFEST = b"""file,eyes,age
images/0.png,1,30
images/1.png,9,31
images/2.png,2,old
images/missing.png,1,32
,1,33
images/0.png,2,34
images/wide.png,1,35
images/text.png,1,36
images/copy.png,1,37
images/3.png,2,
"""


def archive() -> bytes:
    files = {b"%d.png" % index: png(index) for index in range(4)}
    files |= {b"copy.png": png(0), b"wide.png": png(0, (64, 32)), b"text.png": b"hello", b"unlisted.png": png(9)}
    members = [Member(b"images/" + name, data) for name, data in files.items()]
    return build([*members, Member(b"manifest.csv", MANIFEST, method=8)])


SCHEMA = {"eyes": Attribute(type="enum", values=["1", "2"], required=True), "age": Attribute(type="number")}


class TestFaces:
    def test_are_cut_out_of_photographs(self, curator: Curator) -> None:
        photos = {"face": photograph(160), "small": photograph(50), "wall": np.full((240, 320, 3), 128, np.uint8)}
        files = [curator.store(f"{name}.png", packed(photo)) for name, photo in photos.items()]
        dataset = curator.add_dataset()
        job = curator.imported(dataset, *files, detect_faces=True)
        assert job.result is not None, job.error
        counts = {name: job.result[name] for name in ("imported", "rejected", "without_face", "too_small")}
        assert counts == {"imported": 1, "rejected": 2, "without_face": 1, "too_small": 1}
        assert {row["file"]: row["code"] for row in job.result["rejected_rows"]} == {
            "small.png": "too_small", "wall.png": "no_face"
        }  # fmt: skip
        (row,) = curator.latest(dataset)[2]
        assert (row["width"], row["height"], len(row["box"].split(","))) == (64, 64, 4)
        assert row["quality:face_size"] > 64

    def test_size_is_the_wanted_one_or_that_of_the_dataset(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        curator.imported(dataset, curator.store("a.png", packed(photograph(160))), detect_faces=True, size=48)
        curator.imported(dataset, curator.store("b.png", packed(photograph(160)[:, ::-1])), detect_faces=True)
        assert [row["width"] for row in curator.latest(dataset)[2]] == [48, 48]

    def test_are_not_looked_for_where_there_are_none(self, curator: Curator) -> None:
        dataset = curator.add_dataset(subject_kind="other")
        files = curator.store("a.png", packed(photograph(160))), curator.store("b.png", png(1))
        job = curator.imported(dataset, *files, detect_faces=True)
        assert job.result is not None, job.error
        assert [row["code"] for row in job.result["rejected_rows"]] == ["resolution_not_supported"]


class TestGenerated:
    RESULT = encode_png(draw_lifelike_face(64, np.random.default_rng(1)), xmp=Mark("sha256:0", "rim_1", "0.2").xmp)

    def test_own_results_are_refused_with_their_row(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        files = curator.store("a.png", png(1)), curator.store("b.png", self.RESULT)
        job = curator.imported(dataset, *files)
        assert job.result is not None, job.error
        assert [(row["row"], row["code"]) for row in job.result["rejected_rows"]] == [(2, "generated_image")]

    @pytest.mark.parametrize("is_allowed", [False, True])
    def test_what_a_manifest_lists_as_generated_is_so(self, curator: Curator, is_allowed: bool) -> None:
        """As exports list it, whose pictures say nothing of themselves."""
        manifest = b"file,image.generated\na.png,true\nb.png,false\nc.png,\n"
        pictures = [Member(name=b"%c.png" % name, data=png(name)) for name in b"abc"]
        content = build([Member(name=b"manifest.csv", data=manifest), *pictures])
        dataset = curator.add_dataset()
        job = curator.imported(dataset, curator.store("faces.zip", content), allow_generated=is_allowed)
        assert job.result is not None, job.error
        refused = [] if is_allowed else [("a.png", "generated_image")]
        assert [(row["file"], row["code"]) for row in job.result["rejected_rows"]] == refused
        marks = {row["file"]: row["generated"] for row in curator.latest(dataset)[2]}
        assert marks == {**({"a.png": True} if is_allowed else {}), "b.png": None, "c.png": None}

    def test_they_are_marked_where_they_are_allowed(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        files = curator.store("a.png", png(1)), curator.store("b.png", self.RESULT)
        job = curator.imported(dataset, *files, allow_generated=True)
        assert [row["generated"] for row in curator.latest(dataset)[2]] == [None, True]
        assert [one["code"] for one in job.warnings if one["code"] == "generated_images"] == ["generated_images"]


class TestNearDuplicates:
    @pytest.mark.parametrize(("wanted", "imported"), [("keep", 2), ("drop", 1)])
    def test_are_kept_and_told_or_left_out(self, curator: Curator, wanted: str, imported: int) -> None:
        face = draw_lifelike_face(64, np.random.default_rng(1))
        files = curator.store("a.png", packed(face)), curator.store("b.jpg", packed(face, "JPEG", quality=80))
        dataset = curator.add_dataset()
        job = curator.imported(dataset, *files, near_duplicates=wanted)
        assert job.result is not None, job.error
        assert (job.result["imported"], job.result["near_duplicates"], job.result["duplicates"]) == (imported, 1, 0)
        assert [row["near_duplicate_of"] for row in curator.latest(dataset)[2]] == [None, 1][:imported]
        told = [one["code"] for one in job.warnings]
        assert ("near_duplicates" in told) == (wanted == "keep")


class TestUpload:
    def test_each_row_has_its_outcome(self, curator: Curator) -> None:
        dataset = curator.add_dataset(attributes=SCHEMA)
        job = curator.imported(dataset, curator.store("faces.zip", archive()))
        assert job.status is JobStatus.SUCCEEDED, job.error
        assert job.result is not None
        counts = {name: job.result[name] for name in ("version", "imported", "rejected", "duplicates", "unlisted")}
        assert counts == {"version": 1, "imported": 2, "rejected": 6, "duplicates": 2, "unlisted": 1}
        refused = {row["row"]: (row["code"], row.get("pointer")) for row in job.result["rejected_rows"]}
        assert refused == {
            2: ("value_not_allowed", "/eyes"), 3: ("value_not_allowed", "/age"), 4: ("file_not_in_archive", "/file"),
            5: ("missing_file", "/file"), 7: ("resolution_not_supported", None), 8: ("unreadable_image", None),
        }  # fmt: skip
        assert curator.outcomes(job) == {
            1: "accepted", 2: "rejected", 3: "rejected", 4: "rejected", 5: "rejected", 6: "duplicate", 7: "rejected",
            8: "rejected", 9: "duplicate", 10: "accepted",
        }  # fmt: skip

    @pytest.mark.parametrize(("role", "count", "codes"), [
        (Role.TRAIN, 7, ["too_few_to_train"]), (Role.TRAIN, 8, []), (Role.TEST, 7, []),
    ])  # fmt: skip
    def test_too_few_to_train_are_told_of(self, curator: Curator, role: Role, count: int, codes: list[str]) -> None:
        dataset = curator.add_dataset(role=role)
        rows = "".join(f"{index}.png,{index % 2}\n" for index in range(count)).encode()
        images = [Member(b"%d.png" % index, png(index)) for index in range(count)]
        zipped = build([*images, Member(b"manifest.csv", b"file,eyes\n" + rows)])
        job = curator.imported(dataset, curator.store("faces.zip", zipped))
        assert [warning["code"] for warning in job.warnings] == codes
        assert [f"{count} images now" in warning["detail"] for warning in job.warnings] == [True for _ in codes]

    def test_the_version_says_what_is_stored(self, curator: Curator) -> None:
        dataset = curator.add_dataset(attributes=SCHEMA, role=Role.TEST)
        curator.imported(dataset, curator.store("faces.zip", archive()))
        after, version, rows = curator.latest(dataset)
        assert (after.latest_version, after.image_count) == (1, 2)
        assert (version.image_count, version.sides, version.role) == (2, [32], Role.TEST)
        assert [(row["id"], row["file"], row["attr:eyes"], row["attr:age"]) for row in rows] == [
            (image_id(dataset.id, 1), "images/0.png", "1", "30"),
            (image_id(dataset.id, 2), "images/3.png", "2", ""),
        ]
        for row, index in zip(rows, (0, 3), strict=True):
            stored = curator.port.call(curator.stores.blobs.get, image_key(TENANT, row["sha256"]), row["sha256"])
            assert len(stored) == row["bytes"]
            assert Image.open(io.BytesIO(stored)).tobytes() == FACES.images[index].tobytes()

    def test_schema_is_inferred_where_there_is_none(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        manifest = b"file,age,glasses,name\n0.png,30,true,Ada\n1.png,4.5,FALSE,7\n"
        members = [Member(b"0.png", png(0)), Member(b"1.png", png(1)), Member(b"manifest.csv", manifest)]
        curator.imported(dataset, curator.store("faces.zip", build(members)))
        after, _, rows = curator.latest(dataset)
        assert {name: part.type for name, part in after.attributes.items()} == {
            "age": "number", "glasses": "bool", "name": "text",
        }  # fmt: skip
        assert [row["attr:glasses"] for row in rows] == ["true", "false"]

    def test_loose_files_with_a_manifest_are_as_good_as_an_archive(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        files = [curator.store("a.png", png(0)), curator.store("manifest.csv", b"file,eyes\na.png,x\n")]
        job = curator.imported(dataset, *files, curator.store("more.zip", build([Member(b"b.png", png(1))])))
        assert job.result is not None
        assert job.result["imported"] == 2
        assert {row["file"]: row["attr:eyes"] for row in curator.latest(dataset)[2]} == {"a.png": "x", "b.png": ""}

    def test_images_without_a_manifest_are_told(self, curator: Curator) -> None:
        members = [Member(b"a.png", png(0)), Member(b"b.png", png(1))]
        bare = curator.imported(curator.add_dataset("bare", role=Role.TEST), curator.store("bare.zip", build(members)))
        assert bare.status is JobStatus.SUCCEEDED
        ((code, detail),) = [(warning["code"], warning["detail"]) for warning in bare.warnings]
        assert code == "no_manifest"
        assert detail.startswith("Without a manifest came 2 images")
        assert "put a manifest.csv (first column `file`" in detail
        listed = build([*members, Member(b"manifest.csv", b"file\na.png\nb.png\n")])
        assert curator.imported(curator.add_dataset(role=Role.TEST), curator.store("listed.zip", listed)).warnings == []

    def test_next_import_keeps_rows_and_numbers(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        curator.imported(dataset, curator.store("0.png", png(0)), curator.store("1.png", png(1)))
        job = curator.imported(dataset, curator.store("1.png", png(1)), curator.store("2.png", png(2)))
        assert job.result is not None
        assert (job.result["imported"], job.result["duplicates"]) == (1, 1)
        after, version, rows = curator.latest(dataset)
        assert (after.latest_version, version.parent_version) == (2, 1)
        assert [(row["row"], row["file"]) for row in rows] == [(1, "0.png"), (2, "1.png"), (3, "2.png")]

    def test_only_duplicates_make_no_version(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        curator.imported(dataset, curator.store("0.png", png(0)))
        job = curator.imported(dataset, curator.store("0.png", png(0)))
        assert job.status is JobStatus.SUCCEEDED
        assert job.result is not None
        assert (job.result["version"], job.result["imported"], job.result["duplicates"]) == (1, 0, 1)


class TestRefusals:
    def test_bad_archive_names_its_reason(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        job = curator.imported(dataset, curator.store("x.zip", build([Member(b"../a.png", png(0))])))
        assert job.status is JobStatus.FAILED
        assert job.error is not None
        assert (job.error.code, job.error.facts) == ("bad_archive", {"reason": "path"})

    def test_nothing_to_import_is_a_failure_with_its_rows(self, curator: Curator) -> None:
        job = curator.imported(curator.add_dataset(), curator.store("a.png", b"hello"))
        assert job.error is not None
        assert job.error.code == "all_rows_rejected"
        assert job.error.facts["rejected_rows"][0]["code"] == "unreadable_image"
        assert "the commonest reason, of 1 of 1 rows: " in job.error.message
        assert "(unreadable_image)" in job.error.message

    def test_the_failure_itself_names_no_person(self, curator: Curator) -> None:
        dataset = curator.add_dataset(attributes={"subject": Attribute(type="enum", values=["bob"])})
        files = [Member(b"manifest.csv", b"file,subject\na.png,ann-0417\n"), Member(b"a.png", png(0))]
        job = curator.imported(dataset, curator.store("x.zip", build(files)))
        assert job.error is not None
        assert "ann-0417" in job.error.facts["rejected_rows"][0]["detail"]
        assert "ann-0417" not in job.error.message
        assert "of 1 of 1 rows: the value does not fit subject (value_not_allowed)" in job.error.message

    def test_damaged_upload_is_not_read(self, curator: Curator) -> None:
        file = curator.store("a.png", png(0)).model_copy(update={"sha256": "0" * 64})
        job = curator.imported(curator.add_dataset(), file)
        assert job.error is not None
        assert job.error.code == "artifact_corrupt"

    def test_unknown_set(self, curator: Curator) -> None:
        job = curator.imported(curator.add_dataset(), generator="faces-green")
        assert job.error is not None
        assert job.error.code == "bad_settings"

    def test_a_failure_leaves_the_dataset_as_it_was(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        curator.imported(dataset, curator.store("0.png", png(0)))
        before = curator.latest(dataset)
        lie = build([Member(b"1.png", png(1)), Member(b"2.png", png(2), crc=1)])
        assert curator.imported(dataset, curator.store("x.zip", lie)).status is JobStatus.FAILED
        assert curator.latest(dataset) == before


class TestGenerator:
    def test_drawn_set_with_its_attributes(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        job = curator.imported(dataset, generator="faces-light")
        assert job.result is not None
        assert job.result["imported"] == 125
        after, _, rows = curator.latest(dataset)
        assert after.attributes["eyes"] == Attribute(type="enum", values=["1", "2", "3", "4", "5"])
        assert [row["attr:eyes"] for row in rows] == [attributes["eyes"] for attributes in FACES.attributes]

    def test_test_faces_bring_their_truth(self, curator: Curator) -> None:
        dataset = curator.add_dataset(role=Role.TEST)
        drawn = draw_faces("faces-test")
        assert drawn.truth is not None
        assert curator.imported(dataset, generator="faces-test").result is not None
        _, _, rows = curator.latest(dataset)
        assert len(rows) > len({row["sha256"] for row in rows})  # equal but for what is hidden: no duplicates
        keys = [image_key(TENANT, rows[5][name]) for name in ("covering_sha256", "twin_sha256")]
        covering, twin = (Image.open(io.BytesIO(curator.port.call(curator.stores.blobs.get, key))) for key in keys)
        index = drawn.names.index(rows[5]["file"])
        assert covering.tobytes() == (drawn.truth.coverings[index] * 255).astype("uint8").tobytes()
        assert twin.tobytes() == drawn.truth.twins[index].tobytes()


class TestInterruption:
    def test_cancelled_import_changes_nothing(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        job = curator.order(dataset, curator.store("0.png", png(0)))
        claim = curator.worker.claim(job.id)
        assert claim is not None
        curator.port.call(JobMoves(curator.stores.database).ask, claim.job, JobAction.CANCEL)
        with curator.worker.holding(claim) as held:
            carry_out(held, curator.port, threading.Event())
        assert curator.job(job.id).status is JobStatus.CANCELLED
        assert curator.port.call(curator.datasets.get, dataset.id) == dataset
        assert curator.imported(dataset, curator.store("1.png", png(1))).status is JobStatus.SUCCEEDED
        assert [row["file"] for row in curator.latest(dataset)[2]] == ["1.png"]

    def test_leaving_worker_hands_back_and_the_next_attempt_finishes(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        job = curator.order(dataset, curator.store("0.png", png(0)))
        leaving = threading.Event()
        leaving.set()
        assert curator.carry_out(job, leaving).status is JobStatus.QUEUED
        again = curator.carry_out(job)
        assert (again.status, again.fence, again.crashes) == (JobStatus.SUCCEEDED, 2, 0)

    def test_attempt_that_died_before_its_success_is_done_again(self, curator: Curator) -> None:
        """As after kill -9: the version's document is there, the move is not, and the dataset shows neither."""
        dataset = curator.add_dataset()
        job = curator.order(dataset, curator.store("0.png", png(0)))
        claim = curator.worker.claim(job.id)
        assert claim is not None
        with curator.worker.holding(claim) as held:
            carry_out(held, curator.port, threading.Event())
            raise RuntimeError("killed")
        assert curator.port.call(curator.datasets.get, dataset.id) == dataset
        curator.port.call(curator.stores.database["jobs"].update_one, {"_id": job.id}, {"$set": {"not_before": now()}})
        assert curator.carry_out(job).status is JobStatus.SUCCEEDED
        assert curator.latest(dataset)[1].version == 1

    def test_an_erasure_that_deletes_the_same_bytes_meanwhile_makes_it_begin_anew(
        self, curator: Curator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dataset, at = curator.add_dataset(), now()
        job = curator.order(dataset, curator.store("a.zip", archive()))
        erasure = Erasure(id="dlt_1", tenant=TENANT, counts=Counts(), created_at=at)
        erasures = ErasureRepository(curator.stores.database, TENANT)
        curator.port.call(erasures.put, erasure)
        stored: list[str] = []

        def write_then_erase(*args: Any) -> Any:  # noqa: ANN401 those of make_version
            made = make_version(*args)
            stored.extend(image_key(TENANT, row["sha256"]) for row in made[1].manifest.to_dicts())
            threading.Timer(0.5, finish_erasing).start()  # the import waits until then
            return made

        def finish_erasing() -> None:
            curator.port.call(curator.stores.blobs.delete, stored[:1])
            ended = make_job(JobKind.DELETION, TENANT, status=JobStatus.SUCCEEDED, finished_at=now())
            curator.port.call(JobRepository(curator.stores.database, TENANT).add, ended)
            curator.port.call(erasures.delete, "dlt_1")

        with monkeypatch.context() as patch:
            patch.setattr(importing, "make_version", write_then_erase)
            assert curator.carry_out(job).status is JobStatus.QUEUED
        assert not curator.port.call(curator.stores.blobs.exists, stored[0])
        assert curator.carry_out(curator.job(job.id)).status is JobStatus.SUCCEEDED
        assert curator.port.call(curator.stores.blobs.exists, stored[0])
        assert curator.latest(dataset)[0].latest_version == 1

    def test_leaving_worker_waits_for_no_other_import(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        other, ours = curator.order(dataset, generator="faces-light"), curator.order(dataset, generator="faces-light")
        assert curator.worker.claim(other.id) is not None
        number_taken = DatasetVersion(
            id=DatasetVersionRepository.key(dataset.id, 1), tenant=TENANT, dataset_id=dataset.id, version=1,
            parent_version=0, import_id=other.id, role=dataset.role, image_count=0, sides=[], manifest_key="k",
            manifest_sha256="0" * 64, bytes=0, attributes={}, created_at=now(),
        )  # fmt: skip
        curator.port.call(curator.versions.add_once, number_taken)
        leaving = threading.Event()
        thread = threading.Thread(target=curator.carry_out, args=(ours, leaving), daemon=True)
        thread.start()
        while curator.job(ours.id).phase != "saving":
            thread.join(0.05)
        leaving.set()
        thread.join(20)
        assert not thread.is_alive()
        assert curator.job(ours.id).status is JobStatus.QUEUED

    def test_side_by_side_imports_of_one_dataset_both_count(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        jobs = [curator.order(dataset, curator.store(f"{index}.png", png(index))) for index in range(3)]
        threads = [threading.Thread(target=curator.carry_out, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert [curator.job(job.id).status for job in jobs] == [JobStatus.SUCCEEDED] * 3
        after, version, rows = curator.latest(dataset)
        assert (after.latest_version, version.image_count) == (3, 3)
        assert {row["file"] for row in rows} == {"0.png", "1.png", "2.png"}
