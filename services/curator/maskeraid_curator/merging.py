"""Images of several dataset versions in one: their rows, under the filters and the schema of the one that takes in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from maskeraid_core.attributes import Schema, ValueRefused, fit
from maskeraid_core.blobs import Blobs, image_key, thumbnail_key
from maskeraid_core.documents.datasets import DatasetVersion, MergePart, Role
from maskeraid_core.ids import image_id
from maskeraid_core.import_reports import complete_report
from maskeraid_core.manifests import PREFIX
from maskeraid_core.portal import Stores
from maskeraid_core.suggestions import suggested_in, without_suggestions
from maskeraid_curator.drafts import NEAR_DUPLICATE_OF, Before, Draft
from maskeraid_curator.versions import read_version

IDENTITY = ("sha256", "covering_sha256", "twin_sha256")  # equal for duplicates
PART, OLD_ROW, IMPORT_ROW, KEY = "part", "old_row", "import_row", "identity"  # columns of rows on their way
COPIED_AT_ONCE = 64
TEST_IMAGES = "{} is a dataset for tests: trained on, its images are not new to a model any more that is tried on them"


@dataclass(frozen=True)
class Part:
    """One version, and the rows of it that are taken in."""

    dataset: str  # its name
    role: Role
    version: DatasetVersion
    rows: pl.DataFrame


async def read_parts(stores: Stores, tenant: str, parts: Sequence[MergePart]) -> list[Part]:
    """The rows of each part, as far as the tenant may (still) read and copy it.

    Raises: InputGone, ArtifactCorrupt, ValidationFailed.
    """
    found = []
    for place, part in enumerate(parts):
        dataset, version, rows = await read_version(stores, tenant, part, f"/source/parts/{place}")
        found.append(Part(dataset.name, dataset.role, version, rows))
    return found


def joined(parts: Sequence[Part], schema: Schema) -> pl.DataFrame:
    """The rows of all parts, numbered over the import, with the schema's attributes and no others."""
    frames = [
        part.rows.drop("id").rename({"row": OLD_ROW}).with_columns(pl.lit(place).alias(PART))
        for place, part in enumerate(parts)
    ]
    rows = pl.concat(frames, how="diagonal_relaxed")
    rows = without_suggestions(rows, suggested_in(rows))  # learned elsewhere
    wanted = [PREFIX + name for name in schema]
    others = [column for column in rows.columns if column.startswith(PREFIX) and column not in wanted]
    return rows.drop(others).with_columns(_filled(rows, wanted)).with_row_index(IMPORT_ROW, 1).pipe(_with_identity)


def merged(rows: pl.DataFrame, schema: Schema, before: Before) -> Draft:
    """The version with these rows behind its own: each image once, and of those that do not fit none."""
    misfits = _misfits(rows, schema)
    fitting = rows.join(misfits, on=IMPORT_ROW, how="anti")
    own = (_with_identity(before.manifest) if before.manifest.width else rows.head(0)).select(KEY, "file")
    is_first = pl.col(KEY).is_first_distinct() & ~pl.col(KEY).is_in(own[KEY].to_list())
    fresh = _numbered(fitting.filter(is_first), before)
    outcomes = [_accepted(fresh), _duplicates(fitting, fresh, own), misfits]
    report = pl.concat(outcomes, how="diagonal_relaxed").rename({IMPORT_ROW: "row"})
    manifest = pl.concat([before.manifest, fresh.drop(PART, OLD_ROW, IMPORT_ROW, KEY)], how="diagonal_relaxed")
    manifest = manifest.with_columns(_filled(manifest, [name for name in manifest.columns if name.startswith(PREFIX)]))
    attributes = {**schema, **before.dataset.attributes}
    return Draft(before, manifest, attributes, complete_report(report), is_change=not fresh.is_empty())


def _numbered(fresh: pl.DataFrame, before: Before) -> pl.DataFrame:
    """Rows of the dataset, behind all that it ever had."""
    numbers = pl.int_range(pl.len(), dtype=pl.Int64) + before.last_row + 1
    ids = pl.col("row").map_elements(partial(image_id, before.dataset.id), return_dtype=pl.String)
    return _with_near_duplicates(fresh.with_columns(numbers.alias("row"))).with_columns(ids.alias("id"))


