"""The outcome of every row of an import: a Parquet file that the curator writes, and the gateway reads and pages.

Columns: row (counted from 1 over the import; of an edit the image's number), file, outcome, image_id (of the image in
the dataset, where there is one), and of a row that was not taken its code, pointer, and detail.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

import polars as pl

from maskeraid_core.cells import FORMULA
from maskeraid_core.jobs import Job

Outcome = Literal[
    "accepted", "rejected", "duplicate", "near_duplicate", "no_face", "too_small", "edited", "deleted", "unchanged",
]  # fmt: skip
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
NOT_TAKEN = ("rejected", "no_face", "too_small")  # something was wrong with the row
COLUMNS = {
    "row": pl.Int64, "file": pl.String, "outcome": pl.String, "image_id": pl.String, "code": pl.String,
    "pointer": pl.String, "detail": pl.String,
}  # fmt: skip


def report_key(job: Job) -> str:
    """Where the report of the job's last attempt lies."""
    return f"{job.attempt_prefix}rows.parquet"


def outcome_of(code: str) -> str:
    """What became of a row that was refused for this reason."""
    return code if code in OUTCOMES else "rejected"


def make_report(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """A report in the order of the rows; what a row does not say is null."""
    return pl.DataFrame(list(rows), schema=COLUMNS).sort("row")


def complete_report(rows: pl.DataFrame) -> pl.DataFrame:
    """A report of what is a frame already; columns that it lacks are null."""
    missing = [pl.lit(None, kind).alias(name) for name, kind in COLUMNS.items() if name not in rows.columns]
    return rows.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in COLUMNS.items()).sort("row")


def write_report(report: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    report.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def read_report(data: bytes, outcomes: Sequence[str] = ()) -> pl.DataFrame:
    """All rows, or those of some outcomes."""
    report = pl.read_parquet(io.BytesIO(data))
    return report.filter(pl.col("outcome").is_in(outcomes)) if outcomes else report


def as_csv(report: pl.DataFrame) -> bytes:
    """UTF-8 with a head, its cells guarded as those of exports are (`cells`)."""
    texts = [
        pl.when(pl.col(name).str.contains(FORMULA.pattern)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name, kind in COLUMNS.items()
        if kind == pl.String
    ]
    return report.with_columns(texts).write_csv().encode()
