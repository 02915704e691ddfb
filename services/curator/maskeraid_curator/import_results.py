"""What is said of an import when its rows are done: counts, warnings, the refused rows, and the report of all."""

from collections import Counter

import polars as pl

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.datasets import IDENTITIES, DatasetVersion, Role
from maskeraid_core.documents.trainings import FEWEST_IMAGES
from maskeraid_core.import_reports import NOT_TAKEN, report_key, write_report
from maskeraid_curator.drafts import Draft
from maskeraid_curator.previews import schema_preview
from maskeraid_curator.rows import NEAR_DUPLICATE
from maskeraid_curator.running_import import Import

MOST_REFUSED_SHOWN = 1_000  # with the job; the report has all


def result_of(running: Import, version: DatasetVersion | None, draft: Draft) -> dict[str, object]:
    """Counts and the first refused rows; the full report is an object of this attempt."""
    report, spec = draft.report, running.spec
    counts = Counter(report["outcome"])
    marked = near_duplicates_kept(report)
    result: dict[str, object] = {
        "version": version.version if version else draft.before.dataset.latest_version,
        "imported": counts["accepted"] + marked,
        "rejected": sum(counts[outcome] for outcome in NOT_TAKEN),
        "duplicates": counts["duplicate"],
        "near_duplicates": counts["near_duplicate"],
        "without_face": counts["no_face"],
        "too_small": counts["too_small"],
        "unlisted": running.unlisted,
        "rows": report.height,
        "rejected_rows": first_refused(report),
        "rows_digest": put_report(running, report),
    }
    edits = {outcome: counts[outcome] for outcome in ("edited", "deleted", "unchanged")} if spec.edit else {}
    preview = {"version": None, "schema": schema_preview(draft)} if spec.dry_run else {}
    suggested = {"suggested": running.suggesting.suggested} if running.suggesting else {}
    return {**result, **edits, **preview, **suggested}


def first_refused(report: pl.DataFrame) -> list[dict[str, object]]:
    """The first rows that were not taken, without what they do not say."""
    rows = report.filter(pl.col("outcome").is_in(NOT_TAKEN)).head(MOST_REFUSED_SHOWN)
    said = rows.select("row", "file", "code", "detail", "pointer").iter_rows(named=True)
    return [{name: value for name, value in row.items() if value is not None} for row in said]


def put_report(running: Import, report: pl.DataFrame) -> str:
    """Write the report of all rows as an object of this attempt, also of a dry run; its digest."""
    data = write_report(report)
    running.port.call(running.held.stores.blobs.put, report_key(running.held.job), data)
    return f"sha256:{sha256_hex(data)}"


def near_duplicates_kept(report: pl.DataFrame) -> int:
    """How many near duplicates were kept."""
    return report.filter(pl.col("outcome") == NEAR_DUPLICATE)["image_id"].count()


def why_none(report: pl.DataFrame) -> str:
    """Why no row was taken, by what most of them were refused for."""
    if report.is_empty():
        return "The import has no image."
    reasons = Counter(_reason(*row) for row in report.select("pointer", "detail", "code").iter_rows())
    (reason, count), *_ = reasons.most_common(1)
    return (
        f"No row of the import could be accepted; the commonest reason, of {count} of {report.height} rows: {reason}. "
        "`rejected_rows` has the reason of each."
    )


def _reason(pointer: str | None, detail: str, code: str) -> str:
    """Without a person's name: who is erased is taken out of rows, not out of sentences that were sent and logged."""
    names_person = code == "value_not_allowed" and pointer in [f"/{name}" for name in IDENTITIES]
    return f"{'the value does not fit ' + str(pointer)[1:] if names_person else detail} ({code})"


def warn_of_few(running: Import, draft: Draft) -> None:
    """Say so when the dataset has fewer images than a training needs."""
    count, verb = draft.manifest.height, "would have" if running.spec.dry_run else "has"
    if draft.before.dataset.role is Role.TRAIN and count < FEWEST_IMAGES:
        running.held.warn(
            "too_few_to_train",
            f"the dataset {verb} {count} images now, and a training needs at least {FEWEST_IMAGES}: import more into "
            "it",
        )