async def copy_images(blobs: Blobs, parts: Sequence[Part], tenant: str) -> None:
    """Write images of other tenants that are taken in under our own keys as well: what they delete is ours still."""
    keys = [pair for part in parts if part.version.tenant != tenant for pair in _copies(part, tenant)]
    for first in range(0, len(keys), COPIED_AT_ONCE):
        await asyncio.gather(*(_copy(blobs, *pair) for pair in keys[first : first + COPIED_AT_ONCE]))


def _copies(part: Part, tenant: str) -> list[tuple[str, str]]:
    owner = part.version.tenant
    digests = {digest for name in IDENTITY if name in part.rows.columns for digest in part.rows[name].drop_nulls()}
    return [
        (make(owner, digest), make(tenant, digest)) for digest in sorted(digests) for make in (image_key, thumbnail_key)
    ]


async def _copy(blobs: Blobs, key: str, to: str) -> None:
    """Small images have no thumbnail; an image that is gone stops the import."""
    if not await blobs.exists(to) and (key.endswith(".png") or await blobs.exists(key)):
        await blobs.copy(key, to)


def _filled(rows: pl.DataFrame, columns: Sequence[str]) -> list[pl.Expr]:
    """Attributes that a row or all lack are the empty text."""
    return [
        (pl.col(name).fill_null("") if name in rows.columns else pl.lit("").alias(name)).cast(pl.String)
        for name in columns
    ]


def _with_identity(rows: pl.DataFrame) -> pl.DataFrame:
    parts = [pl.col(name).cast(pl.String).fill_null("") if name in rows.columns else pl.lit("") for name in IDENTITY]
    return rows.with_columns(pl.concat_str(parts, separator=" ").alias(KEY))


def _misfits(rows: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Rows with a value that the schema does not allow, each with the first reason; each value is looked at once."""
    found = []
    for name, attribute in schema.items():
        reasons = []
        for value in rows[PREFIX + name].unique():
            try:
                fit({name: value} if value else {}, {name: attribute})
            except ValueRefused as refusal:
                reasons.append((value, refusal.code, refusal.pointer, str(refusal)))
        refused = pl.DataFrame(reasons, schema=[PREFIX + name, "code", "pointer", "detail"], orient="row")
        if reasons:
            found.append(rows.join(refused, on=PREFIX + name).select(IMPORT_ROW, "file", "code", "pointer", "detail"))
    if not found:
        return rows.head(0).select(IMPORT_ROW, "file")
    return pl.concat(found).unique(IMPORT_ROW, keep="first").with_columns(pl.lit("rejected").alias("outcome"))


def _with_near_duplicates(fresh: pl.DataFrame) -> pl.DataFrame:
    """What pointed to another image of its version points to it here; to none where that one was not taken in."""
    if NEAR_DUPLICATE_OF not in fresh.columns:
        return fresh
    here = fresh.select(PART, pl.col(OLD_ROW).alias(NEAR_DUPLICATE_OF), pl.col("row").alias("new"))
    pointed = fresh.join(here, on=[PART, NEAR_DUPLICATE_OF], how="left", maintain_order="left")
    return pointed.drop(NEAR_DUPLICATE_OF).rename({"new": NEAR_DUPLICATE_OF})


def _accepted(fresh: pl.DataFrame) -> pl.DataFrame:
    return fresh.select(IMPORT_ROW, "file", pl.lit("accepted").alias("outcome"), pl.col("id").alias("image_id"))


def _duplicates(fitting: pl.DataFrame, fresh: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Rows whose image is there already, in the dataset or in an earlier row."""
    kept = pl.concat([own, fresh.select(KEY, "file")]).unique(KEY, keep="first").rename({"file": "kept"})
    again = fitting.join(fresh, on=IMPORT_ROW, how="anti").join(kept, on=KEY, how="left")
    detail = pl.format("the same image as {}, which is kept", "kept")
    told = {"outcome": pl.lit("duplicate"), "code": pl.lit("duplicate"), "detail": detail}
    return again.select(IMPORT_ROW, "file", **told)
