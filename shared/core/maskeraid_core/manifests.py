"""A dataset version's manifest: one row an image, as Parquet. Written, filtered, and counted with Polars.

Columns: row, id, file, sha256, bytes, width, height, grey, and one text column `attr:<name>` for each attribute
(numbers as text, empty = missing); covering_sha256 and twin_sha256 (PNGs of a drawn test face's true covering and
of the same face uncovered; null for all others); those of `MEASURED`, null where an older version lacks them; and
those of `suggestions`.
"""

import io
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any

import polars as pl
from anyio import to_thread

from maskeraid_core import quality
from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.datasets import IDENTITIES, Attribute, DatasetVersion
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.places import coarse
from maskeraid_core.suggestions import ASKED_FOR, CONFIDENCE, VALUE, suggested_in
from maskeraid_core.wanted_values import OneValue, Wanted, is_number, numbers_in, read_wanted

PREFIX = "attr:"
MEASURED: dict[str, pl.DataType] = {
    "box": pl.String(),  # left,top,right,bottom of the kept face in the original photograph
    "quality:sharpness": pl.Float32(),
    "quality:exposure": pl.Float32(),
    "quality:face_size": pl.Float32(),
    "quality:warnings": pl.List(pl.String()),
    "look": pl.Binary(),  # 8 x 8 x 3 uint8
    "phash": pl.UInt64(),
    "near_duplicate_of": pl.Int64(),  # a row
    "generated": pl.Boolean(),  # a result of this service, let in on purpose
}
MOST_FACET_VALUES = 200
MOST_NUMBERED_VALUES = 2**14  # above it, numbering takes longer than it saves
MOST_NAMED_VALUES = 20
MOST_RUNS = 10  # of numbered values, each compared by its ends: a tenth of the time of looking for each value


@dataclass(frozen=True)
class Condition:
    """`attribute:value`, the value as `wanted_values` reads it. `place` is where a request has it."""

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


def write_manifest(rows: Sequence[dict[str, Any]] | pl.DataFrame) -> bytes:
    """Rows (keys as in the module's docstring) to Parquet bytes."""
    buffer = io.BytesIO()
    frame = rows if isinstance(rows, pl.DataFrame) else as_manifest(rows)
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def as_manifest(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows as a frame; what was measured has its type although no row may say it.

    Column by column: from the rows as they are, Polars makes a copy of each first, which takes three times the memory.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    kinds = {name: kind for name, kind in MEASURED.items() if name in names}
    kinds |= {name: pl.Float32() for name in names if name.startswith(CONFIDENCE)}
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, schema_overrides=kinds)


def read_manifest(data: bytes) -> pl.DataFrame:
    """A manifest of any age: the columns of `MEASURED` are there."""
    found = pl.read_parquet(io.BytesIO(data))
    missing = [pl.lit(None, kind).alias(name) for name, kind in MEASURED.items() if name not in found.columns]
    return found.with_columns(missing)


def read_columns(data: bytes, names: Collection[str]) -> pl.DataFrame:
    """Those of these columns that a manifest has; the others are not even decoded."""
    there = pl.read_parquet_schema(io.BytesIO(data))
    return pl.read_parquet(io.BytesIO(data), columns=[name for name in names if name in there])


async def rows_of(blobs: Blobs, version: DatasetVersion) -> pl.DataFrame:
    """The rows of a version's manifest, without those that are being erased: whoever shows or uses images reads here.

    Raises: InputGone, ArtifactCorrupt.
    """
    data = await blobs.get(version.manifest_key, version.manifest_sha256)
    return await to_thread.run_sync(_without_erased, data, version.erased_rows)


def _without_erased(data: bytes, erased: Sequence[int]) -> pl.DataFrame:
    rows = read_manifest(data)
    return rows.filter(~pl.col("row").is_in(list(erased))) if erased else rows


def subjects_of(manifest: pl.DataFrame) -> pl.Series | None:
    """Whom each image shows by the first attribute that says it, else empty; None where no attribute tells it."""
    columns = [PREFIX + name for name in IDENTITIES if PREFIX + name in manifest.columns]
    if not columns:
        return None
    said = [pl.when(pl.col(name).cast(pl.String) != "").then(pl.col(name).cast(pl.String)) for name in columns]
    return manifest.select(pl.coalesce(*said, pl.lit("")).alias("subject"))["subject"]


def compact(manifest: pl.DataFrame) -> pl.DataFrame:
    """The same rows, made for reading: attributes of few values as their numbers, missing ones as empty text.

    A value is then compared, and counted, in a byte or two; `id`, which row and dataset tell, is left
    out, and what likeness alone needs.
    """
    columns = [_compact(manifest[column_of(name)]) for name in all_in(manifest)]
    found = manifest.with_columns(columns).drop("id", "look", "phash", strict=False)
    return found.with_columns(pl.col("row").set_sorted()) if found["row"].is_sorted() else found


