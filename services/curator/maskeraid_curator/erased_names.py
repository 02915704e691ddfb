"""Takes an erased person out of what jobs were asked for and what imports said of their rows."""

from collections.abc import Collection
from typing import Any

import polars as pl

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.datasets import IDENTITIES
from maskeraid_core.documents.deletions import ERASED
from maskeraid_core.import_reports import read_report, report_key, write_report
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.portal import Stores
from maskeraid_core.redacting import redacted
from maskeraid_core.repositories.erasures import Uses
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.moves import JobMoves

ASKED_OF_DATA = (JobKind.IMPORT, JobKind.TRAINING, JobKind.EVALUATION, JobKind.EXPORT)
POINTERS = tuple(f"/{name}" for name in IDENTITIES)


async def redact_jobs(stores: Stores, tenant: str, subject: str | None) -> None:
    """Take the name out of what jobs were asked for."""
    jobs = JobRepository(stores.database, tenant)
    for job in await Uses(stores.database, tenant).all_of_kinds(*ASKED_OF_DATA):
        spec = redacted(job.spec, subject)
        if spec != job.spec:
            await jobs.rewrite(job.id, spec=spec)


async def redact_reports(stores: Stores, tenant: str, subject: str | None, image_ids: Collection[str]) -> int:
    """Take the images' file names, and refused values that are the name, out of what imports told of their rows.

    How many rows of reports tell nothing now.
    """
    count = 0
    for job in await Uses(stores.database, tenant).all_of_kinds(JobKind.IMPORT):
        told = job.result or (job.error.facts if job.error else {})
        if "rows_digest" in told:
            number, digest = await _redact_report(stores, job, subject, image_ids)
            count += number
            rows = [_refused(row, subject) for row in told.get("rejected_rows", ())]
            facts = {**told, "rejected_rows": rows, "rows_digest": digest or told["rows_digest"]}
            if facts != told:
                await _note(stores, job, facts)
    return count


async def _note(stores: Stores, job: Job, facts: dict[str, Any]) -> None:
    if job.status is JobStatus.SUCCEEDED:
        await JobMoves(stores.database).note_result(job, facts)
    else:
        await JobRepository(stores.database, job.tenant).rewrite(job.id, **{"error.facts": facts})


def _refused(row: dict[str, Any], subject: str | None) -> dict[str, Any]:
    is_theirs = subject is not None and row.get("pointer") in POINTERS and f"'{subject}'" in row.get("detail", "")
    return {**row, "file": ERASED, "detail": ERASED} if is_theirs else row


async def _redact_report(
    stores: Stores, job: Job, subject: str | None, image_ids: Collection[str]
) -> tuple[int, str | None]:
    """How many of its rows tell nothing now; its digest, None where it is gone or has none of them."""
    key = report_key(job)
    if not await stores.blobs.exists(key):
        return 0, None
    report = read_report(await stores.blobs.get(key))
    is_refused = pl.lit(subject is not None) & pl.col("pointer").is_in(POINTERS)
    is_refused &= pl.col("detail").str.contains(f"'{subject}'", literal=True)
    is_theirs = (pl.col("image_id").is_in(list(image_ids)) | (pl.col("detail") == ERASED)).fill_null(value=False)
    theirs = report.select((is_theirs | is_refused.fill_null(value=False)).alias("is"))["is"]
    if not theirs.any():
        return 0, None
    blank = [pl.when(theirs).then(pl.lit(ERASED)).otherwise(pl.col(name)).alias(name) for name in ("file", "detail")]
    data = write_report(report.with_columns(blank))
    await stores.blobs.put(key, data)
    return int(theirs.sum()), f"sha256:{sha256_hex(data)}"
