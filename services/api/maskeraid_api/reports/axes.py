"""Attributes as axes of tables: few values each, and for each image the number of its value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from maskeraid_core.documents.datasets import IDENTITIES
from maskeraid_core.manifests import PREFIX
from maskeraid_core.wanted_values import numbers_in

MOST_AXES = 20
MOST_VALUES = 12  # of an axis; rarer ones are taken together
BINS = 5  # of numbers: as many images in each
OTHERS = "others"
MISSING = -1

Codes = NDArray[np.int64]
Table = NDArray[np.int64]  # (values of the first, values of the second): images


@dataclass(frozen=True)
class Axis:
    """An attribute. `codes` has for each image the place of its value in `values`, -1 where it is missing."""

    name: str
    values: tuple[str, ...]
    codes: Codes


@dataclass(frozen=True)
class Axes:
    """The attributes that can be looked at, and why others cannot."""

    axes: Sequence[Axis]
    left_out: Mapping[str, str]


def axes_of(frames: Sequence[pl.DataFrame], declared: Mapping[str, Sequence[str]] | None = None) -> Axes:
    """Attributes of all frames, one below the other; `declared` has values that count although no image has them."""
    names = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    axes, left_out = list[Axis](), dict[str, str]()
    for column in names:
        name = column.removeprefix(PREFIX)
        texts = pl.concat([_texts(frame, column) for frame in frames])
        if reason := _reason_against(name, texts, len(axes)):
            left_out[name] = reason
        else:
            axes.append(_axis(name, texts, (declared or {}).get(name, ())))
    return Axes(axes, left_out)


def table_of(first: Axis, second: Axis) -> Table:
    """How many images have each pair of values; those that miss one are not counted."""
    has_both = (first.codes != MISSING) & (second.codes != MISSING)
    height, width = len(first.values), len(second.values)
    cells = first.codes[has_both] * width + second.codes[has_both]
    return np.bincount(cells, minlength=height * width).reshape(height, width)


def _texts(frame: pl.DataFrame, column: str) -> pl.Series:
    if column not in frame.columns:
        return pl.repeat("", frame.height, dtype=pl.String, eager=True)
    return frame[column].cast(pl.String).fill_null("").rename("")


def _reason_against(name: str, texts: pl.Series, taken: int) -> str | None:
    if name in IDENTITIES:
        return "it tells persons apart"
    there = texts.filter(texts != "")
    if there.is_empty():
        return "no image has it"
    if there.n_unique() > MOST_VALUES and numbers_in(there).null_count() and there.n_unique() * 2 > there.len():
        return "nearly every image has a value of its own"
    return f"only the first {MOST_AXES} are looked at" if taken >= MOST_AXES else None


def _axis(name: str, texts: pl.Series, declared: Sequence[str]) -> Axis:
    counts = texts.filter(texts != "").value_counts(sort=True, name="count")
    found = counts.get_column(counts.columns[0]).to_list()
    if len(found) > MOST_VALUES and (numbers := numbers_in(texts)).null_count() == (texts == "").sum():
        return _binned(name, numbers)
    common = found if len(found) <= MOST_VALUES else found[: MOST_VALUES - 1]
    values = sorted({*common, *declared[: MOST_VALUES - len(common)]}, key=_order)
    values += [OTHERS] if len(found) > len(common) else []
    places = {value: place for place, value in enumerate(values)}
    new = [places.get(value, len(values) - 1) for value in found]
    codes = texts.replace_strict(found, new, default=MISSING, return_dtype=pl.Int64)
    return Axis(name, tuple(values), codes.to_numpy())


def _binned(name: str, numbers: pl.Series) -> Axis:
    """Numbers in bins of about as many images each; a bin is called by its ends."""
    there = numbers.is_not_null().to_numpy()
    values = numbers.drop_nulls().to_numpy()
    edges = np.unique(np.quantile(values, np.arange(1, BINS) / BINS, method="lower"))
    bins = np.searchsorted(edges, values, side="left")
    codes = np.full(len(there), MISSING, np.int64)
    kinds, codes[there] = np.unique(bins, return_inverse=True)
    names = [f"{values[bins == kind].min():g}..{values[bins == kind].max():g}" for kind in kinds]
    return Axis(name, tuple(names), codes)


def _order(value: str) -> tuple[float, str]:
    number = numbers_in(pl.Series([value]))[0]
    return (float("inf"), value) if number is None else (number, value)
