"""Edits, merges, and dry runs on real stores: the version that follows, and what is left when they die."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.factories import make_job
from tests.integration.curator.test_importing import TENANT, Curator, png
from tests.unit.curator.zips import Member, build

from maskeraid_core.blobs import image_key, sha256_hex
from maskeraid_core.documents.datasets import Attribute, DataPart, Dataset, Edit, ImportSpec, MergePart, Role
from maskeraid_core.ids import image_id
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.litter import sweep_litter
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.repository import now
from maskeraid_curator.importing import carry_out

EYES = {"eyes": Attribute(type="enum", values=["1", "2"], required=True)}
A_DAY = timedelta(hours=24, minutes=1)


@pytest.fixture
def curator(port: PortalStores) -> Iterator[Curator]:
    opened = Curator(port)
    yield opened
    opened.worker.close()


def archive(*rows: tuple[int, str]) -> bytes:
    """Faces by their index, each with its eyes."""
    manifest = "file,eyes\n" + "".join(f"{index}.png,{eyes}\n" for index, eyes in rows)
    members = [Member(b"%d.png" % index, png(index)) for index, _ in rows]
    return build([*members, Member(b"manifest.csv", manifest.encode())])


def fill(curator: Curator, name: str, *rows: tuple[int, str], **facts: Any) -> Dataset:  # noqa: ANN401 any field
    dataset = curator.add_dataset(name, **{"attributes": EYES, **facts})
    assert curator.imported(dataset, curator.store(f"{name}.zip", archive(*rows))).status is JobStatus.SUCCEEDED
    return curator.latest(dataset)[0]


def order(curator: Curator, dataset: Dataset, **spec: Any) -> Job:  # noqa: ANN401 any field
    wanted = ImportSpec(dataset_id=dataset.id, **spec)
    job = make_job(JobKind.IMPORT, TENANT, spec=wanted.model_dump(mode="json"))
    return curator.port.call(JobRepository(curator.stores.database, TENANT).accept, job)


def edit(curator: Curator, dataset: Dataset, **wanted: Any) -> Job:  # noqa: ANN401 any field
    return curator.carry_out(order(curator, dataset, source="edit", edit=Edit(**wanted)))


def parts(*datasets: Dataset, where: list[str] | None = None) -> list[MergePart]:
    return [
        MergePart(dataset_id=one.id, version=one.latest_version, where=where or [], owner=one.tenant)
        for one in datasets
    ]


def merge(curator: Curator, into: Dataset, *datasets: Dataset, where: list[str] | None = None) -> Job:
    return curator.carry_out(order(curator, into, source="merge", parts=parts(*datasets, where=where)))


def keys(curator: Curator) -> set[str]:
    return set(curator.port.call(curator.stores.blobs.keys, f"t/{TENANT}"))


def killed(curator: Curator, job: Job) -> None:
    """As by kill -9 when everything is written but the job's success."""
    claim = curator.worker.claim(job.id)
    assert claim is not None
    with curator.worker.holding(claim) as held:
        carry_out(held, curator.port, threading.Event())
        raise RuntimeError("killed")
    curator.port.call(curator.stores.database["jobs"].update_one, {"_id": job.id}, {"$set": {"not_before": now()}})


