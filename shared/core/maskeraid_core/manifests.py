"""A dataset version's manifest: one row an image, as Parquet. Written, filtered, and counted with Polars.

Columns: row, id, file, sha256, bytes, width, height, grey, and one text column `attr:<name>` for each attribute
(numbers as text, empty = missing); covering_sha256 and twin_sha256 (PNGs of a drawn test face's true covering and
of the same face uncovered; null for all others).
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from maskeraid_core.errors import ValidationFailed

PREFIX = "attr:"
MOST_FACET_VALUES = 200
MOST_NAMED_VALUES = 20


@dataclass(frozen=True)
class Condition:
    """`attribute:value`; `30..40` is a number range; empty means missing. `place` is where a request has it."""

    attribute: str
    value: str
    place: Mapping[str, str]


def parse_where(where: Sequence[str], inside: str | None = None) -> list[Condition]:
    """Read `attribute:value`, several times; `inside` points to the part of a body that has `where`, None: a query."""
    conditions = []
    for number, text in enumerate(where):
        place = {"parameter": "where"} if inside is None else {"pointer": f"{inside}/where/{number}"}
        attribute, colon, value = text.partition(":")
        if not colon or not attribute:
            raise ValidationFailed(f"'{text}' is not of the form attribute:value", **place)
        conditions.append(Condition(attribute, value, place))
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
    for condition in where:
        if condition.attribute not in known:
            raise ValidationFailed(
                f"the images have no attribute '{condition.attribute}'; they have: {', '.join(known) or 'none'}",
                **condition.place,
            )
    for attribute in dict.fromkeys(condition.attribute for condition in where):
        of_one = [_matches(condition) for condition in where if condition.attribute == attribute]
        manifest = manifest.filter(pl.any_horizontal(of_one))
    return manifest


def check_numbers(manifest: pl.DataFrame, where: Sequence[Condition]) -> None:
    """Raise ValidationFailed where an attribute of numbers is compared with what is none, such as `>30`."""
    for condition in where:
        if condition.attribute not in attributes_of(manifest) or not condition.value:
            continue
        values = _values(manifest, condition.attribute)
        is_range = ".." in condition.value  # which filtering reads, and refuses
        if not is_range and not _are_numbers([condition.value]) and values and _are_numbers(values):
            raise ValidationFailed(
                f"'{condition.value}' is not a number: {_in_words(condition.attribute, values)}", **condition.place
            )


def check_values(manifests: Sequence[pl.DataFrame], where: Sequence[Condition]) -> None:
    """Raise ValidationFailed for a condition that no image of any manifest meets, naming the values that there are."""
    for condition in where:
        if all(filter_manifest(manifest, [condition]).is_empty() for manifest in manifests):
            values = {value for manifest in manifests for value in _values(manifest, condition.attribute)}
            raise ValidationFailed(
                f"no image has '{condition.attribute}:{condition.value}': {_in_words(condition.attribute, values)}",
                **condition.place,
            )


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


def _values(manifest: pl.DataFrame, attribute: str) -> set[str]:
    return {value for value in manifest[PREFIX + attribute].unique().to_list() if value}


def _are_numbers(values: Collection[str]) -> bool:
    return pl.Series(list(values), dtype=pl.String).cast(pl.Float64, strict=False).is_not_null().all()


def _in_words(attribute: str, values: Collection[str]) -> str:
    """What there is, and how it is asked for: few values by name, many numbers by their ends."""
    if len(values) > MOST_NAMED_VALUES and _are_numbers(values):
        low, high = min(values, key=float), max(values, key=float)
        return f"{attribute} goes from {low} to {high}; a range is written {attribute}:{low}..{high}"
    named = ", ".join(sorted(values, key=_order)[:MOST_NAMED_VALUES]) or "none"
    more = f", and {len(values) - MOST_NAMED_VALUES} more" if len(values) > MOST_NAMED_VALUES else ""
    grammar = f"; a range is written {attribute}:30..40" if values and _are_numbers(values) else ""
    return f"{attribute} has the values {named}{more}{grammar}"


def _order(value: str) -> tuple[float, str]:
    """Numbers by what they count, before words."""
    return (float(value), "") if _are_numbers([value]) else (float("inf"), value)


def _matches(condition: Condition) -> pl.Expr:
    column = pl.col(PREFIX + condition.attribute)
    low, dots, high = condition.value.partition("..")
    if not dots:
        return column == condition.value
    try:
        return column.cast(pl.Float64, strict=False).is_between(float(low or "-inf"), float(high or "inf"))
    except ValueError:
        raise ValidationFailed(
            f"'{condition.value}' is not a range of numbers, such as {condition.attribute}:30..40", **condition.place
        ) from None
