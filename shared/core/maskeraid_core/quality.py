"""What was measured of images at import, as filters and facets see it: `quality.sharpness:0..8`, `quality.warning:x`.

No attribute of a client has a dot in its name. Images of versions that were not measured have none of these values.
"""

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any

import polars as pl

from maskeraid_core.wanted_values import Numbers, OneValue, Wanted, is_number

SHARPNESS, WARNING = "quality.sharpness", "quality.warning"
COLUMNS = {
    SHARPNESS: "quality:sharpness", "quality.exposure": "quality:exposure", "quality.face_size": "quality:face_size",
    WARNING: "quality:warnings",
}  # fmt: skip
MOST_BINS = 10
WORDS = {
    "face_too_small": "their faces are a few dozen pixels, so that eyes, nose, and mouth cannot be told",
    "blurred": "they are blurred, or were enlarged",
    "too_dark": "nearly all of them is dark",
    "too_bright": "most of them is nearly white",
    "flat": "they have hardly any contrast",
}


def which_are(manifest: pl.DataFrame, name: str, wanted: Sequence[Wanted]) -> pl.Series:
    """For each row whether one of these values of `name` is its own, bool; empty means none: not measured, no warning.

    Raises: ValueError for a number that is none.
    """
    column = manifest.get_column(COLUMNS[name], default=None)
    if column is None:
        column = pl.Series([None] * manifest.height, dtype=pl.List(pl.String) if name == WARNING else pl.Float32)
    among = _warned if name == WARNING else _in_range
    return reduce(or_, (among(column, one) for one in wanted)).fill_null(value=False)


def _warned(column: pl.Series, wanted: Wanted) -> pl.Series:
    if not isinstance(wanted, OneValue):
        raise ValueError
    if not wanted.value:
        return column.list.len() == 0
    return column.list.contains(wanted.value)


def _in_range(column: pl.Series, wanted: Wanted) -> pl.Series:
    if isinstance(wanted, Numbers):
        return column.is_between(wanted.low, wanted.high)
    if isinstance(wanted, OneValue) and not wanted.value:
        return column.is_null()
    if isinstance(wanted, OneValue) and is_number(wanted.value):
        return column == float(wanted.value)
    raise ValueError


def quality_facets(frames: Sequence[pl.DataFrame]) -> list[dict[str, Any]]:
    """Warnings with their counts, and numbers in at most 10 bins; what no image was measured for is left out."""
    found = []
    for name, column in COLUMNS.items():
        parts = [frame[column] for frame in frames if column in frame.columns]
        values = pl.concat([part.drop_nulls() for part in parts]) if parts else pl.Series(dtype=pl.Float32)
        if values.len():
            counted = _counted(values) if name == WARNING else histogram(values)
            found.append({"attribute": name, "distinct": len(counted), "values": counted})
    return found


def _counted(warnings: pl.Series) -> list[dict[str, Any]]:
    counts = warnings.explode(empty_as_null=False).alias("value").value_counts(name="count").sort("value")
    return [{"value": value, "count": count} for value, count in counts.iter_rows()]


def histogram(values: pl.Series) -> list[dict[str, Any]]:
    """Counts in bins between round numbers, `low` included and `high` not."""
    low, high = float(values.min()), float(values.max())  # type: ignore[arg-type]
    step = _round_step((high - low) / (MOST_BINS - 1))
    first = math.floor(low / step)
    ends = [float(f"{number * step:.6g}") for number in range(first, math.floor(high / step) + 2)]
    counts = dict((values.cast(pl.Float64) / step).floor().cast(pl.Int64).alias("bin").value_counts().iter_rows())
    return [
        {"value": f"{low:g}..{high:g}", "count": counts.get(number, 0), "low": low, "high": high}
        for number, (low, high) in enumerate(pairwise(ends), first)
    ]


def _round_step(least: float) -> float:
    """The next of 1, 2, 5, 10, … that is as large; 1 where all values are the same."""
    if least <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9))


def quality_sentence(total: int, measured: int, warned: int, counts: Mapping[str, int]) -> str:
    """`Of 25 images 3 have a warning: of 2 images, they are blurred, or were enlarged; …`"""
    if not measured:
        return f"None of {total} images was measured: they came with an older version. Import them again to know."
    rest = f" {total - measured} more were not measured." if total > measured else ""
    if not warned:
        return f"None of {measured} images has a warning.{rest}"
    said = "; ".join(f"{count} because {WORDS.get(code, code)}" for code, count in counts.items())
    return f"Of {measured} images {warned} {'has' if warned == 1 else 'have'} a warning: {said}.{rest}"
