"""The outcome of every row over HTTP: pages, filters, and a table for spreadsheets; and imports that are tried out."""

import csv
import io
from typing import Any

import httpx
import pytest

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.import_reports import make_report, report_key, write_report
from maskeraid_core.jobs import Job, JobError

from .conftest import Account, FillDataset, Hand, Open

ROWS = [
    {"row": 1, "file": "=1+1.png", "outcome": "accepted", "image_id": "img_1"},
    {"row": 2, "file": "b.png", "outcome": "rejected", "code": "value_not_allowed", "pointer": "/eyes",
     "detail": "'9' is not one of 1, 2"},
    {"row": 3, "file": "@c.png", "outcome": "duplicate", "code": "duplicate", "detail": "the same image as b, \"c\""},
    {"row": 4, "file": "d.png", "outcome": "accepted", "image_id": "img_2"},
]  # fmt: skip


@pytest.fixture
async def faces(account: Account, fill_dataset: FillDataset) -> Dataset:
    return await fill_dataset(account.tenant)


async def order(client: httpx.AsyncClient, faces: Dataset, **more: object) -> str:
    source = {"type": "generator", "set": "faces-light"}
    made = await client.post("/v1/imports", json={"dataset_id": faces.id, "source": source, **more})
    assert made.status_code == 202, made.text
    return str(made.json()["id"])


async def report(hand: Hand, job: Job, rows: list[dict[str, Any]]) -> str:
    data = write_report(make_report(rows))
    await hand.blobs.put(report_key(job), data)
    return f"sha256:{sha256_hex(data)}"


@pytest.fixture
async def ended(client: httpx.AsyncClient, faces: Dataset, hand: Hand) -> str:
    """An import with four rows."""
    job = await hand.claim(await order(client, faces))
    await hand.succeed(job, {"rows": 4, "rows_digest": await report(hand, job, ROWS)})
    return f"/v1/imports/{job.id}/rows"


class TestPages:
    async def test_have_every_row_with_its_outcome(self, client: httpx.AsyncClient, ended: str) -> None:
        page = (await client.get(ended, params={"include": "total"})).json()
        empty = dict.fromkeys(("code", "pointer", "detail", "image_id"))
        assert page == {
            "object": "list", "data": [{**empty, **row} for row in ROWS], "has_more": False, "last_id": 4, "total": 4,
        }  # fmt: skip
        shown = (await client.get(ended.removesuffix("/rows"))).json()
        assert shown["urls"]["rows"] == ended

    async def test_follow_one_another(self, client: httpx.AsyncClient, ended: str) -> None:
        first = await client.get(ended, params={"limit": 3})
        assert ([row["row"] for row in first.json()["data"]], first.json()["has_more"]) == ([1, 2, 3], True)
        link = first.headers["Link"].partition(">")[0].removeprefix("<")
        assert [row["row"] for row in (await client.get(link)).json()["data"]] == [4]

    async def test_of_some_outcomes(self, client: httpx.AsyncClient, ended: str) -> None:
        found = (await client.get(ended, params={"outcome": ["rejected", "duplicate"], "include": "total"})).json()
        assert ([row["row"] for row in found["data"]], found["total"]) == ([2, 3], 2)
        unknown = await client.get(ended, params={"outcome": "lost"})
        assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "value_not_allowed")

    async def test_as_a_table_without_formulas(self, client: httpx.AsyncClient, ended: str) -> None:
        answer = await client.get(ended, headers={"Accept": "text/csv"}, params={"limit": 1})
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert "attachment" in answer.headers["Content-Disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["file"] for row in rows] == ["'=1+1.png", "b.png", "'@c.png", "d.png"]
        assert rows[2]["detail"] == 'the same image as b, "c"'
        some = await client.get(ended, headers={"Accept": "text/csv"}, params={"outcome": "duplicate"})
        assert len(some.text.splitlines()) == 2
        assert (await client.get(ended, headers={"Accept": "text/html"})).status_code == 406


class TestWithoutAReport:
    async def test_before_the_end(self, client: httpx.AsyncClient, faces: Dataset) -> None:
        answer = await client.get(f"/v1/imports/{await order(client, faces)}/rows")
        assert (answer.status_code, answer.json()["code"]) == (409, "job_state_conflict")

    async def test_of_a_failure_there_is_one_where_rows_were_read(
        self, client: httpx.AsyncClient, faces: Dataset, hand: Hand
    ) -> None:
        job = await hand.claim(await order(client, faces))
        facts = {"rejected_rows": [], "rows_digest": await report(hand, job, ROWS[1:2])}
        await hand.fail(job, JobError(code="all_rows_rejected", message="None.", facts=facts))
        assert len((await client.get(f"/v1/imports/{job.id}/rows")).json()["data"]) == 1

    async def test_and_none_where_it_failed_before_that(
        self, client: httpx.AsyncClient, faces: Dataset, hand: Hand
    ) -> None:
        job = await hand.claim(await order(client, faces))
        await hand.fail(job, JobError(code="bad_archive", message="Bad."))
        assert (await client.get(f"/v1/imports/{job.id}/rows")).status_code == 404

    async def test_of_another_tenant(self, ended: str, open_account: Open) -> None:
        assert (await (await open_account()).client.get(ended)).status_code == 404


class TestDryRun:
    async def test_is_asked_for_and_tells_nobody(self, client: httpx.AsyncClient, faces: Dataset, hand: Hand) -> None:
        job = await hand.claim(await order(client, faces, dry_run=True, notify={"email": True}))
        assert (job.spec["dry_run"], job.notify.email, job.notify.webhooks) == (True, False, False)
        assert job.priority == 0, "it reads as much as the import itself"
        assert (await client.get(f"/v1/imports/{job.id}")).json()["dry_run"] is True

    async def test_of_files_in_the_request(self, client: httpx.AsyncClient, faces: Dataset, hand: Hand) -> None:
        parts = {"dataset_id": faces.id, "options": '{"dry_run": true}'}
        made = await client.post("/v1/imports", data=parts, files={"files": ("a.png", b"x")})
        assert made.json()["dry_run"] is True
