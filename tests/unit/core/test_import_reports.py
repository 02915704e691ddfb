"""Reports of imports: whole and in the rows' order, whatever a row does not say, and harmless in a spreadsheet."""

import csv
import io

import polars as pl
import pytest

from maskeraid_core.cells import unguard
from maskeraid_core.import_reports import (
    COLUMNS,
    as_csv,
    complete_report,
    make_report,
    outcome_of,
    read_report,
    write_report,
)

ROWS = [
    {"row": 2, "file": "b.png", "outcome": "rejected", "code": "too_wide", "detail": "two\nlines, \"quoted\""},
    {"row": 1, "file": "a.png", "outcome": "accepted", "image_id": "img_1"},
]  # fmt: skip


def test_rows_come_back_in_their_order() -> None:
    report = read_report(write_report(make_report(ROWS)))
    assert dict(report.schema) == COLUMNS
    assert report["row"].to_list() == [1, 2]
    assert report["image_id"].to_list() == ["img_1", None]
    assert read_report(write_report(report), ["rejected"])["row"].to_list() == [2]
    assert make_report([]).is_empty()


def test_a_frame_is_completed() -> None:
    some = pl.DataFrame({"row": [2, 1], "file": ["b", "a"], "outcome": ["edited", "deleted"], "more": [1, 2]})
    assert complete_report(some).equals(
        make_report([{"row": 1, "file": "a", "outcome": "deleted"}, {"row": 2, "file": "b", "outcome": "edited"}])
    )


@pytest.mark.parametrize(("code", "outcome"), [("no_face", "no_face"), ("value_missing", "rejected")])
def test_some_reasons_are_outcomes(code: str, outcome: str) -> None:
    assert outcome_of(code) == outcome


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@x", "'=1", "''-1"])
def test_what_a_spreadsheet_would_carry_out_is_text(name: str) -> None:
    table = as_csv(make_report([*ROWS, {"row": 3, "file": name, "outcome": "accepted"}])).decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["file"] for row in rows] == ["a.png", "b.png", f"'{name}"]
    assert [unguard(row["file"]) for row in rows] == ["a.png", "b.png", name]
    assert rows[1]["detail"] == ROWS[0]["detail"]
    assert list(rows[0]) == list(COLUMNS)
