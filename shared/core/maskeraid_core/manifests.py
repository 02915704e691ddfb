"""A dataset version's manifest: one row an image, as Parquet. Written, filtered, and counted with Polars.

Columns: row, id, file, sha256, bytes, width, height, grey, and one text column `attr:<name>` for each attribute
(numbers as text, empty = missing); covering_sha256 and twin_sha256 (PNGs of a drawn test face's true covering and
of the same face uncovered; null for all others).
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from maskeraid_core.errors import ValidationFailed

PREFIX = "attr:"
MOST_FACET_VALUES = 200


@dataclass(frozen=True)
class Condition:
    """`attribute:value`; `30..40` is a number range; an empty value means missing."""

    attribute: str
    value: str


def parse_where(where: Iterable[str]) -> list[Condition]:
    """Read repeated `where=attribute:value`."""
    conditions = []
    for text in where:
        attribute, colon, value = text.partition(":")
        if not colon or not attribute:
            raise ValidationFailed(f"'{text}' is not of the form attribute:value", pointer="/where")
        conditions.append(Condition(attribute, value))
    return conditions


def write_manifest(rows: Sequence[dict[str, Any]]) -> bytes:
    """Rows (keys as in the module's docstring) to Parquet bytes."""
    buffer = io.BytesIO()
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def read_manifest(data: bytes) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(data))


def attributes_of(manifest: pl.DataFrame) -> list[str]:
    return [name.removeprefix(PREFIX) for name in manifest.columns if name.startswith(PREFIX)]


def filter_manifest(manifest: pl.DataFrame, where: Sequence[Condition]) -> pl.DataFrame:
    """Values of one attribute mean any of them, several attributes mean all of them.

    Raises ValidationFailed for an attribute that the version does not have.
    """
    known = attributes_of(manifest)
    for attribute in dict.fromkeys(condition.attribute for condition in where):
        if attribute not in known:
            raise ValidationFailed(
                f"the images have no attribute '{attribute}'; they have: {', '.join(known) or 'none'}", pointer="/where"
            )
        values = [condition.value for condition in where if condition.attribute == attribute]
        manifest = manifest.filter(pl.any_horizontal([_matches(attribute, value) for value in values]))
    return manifest


def facets(manifest: pl.DataFrame) -> list[dict[str, Any]]:
    """Values under the current filter with their counts, an entry an attribute."""
    found = []
    for attribute in attributes_of(manifest):
        column = PREFIX + attribute
        counts = manifest.filter(pl.col(column) != "").group_by(column).len().sort(column)
        values = [{"value": value, "count": count} for value, count in counts.head(MOST_FACET_VALUES).iter_rows()]
        found.append({"attribute": attribute, "distinct": counts.height, "values": values})
    return found


def sentence(total: int, found: Sequence[dict[str, Any]]) -> str:
    """`5 images. hair_style: 1 value, nose: 5 values` (thesis 7.3)."""
    parts = [f"{facet['attribute']}: {facet['distinct']} value{'s' * (facet['distinct'] != 1)}" for facet in found]
    return f"{total} image{'s' * (total != 1)}." + (f" {', '.join(parts)}" if parts else "")


def _matches(attribute: str, value: str) -> pl.Expr:
    column = pl.col(PREFIX + attribute)
    low, dots, high = value.partition("..")
    if not dots:
        return column == value
    try:
        return column.cast(pl.Float64, strict=False).is_between(float(low or "-inf"), float(high or "inf"))
    except ValueError:
        raise ValidationFailed(f"'{value}' is not a range of numbers", pointer="/where") from None