class TestEdit:
    def test_makes_a_version_of_the_same_images(self, curator: Curator) -> None:
        dataset = fill(curator, "faces", (0, "1"), (1, "2"), (2, "1"))
        before, images = curator.latest(dataset)[2], {key for key in keys(curator) if "/images/" in key}
        job = edit(curator, dataset, where=["eyes:1"], set={"eyes": "2"})
        assert job.status is JobStatus.SUCCEEDED, job.error
        assert job.result is not None
        counts = {name: job.result[name] for name in ("version", "imported", "edited", "deleted", "unchanged", "rows")}
        assert counts == {"version": 2, "imported": 0, "edited": 2, "deleted": 0, "unchanged": 0, "rows": 2}
        after, version, rows = curator.latest(dataset)
        assert (after.latest_version, version.parent_version, version.image_count) == (2, 1, 3)
        assert rows == [{**row, "attr:eyes": "2"} for row in before]
        assert {key for key in keys(curator) if "/images/" in key} == images

    def test_deletes_for_good(self, curator: Curator) -> None:
        dataset = fill(curator, "faces", (0, "1"), (1, "2"), (2, "1"))
        job = edit(curator, dataset, rows=[3], delete=True)
        assert job.result is not None
        assert (job.result["deleted"], job.result["imported"]) == (1, 0)
        assert [(row["row"], row["outcome"], row["image_id"]) for row in curator.report(job)] == [
            (3, "deleted", image_id(dataset.id, 3))
        ]
        curator.imported(dataset, curator.store("more.zip", archive((3, "2"))))
        _, version, rows = curator.latest(dataset)
        assert ([row["row"] for row in rows], version.last_row) == ([1, 2, 4], 4)

    def test_that_changes_nothing_says_so(self, curator: Curator) -> None:
        dataset = fill(curator, "faces", (0, "1"), (1, "2"))
        before = curator.latest(dataset)
        job = edit(curator, dataset, where=["eyes:1"], set={"eyes": "1"})
        assert (job.status, [warning["code"] for warning in job.warnings]) == (
            JobStatus.SUCCEEDED, ["nothing_changed", "too_few_to_train"],
        )  # fmt: skip
        assert job.result is not None
        assert (job.result["version"], job.result["unchanged"]) == (1, 1)
        assert curator.latest(dataset) == before

    def test_of_what_does_not_fit_any_more_fails(self, curator: Curator) -> None:
        dataset = fill(curator, "faces", (0, "1"), (1, "2"))
        job = edit(curator, dataset, set={"eyes": "3"})
        assert job.error is not None
        assert (job.error.code, job.error.facts) == ("validation_failed", {"pointer": "/source/set/eyes"})
        gone = edit(curator, dataset, rows=[9], delete=True)
        assert gone.error is not None
        assert gone.error.code == "all_rows_rejected"
        assert curator.outcomes(gone) == {9: "rejected"}

    def test_killed_before_its_success_leaves_the_old_version_and_is_done_once(self, curator: Curator) -> None:
        dataset = fill(curator, "faces", (0, "1"), (1, "2"))
        before, job = curator.latest(dataset), order(curator, dataset, source="edit", edit=Edit(rows=[1], delete=True))
        killed(curator, job)
        assert curator.latest(dataset) == before
        assert curator.carry_out(job).status is JobStatus.SUCCEEDED
        assert [row["row"] for row in curator.latest(dataset)[2]] == [2]
        assert curator.latest(dataset)[1].version == 2

    def test_side_by_side_with_an_import_both_count(self, curator: Curator) -> None:
        dataset = fill(curator, "faces", (0, "1"), (1, "2"))
        jobs = [
            order(curator, dataset, source="edit", edit=Edit(rows=[1], delete=True)),
            curator.order(dataset, curator.store("more.zip", archive((2, "1"), (3, "1")))),
        ]
        threads = [threading.Thread(target=curator.carry_out, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert [curator.job(job.id).status for job in jobs] == [JobStatus.SUCCEEDED] * 2
        assert [row["row"] for row in curator.latest(dataset)[2]] == [2, 3, 4]


class TestMerge:
    def test_is_a_query_over_versions_frozen_as_one(self, curator: Curator) -> None:
        first = fill(curator, "a", (0, "1"), (1, "2"))
        second = fill(curator, "b", (1, "2"), (2, "9"), attributes={"eyes": Attribute(type="enum", values=["2", "9"])})
        target, images = curator.add_dataset("all"), {key for key in keys(curator) if "/images/" in key}
        job = merge(curator, target, first, second)
        assert job.status is JobStatus.SUCCEEDED, job.error
        assert job.result is not None
        assert {name: job.result[name] for name in ("version", "imported", "rejected", "duplicates")} == {
            "version": 1, "imported": 3, "rejected": 0, "duplicates": 1,
        }  # fmt: skip
        after, version, rows = curator.latest(target)
        assert after.attributes == {"eyes": Attribute(type="enum", values=["1", "2", "9"])}
        assert [(row["id"], row["attr:eyes"]) for row in rows] == [
            (image_id(target.id, number), eyes) for number, eyes in enumerate(("1", "2", "9"), 1)
        ]
        assert [row["sha256"] for row in rows[:2]] == [row["sha256"] for row in curator.latest(first)[2]]
        assert version.lineage == [DataPart(dataset_id=one.id, version=1) for one in (first, second)]
        assert {key for key in keys(curator) if "/images/" in key} == images
        assert curator.outcomes(job) == {1: "accepted", 2: "accepted", 3: "duplicate", 4: "accepted"}

    def test_is_immutable_when_its_parts_change(self, curator: Curator) -> None:
        part, target = fill(curator, "a", (0, "1"), (1, "2")), curator.add_dataset("all")
        merge(curator, target, part, where=["eyes:2"])
        before = curator.latest(target)
        edit(curator, part, where=["eyes:2"], delete=True)
        assert curator.latest(target) == before
        assert [row["attr:eyes"] for row in before[2]] == ["2"]

    def test_of_numbers_and_words_is_one_of_texts_where_that_is_asked_for(self, curator: Curator) -> None:
        words = fill(curator, "words", (0, "1"), (1, "2"))
        numbers = fill(curator, "numbers", (2, "3.5"), attributes={"eyes": Attribute(type="number")})
        target = curator.add_dataset("all")
        wanted = {"parts": parts(words, numbers), "as_text": ["eyes"]}
        job = curator.carry_out(order(curator, target, source="merge", **wanted))
        assert job.status is JobStatus.SUCCEEDED, job.error
        after, _, rows = curator.latest(target)
        assert after.attributes == {"eyes": Attribute()}
        assert [row["attr:eyes"] for row in rows] == ["1", "2", "3.5"]

    def test_into_a_schema_refuses_what_does_not_fit(self, curator: Curator) -> None:
        part = fill(curator, "a", (0, "1"), (1, "2"))
        target = curator.add_dataset("all", attributes={"eyes": Attribute(type="enum", values=["2"])})
        job = merge(curator, target, part)
        assert curator.outcomes(job) == {1: "rejected", 2: "accepted"}
        assert job.result is not None
        assert job.result["rejected_rows"][0]["pointer"] == "/eyes"
        refused = merge(curator, target, part, where=["eyes:1"])
        assert refused.error is not None
        assert refused.error.code == "all_rows_rejected"

    def test_warns_of_test_images_among_those_to_train_on(self, curator: Curator) -> None:
        part = fill(curator, "a", (0, "1"), role=Role.TEST)
        job = merge(curator, curator.add_dataset("all"), part)
        told = [(one["code"], one["detail"].partition(" ")[0]) for one in job.warnings]
        assert told == [("test_data", "a"), ("too_few_to_train", "the")]
        assert merge(curator, curator.add_dataset("tries", role=Role.TEST), part).warnings == []

    def test_of_what_is_gone_fails(self, curator: Curator) -> None:
        part, target = fill(curator, "a", (0, "1")), curator.add_dataset("all")
        assert curator.port.call(curator.datasets.delete, part.id)
        job = merge(curator, target, part)
        assert job.error is not None
        assert job.error.code == "input_gone"

    def test_killed_before_its_success_leaves_nothing_and_is_done_once(self, curator: Curator) -> None:
        part, target = fill(curator, "a", (0, "1"), (1, "2")), curator.add_dataset("all")
        job = order(curator, target, source="merge", parts=parts(part))
        killed(curator, job)
        assert curator.port.call(curator.datasets.get, target.id) == target
        assert curator.carry_out(job).status is JobStatus.SUCCEEDED
        assert (curator.latest(target)[1].version, curator.latest(target)[0].image_count) == (1, 2)
        curator.port.call(sweep_litter, curator.stores, now() + A_DAY)
        assert {key for key in keys(curator) if f"/jobs/{job.id}/" in key} == {
            f"{job.attempt_prefix[:-2]}2/rows.parquet"
        }


class TestDryRun:
    def test_of_an_upload_stores_nothing_and_shows_the_schema(self, curator: Curator) -> None:
        dataset, file = curator.add_dataset(), curator.store(
            "faces.zip",
            build([Member(b"%d.png" % index, png(index)) for index in range(3)]
                  + [Member(b"manifest.csv", b"file,eyes,age\n0.png,1,30\n1.png,2,\n2.png,2,41.5\nx.png,1,1\n")]),
        )  # fmt: skip
        job = curator.carry_out(order(curator, dataset, source="upload", files=[file], dry_run=True))
        assert job.status is JobStatus.SUCCEEDED, job.error
        assert job.result is not None
        assert (job.result["version"], job.result["imported"], job.result["rejected"]) == (None, 3, 1)
        two = {"distinct": 2, "required": False}
        assert job.result["schema"] == [
            {"attribute": "eyes", "type": "number", "missing": 0, "minimum": 1, "maximum": 2, **two,
             "values": [{"value": "1", "count": 1}, {"value": "2", "count": 2}]},
            {"attribute": "age", "type": "number", "missing": 1, "minimum": 30, "maximum": 41.5, **two,
             "values": [{"value": "30", "count": 1}, {"value": "41.5", "count": 1}]},
        ]  # fmt: skip
        assert curator.outcomes(job) == {1: "accepted", 2: "accepted", 3: "accepted", 4: "rejected"}
        assert curator.port.call(curator.datasets.get, dataset.id) == dataset
        assert not {key for key in keys(curator) if "/images/" in key or "/manifests/" in key}

    @pytest.mark.parametrize("source", ["generator", "edit", "merge"])
    def test_of_any_source_changes_nothing(self, curator: Curator, source: str) -> None:
        dataset, other = fill(curator, "a", (0, "1"), (1, "2")), fill(curator, "b", (2, "1"))
        before, known = curator.latest(dataset), {key for key in keys(curator) if "/jobs/" not in key}
        more: dict[str, Any] = {
            "generator": {"generator": "faces-light"}, "edit": {"edit": Edit(rows=[1], delete=True)},
            "merge": {"parts": parts(other)},
        }[source]  # fmt: skip
        if source == "generator":
            dataset = curator.add_dataset("drawn")
            before = None
        job = curator.carry_out(order(curator, dataset, source=source, dry_run=True, **more))
        assert job.status is JobStatus.SUCCEEDED, job.error
        assert job.result is not None
        assert job.result["imported"] == {"generator": 125, "edit": 0, "merge": 1}[source]
        assert before is None or curator.latest(dataset) == before
        assert {key for key in keys(curator) if "/jobs/" not in key} == known

    def test_is_forgotten_after_a_day_with_its_report(self, curator: Curator) -> None:
        dataset = fill(curator, "a", (0, "1"), (1, "2"))
        dry, real = (
            curator.carry_out(order(curator, dataset, source="edit", edit=Edit(set={"eyes": "2"}), dry_run=dry))
            for dry in (True, False)
        )
        curator.port.call(sweep_litter, curator.stores, now() + A_DAY)
        jobs = JobRepository(curator.stores.database, TENANT)
        assert (curator.port.call(jobs.get, dry.id), curator.port.call(jobs.get, real.id)) == (None, real)
        found = {key.split("/")[3] for key in keys(curator) if "/jobs/" in key}
        assert (dry.id in found, real.id in found) == (False, True)


class TestProgress:
    def test_names_the_file_that_is_read(self, curator: Curator) -> None:
        dataset = curator.add_dataset()
        files = [curator.store(name, archive(*rows)) for name, rows in
                 (("one.zip", [(0, "1"), (1, "1")]), ("two.zip", [(2, "1")]))]  # fmt: skip
        job = curator.imported(dataset, *files, curator.store("lone.png", png(3)))
        events = curator.port.call(EventRepository(curator.stores.database).after, job.id, 0, 100)
        told = [event.data for event in events if event.type == "job.progress"]
        names = ("name", "number", "count", "total")
        begun = [tuple(one["file"][name] for name in names) for one in told if one["file"]["current"] == 0]
        assert begun == [("one.zip", 1, 3, 2), ("two.zip", 2, 3, 1), ("lone.png", 3, 3, 1)]
        last = {"name": "lone.png", "number": 3, "count": 3, "current": 1, "total": 1}
        assert (told[-1]["current"], told[-1]["percent"], told[-1]["file"]) == (4, 100, last)

    def test_of_one_file_names_none(self, curator: Curator) -> None:
        job = curator.imported(curator.add_dataset(), curator.store("one.zip", archive((0, "1"))))
        assert job.progress is not None
        assert (job.progress.current, job.progress.file) == (1, None)


def test_a_report_of_a_failure_is_kept(curator: Curator) -> None:
    job = curator.imported(curator.add_dataset(), curator.store("a.png", b"hello"))
    assert job.error is not None
    curator.port.call(sweep_litter, curator.stores, now() + A_DAY)
    assert curator.outcomes(job) == {1: "rejected"}
    assert job.error.facts["rows_digest"].startswith("sha256:")


def test_an_upload_that_was_tried_out_is_kept_for_the_import(curator: Curator) -> None:
    dataset, file = curator.add_dataset(), curator.store("faces.zip", archive((0, "1")))
    asked = {"source": "upload", "upload_ids": ["upl_1"], "files": [file]}
    assert curator.carry_out(order(curator, dataset, **asked, dry_run=True)).status is JobStatus.SUCCEEDED
    assert curator.carry_out(order(curator, dataset, **asked)).status is JobStatus.SUCCEEDED
    stored = image_key(TENANT, curator.latest(dataset)[2][0]["sha256"])
    assert sha256_hex(curator.port.call(curator.stores.blobs.get, stored)) in stored
    assert not curator.port.call(curator.stores.blobs.exists, file.keys[0])
