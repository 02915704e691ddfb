"""The rows of an import on their way: accepted ones become rows of a dataset version, the others lines of a report.

From the accepted ones on they are columns: as a dictionary each, rows take ten times the memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from maskeraid_core.attributes import Schema
from maskeraid_core.ids import image_id
from maskeraid_core.import_reports import complete_report, make_report, outcome_of
from maskeraid_core.manifests import MEASURED, PREFIX, attributes_of
from maskeraid_curator.drafts import NEAR_DUPLICATE_OF, Before, Draft
from maskeraid_curator.near_duplicates import near_duplicates
from maskeraid_faces.measures import Measures

NEAR_DUPLICATE = "near_duplicate"  # the code of rows that were left out as such
IDENTITY = ("sha256", "covering_sha256", "twin_sha256")  # equal for duplicates
FACTS = ("file", "sha256", "bytes", "width", "height", "grey", "covering_sha256", "twin_sha256", "generated")


@dataclass(frozen=True)
class Accepted:
    """A row whose image is stored. Sizes in pixels and bytes; digests are SHA-256 of PNGs, in hex."""

    row: int  # of the import
    file: str
    attributes: Mapping[str, str]
    sha256: str
    bytes: int
    width: int
    height: int
    grey: bool
    covering_sha256: str | None = None  # of a drawn test face: its true covering
    twin_sha256: str | None = None  # of a drawn test face: the same face uncovered
    measures: Measures | None = None
    generated: bool | None = None  # True: it says so of itself, and was let in on purpose

    @property
    def identity(self) -> tuple[str, str | None, str | None]:
        """Equal for duplicates. Drawn faces that differ only under their covering are none."""
        return self.sha256, self.covering_sha256, self.twin_sha256


@dataclass(frozen=True)
class Refused:
    """A row that is not imported, and why."""

    row: int  # of the import
    file: str
    code: str
    detail: str
    pointer: str | None = None

    def report(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}

    def outcome(self) -> dict[str, Any]:
        """The row in a report of all rows."""
        return {**self.report(), "outcome": outcome_of(self.code)}


def with_rows(
    accepted: Sequence[Accepted],
    refused: Sequence[Refused],
    schema: Schema,
    before: Before,
    *,
    drops_near_duplicates: bool = False,
) -> Draft:
    """The version with these rows behind its own; each image once."""
    manifest, duplicates = merge(
        before.dataset.id, before.manifest, accepted, before.last_row, drops_near_duplicates=drops_near_duplicates
    )
    left_out = {one.row for one in duplicates}
    taken = [one for one in accepted if one.row not in left_out]
    outcome = pl.when(pl.col(NEAR_DUPLICATE_OF).is_null()).then(pl.lit("accepted")).otherwise(pl.lit(NEAR_DUPLICATE))
    said = manifest.tail(len(taken)).select("file", image_id="id", outcome=outcome)
    said = said.with_columns(pl.Series("row", [one.row for one in taken], pl.Int64))
    others = make_report(one.outcome() for one in (*refused, *duplicates))
    report = complete_report(pl.concat([said, others], how="diagonal_relaxed"))
    attributes = {**schema, **before.dataset.attributes}
    return Draft(before, manifest, attributes, report, is_change=len(duplicates) < len(accepted))


def merge(
    dataset_id: str,
    parent: pl.DataFrame,
    accepted: Sequence[Accepted],
    last_row: int = 0,
    *,
    drops_near_duplicates: bool = False,
) -> tuple[pl.DataFrame, list[Refused]]:
    """The next version's manifest, and the accepted rows that are there already. The parent's rows stay.

    New ones are numbered on behind the highest number that an image ever had, `last_row` where that one was deleted.
    Near duplicates are marked, or left out as well.
    """
    first_of = dict(zip(parent.select(IDENTITY).iter_rows(), parent["file"], strict=True)) if parent.width else {}
    fresh, duplicates = [], []
    for one in accepted:
        if one.identity in first_of:
            detail = f"the same image as {first_of[one.identity]}, which is kept"
            duplicates.append(Refused(one.row, one.file, "duplicate", detail))
        else:
            first_of[one.identity] = one.file
            fresh.append(one)
    start = 1 + max([last_row, *(parent["row"] if parent.width else ())])
    added = _rows_of(dataset_id, start, fresh)
    near = near_duplicates(parent, added)
    if drops_near_duplicates:
        for number, file in near.select("row", "of_file").iter_rows():
            one, detail = fresh[number - start], f"nearly the same image as {file}, which is kept"
            duplicates.append(Refused(one.row, one.file, NEAR_DUPLICATE, detail))
        added = added.join(near, on="row", how="anti")
    else:
        originals = pl.col("row").replace_strict(near["row"], near["of_row"], default=None, return_dtype=pl.Int64)
        added = added.with_columns(originals.alias(NEAR_DUPLICATE_OF))
    rows = pl.concat([parent, added], how="diagonal_relaxed") if parent.width else added
    return rows.with_columns(pl.col(PREFIX + name).fill_null("") for name in attributes_of(rows)), duplicates


def _rows_of(dataset_id: str, start: int, accepted: Sequence[Accepted]) -> pl.DataFrame:
    """Rows of a manifest, numbered from `start`; the empty text is an attribute that one lacks."""
    numbers = range(start, start + len(accepted))
    names = dict.fromkeys(name for one in accepted for name in one.attributes)
    columns: dict[str, Any] = {
        **_measured([one.measures for one in accepted]),
        "row": numbers, "id": [image_id(dataset_id, number) for number in numbers],
        **{name: [getattr(one, name) for one in accepted] for name in FACTS},
        **{PREFIX + name: [one.attributes.get(name, "") for one in accepted] for name in names},
    }  # fmt: skip
    return pl.DataFrame(columns, schema_overrides={"row": pl.Int64(), **MEASURED})


def _measured(measures: Sequence[Measures | None]) -> dict[str, Any]:
    """The columns of `MEASURED`. Warnings are split from one text: of lists in a list Polars makes a series each."""
    columns: dict[str, Any] = {name: [None] * len(measures) for name in MEASURED}
    for name in ("sharpness", "exposure", "face_size"):
        columns[f"quality:{name}"] = [one and getattr(one, name) for one in measures]
    warnings = pl.Series([one and " ".join(one.warnings) for one in measures], dtype=pl.String)
    columns["quality:warnings"] = warnings.str.extract_all(r"\S+")
    for name in ("look", "phash", "box"):
        columns[name] = [one and getattr(one, name) for one in measures]
    return columns
