"""Suggestions on real stores: an upload whose values are partly hidden, its version, and what edits make of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.curator.test_edits_and_merges import edit, keys, order, parts
from tests.integration.curator.test_importing import FACES, Curator, png
from tests.unit.curator.zips import Member, build

from maskeraid_core.documents.datasets import Attribute, Dataset
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.portal import PortalStores

SCHEMA = {"eyes": Attribute(type="enum", values=["1", "2", "3", "4", "5"])}
TRUE = [row["eyes"] for row in FACES.attributes]
HIDDEN = [row for row in range(len(TRUE)) if row % 5 == 2]


@pytest.fixture
def curator(port: PortalStores) -> Iterator[Curator]:
    opened = Curator(port)
    yield opened
    opened.worker.close()


def archive() -> bytes:
    """The drawn faces, every fifth without its eyes."""
    lines = [f"{row}.png,{'' if row in HIDDEN else value}" for row, value in enumerate(TRUE)]
    members = [Member(b"%d.png" % row, png(row)) for row in range(len(TRUE))]
    return build([*members, Member(b"manifest.csv", "\n".join(["file,eyes", *lines]).encode())])


def upload(curator: Curator, dataset: Dataset, **options: Any) -> Job:  # noqa: ANN401 any option
    files = [curator.store("faces.zip", archive())]
    return curator.carry_out(order(curator, dataset, source="upload", files=files, suggest_attributes=True, **options))


def suggested(rows: list[dict[str, Any]]) -> dict[int, str]:
    return {row["row"] - 1: row["suggested:eyes"] for row in rows if row.get("suggested:eyes")}


def test_an_upload_is_suggested_what_it_lacks_and_a_person_confirms_it(curator: Curator) -> None:
    dataset = curator.add_dataset(attributes=SCHEMA)
    job = upload(curator, dataset)
    assert (job.status, job.warnings) == (JobStatus.SUCCEEDED, []), job.error
    assert job.result is not None
    assert [(one["attribute"], one["images"]) for one in job.result["suggested"]] == [("eyes", len(HIDDEN))]
    rows = curator.latest(dataset)[2]
    assert suggested(rows) == {row: TRUE[row] for row in HIDDEN}
    assert [row["row"] - 1 for row in rows if not row["attr:eyes"]] == HIDDEN

    edit(curator, dataset, rows=[HIDDEN[0] + 1], dismiss=["eyes"])
    confirmed = edit(curator, dataset, confirm=["eyes"])
    assert confirmed.result is not None
    assert (confirmed.result["version"], confirmed.result["edited"]) == (3, len(HIDDEN) - 1)
    rows = curator.latest(dataset)[2]
    assert [row["attr:eyes"] for row in rows] == [
        "" if row == HIDDEN[0] else value for row, value in enumerate(TRUE)
    ]  # fmt: skip
    assert "suggested:eyes" not in rows[0]


def test_an_upload_into_a_dataset_without_a_schema_is_suggested_as_much(curator: Curator) -> None:
    dataset = curator.add_dataset()
    job = upload(curator, dataset)
    assert (job.status, job.warnings) == (JobStatus.SUCCEEDED, []), job.error
    after, _, rows = curator.latest(dataset)
    assert (after.attributes["eyes"].type, suggested(rows)) == ("number", {row: TRUE[row] for row in HIDDEN})


def test_a_dry_run_tells_what_would_be_suggested_and_stores_nothing(curator: Curator) -> None:
    dataset = curator.add_dataset(attributes=SCHEMA)
    job = upload(curator, dataset, dry_run=True)
    assert job.status is JobStatus.SUCCEEDED, job.error
    assert job.result is not None
    assert job.result["suggested"][0]["images"] == len(HIDDEN)
    assert not [key for key in keys(curator) if "/images/" in key]


def test_images_that_are_there_are_read_and_merges_take_in_no_suggestions(curator: Curator) -> None:
    dataset = curator.add_dataset(attributes=SCHEMA)
    upload(curator, dataset)
    (part,) = parts(curator.latest(dataset)[0])
    other = curator.add_dataset("other")
    curator.carry_out(order(curator, other, source="merge", parts=[part]))
    assert suggested(curator.latest(other)[2]) == {}
    again = curator.carry_out(order(curator, other, source="merge", parts=[part], suggest_attributes=True))
    assert again.result is not None
    assert (again.result["version"], again.result["imported"]) == (2, 0)
    assert suggested(curator.latest(other)[2]) == suggested(curator.latest(dataset)[2])


def test_what_cannot_be_learned_is_a_warning(curator: Curator) -> None:
    dataset = curator.add_dataset(attributes={"subject": Attribute()})
    job = upload(curator, dataset)
    assert job.status is JobStatus.SUCCEEDED
    assert [warning["code"] for warning in job.warnings] == ["unknown_column", "not_suggested"]
    assert job.result is not None
    assert job.result["suggested"] == []