def _compact(column: pl.Series) -> pl.Series:
    texts = column.cast(pl.String).fill_null("")
    distinct = texts.unique().sort()
    return texts.cast(pl.Enum(distinct)) if distinct.len() <= MOST_NUMBERED_VALUES else texts


def attributes_of(manifest: pl.DataFrame) -> list[str]:
    return [name.removeprefix(PREFIX) for name in manifest.columns if name.startswith(PREFIX)]


def shown_to_others(manifest: pl.DataFrame, attributes: Mapping[str, Attribute]) -> pl.DataFrame:
    """The rows as one with whom they are shared sees them: of attributes only these, places rounded.

    Names of files, which may be names of people, give way to the rows' numbers; suggestions stay with the owner.
    """
    hidden = [name for name in manifest.columns if name.startswith((VALUE, CONFIDENCE))]
    hidden += [PREFIX + name for name in attributes_of(manifest) if name not in attributes]
    shown = manifest.drop(hidden)
    exact = [name for name in attributes_of(shown) if attributes[name].type == "geo" and attributes[name].exact]
    places = [pl.col(PREFIX + name).cast(pl.String).map_elements(coarse, return_dtype=pl.String) for name in exact]
    return shown.with_columns(pl.format("{}.png", pl.col("row")).alias("file"), *places)


def all_in(manifest: pl.DataFrame) -> list[str]:
    """The attributes, and `suggested.<name>` for each that there are suggestions of."""
    return [*attributes_of(manifest), *(ASKED_FOR + name for name in suggested_in(manifest))]


def column_of(name: str) -> str:
    """Of an attribute, or of `suggested.<name>`."""
    return VALUE + name.removeprefix(ASKED_FOR) if name.startswith(ASKED_FOR) else PREFIX + name


def filter_manifest(
    manifest: pl.DataFrame, where: Sequence[Condition], *, with_suggestions: bool = False
) -> pl.DataFrame:
    """Values of one attribute mean any of them, several attributes mean all of them.

    What is suggested is no value: only `with_suggestions` it can be asked for.

    Raises ValidationFailed for an attribute that the version does not have.
    """
    check_attributes(all_in(manifest) if with_suggestions else attributes_of(manifest), where)
    met = which_meet(manifest, where)
    return manifest if met is None else manifest.filter(met)


def check_attributes(known: Collection[str], where: Sequence[Condition]) -> None:
    """Raise ValidationFailed for a condition on an attribute that is not among the known ones."""
    for condition in where:
        if condition.attribute not in known and condition.attribute not in quality.COLUMNS:
            raise ValidationFailed(
                f"the images have no attribute '{condition.attribute}'; they have: {', '.join(known) or 'none'}",
                **condition.place,
            )


def which_meet(manifest: pl.DataFrame, where: Sequence[Condition]) -> pl.Series | None:
    """For each row whether it meets the conditions, bool; None when all do. An attribute without a column is missing.

    Raises ValidationFailed for a range that cannot be read.
    """
    met: pl.Series | None = None
    for attribute in dict.fromkeys(condition.attribute for condition in where):
        of_attribute = [condition for condition in where if condition.attribute == attribute]
        wanted = [_read(condition) for condition in of_attribute]
        if attribute in quality.COLUMNS:
            of_one = _measured_so(manifest, of_attribute, wanted)
            met = of_one if met is None else met & of_one
            continue
        column = manifest.get_column(column_of(attribute), default=None)
        column = pl.repeat("", manifest.height, dtype=pl.String, eager=True) if column is None else column
        of_one = _any_of(column, wanted)
        met = of_one if met is None else met & of_one
    return met


def _measured_so(manifest: pl.DataFrame, where: Sequence[Condition], wanted: Sequence[Wanted]) -> pl.Series:
    name = where[0].attribute
    try:
        return quality.which_are(manifest, name, wanted)
    except ValueError:
        grammar = "one warning, such as blurred" if name == quality.WARNING else "a number or a range, such as 0..8"
        raise ValidationFailed(f"{name} is compared with {grammar}", **where[0].place) from None


def _any_of(column: pl.Series, wanted: Sequence[Wanted]) -> pl.Series:
    """Whether each value is asked for; of numbered values each different one is looked at once."""
    if not isinstance(column.dtype, pl.Enum):
        texts = column.fill_null("")
        return reduce(or_, (one.among(texts) for one in wanted))
    values = column.dtype.categories
    meant = reduce(or_, (one.among(values) for one in wanted))
    runs = _runs(meant.arg_true().to_list())
    if not 0 < len(runs) <= MOST_RUNS:
        return column.is_in(values.filter(meant))
    numbers = column.to_physical()
    return reduce(or_, (numbers == low if low == high else numbers.is_between(low, high) for low, high in runs))


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of each run of ascending numbers that follow one another."""
    ends = [place for place in range(1, len(numbers)) if numbers[place] != numbers[place - 1] + 1]
    return [(numbers[first], numbers[end - 1]) for first, end in pairwise([0, *ends, len(numbers)]) if end > first]


def _read(condition: Condition) -> Wanted:
    try:
        return read_wanted(condition.value)
    except ValueError:
        raise ValidationFailed(
            f"'{condition.value}' is no range of numbers, such as {condition.attribute}:30..40, nor of days, such as "
            f"2026-01-01..2026-03-31, nor of places (southwest..northeast), such as 52.3,13.1..52.7,13.8; "
            f'a value that has dots goes in quotes: {condition.attribute}:"{condition.value}"',
            **condition.place,
        ) from None


def check_numbers(manifest: pl.DataFrame, where: Sequence[Condition]) -> None:
    """Raise ValidationFailed where an attribute of numbers is compared with what is none, such as `>30`."""
    for condition in where:
        wanted = _read(condition)
        is_word = isinstance(wanted, OneValue) and wanted.value != "" and not is_number(wanted.value)
        if not is_word or condition.attribute not in attributes_of(manifest):
            continue
        values = _values(manifest, condition.attribute)
        if values and _are_numbers(values):
            raise ValidationFailed(
                f"'{condition.value}' is not a number: {_in_words(condition.attribute, values)}", **condition.place
            )


def check_values(
    manifests: Sequence[pl.DataFrame], where: Sequence[Condition], *, with_suggestions: bool = False
) -> None:
    """Raise ValidationFailed for a condition that no image of any manifest meets, naming the values that there are."""
    for condition in where:
        if not any(_is_met(manifest, condition, with_suggestions) for manifest in manifests):
            if condition.attribute in quality.COLUMNS:
                raise ValidationFailed(f"no image has '{condition.attribute}:{condition.value}'", **condition.place)
            values = {value for manifest in manifests for value in _values(manifest, condition.attribute)}
            raise ValidationFailed(
                f"no image has '{condition.attribute}:{condition.value}': {_in_words(condition.attribute, values)}",
                **condition.place,
            )


def _is_met(manifest: pl.DataFrame, condition: Condition, with_suggestions: bool) -> bool:
    return not filter_manifest(manifest, [condition], with_suggestions=with_suggestions).is_empty()


def facets(*manifests: pl.DataFrame) -> list[dict[str, Any]]:
    """Values under the current filter with their counts, an entry an attribute; those of several are added up."""
    found = []
    for attribute in dict.fromkeys(name for manifest in manifests for name in all_in(manifest)):
        column = column_of(attribute)
        columns = [manifest[column] for manifest in manifests if column in manifest.columns]
        distinct, first = _counts(columns)
        values = [{"value": value, "count": count} for value, count in first]
        found.append({"attribute": attribute, "distinct": distinct, "values": values})
    return found


def _counts(columns: Sequence[pl.Series]) -> tuple[int, list[tuple[str, int]]]:
    """How many values there are, and the first of them, in the order of texts, with how often each is."""
    each = [column.alias("value").value_counts(name="count") for column in columns]
    if not all(isinstance(column.dtype, pl.Enum) for column in columns):
        texts = pl.concat([one.with_columns(pl.col("value").cast(pl.String)) for one in each])
        joined = texts.filter(pl.col("value") != "").group_by("value").agg(pl.col("count").sum()).sort("value")
        return joined.height, joined.head(MOST_FACET_VALUES).rows()
    counts: Counter[str] = Counter()  # of few values, a dictionary takes a tenth of what the above takes
    for one in each:
        counts.update(dict(one.iter_rows()))
    counts.pop("", None)
    return len(counts), sorted(counts.items())[:MOST_FACET_VALUES]


def sentence(total: int, found: Sequence[dict[str, Any]]) -> str:
    """`5 images. hair_style: 1 value, nose: 5 values` (thesis 7.3)."""
    parts = [f"{facet['attribute']}: {facet['distinct']} value{'s' * (facet['distinct'] != 1)}" for facet in found]
    return f"{total} image{'s' * (total != 1)}." + (f" {', '.join(parts)}" if parts else "")


def _values(manifest: pl.DataFrame, attribute: str) -> set[str]:
    column = manifest[column_of(attribute)]
    values = column.dtype.categories if isinstance(column.dtype, pl.Enum) else column.unique()
    return {value for value in values.to_list() if value}


def _are_numbers(values: Collection[str]) -> bool:
    return numbers_in(pl.Series(list(values), dtype=pl.String)).is_not_null().all()


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
    return (float(value), "") if is_number(value) else (float("inf"), value)
