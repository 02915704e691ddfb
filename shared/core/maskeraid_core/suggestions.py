"""Suggested values of attributes in a manifest: columns of their own, no attributes until a person confirms them.

`suggested:<name>` is text and `suggested_confidence:<name>` Float32, 0 to 1; both null where nothing is suggested. In
filters and facets they are `suggested.<name>`, which no attribute of a client can be called.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import polars as pl

VALUE, CONFIDENCE = "suggested:", "suggested_confidence:"  # columns
ASKED_FOR = "suggested."  # in filters
DECIMALS = 4  # of confidences that are shown


def suggested_in(manifest: pl.DataFrame) -> list[str]:
    """The attributes of which there are suggestions."""
    return [name.removeprefix(VALUE) for name in manifest.columns if name.startswith(VALUE)]


def columns_of(names: Sequence[str]) -> list[str]:
    return [prefix + name for name in names for prefix in (VALUE, CONFIDENCE)]


def suggestions_of(row: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is suggested of one image: value and confidence by attribute."""
    return {
        name: {"value": row[VALUE + name], "confidence": round(row[CONFIDENCE + name], DECIMALS)}
        for name in names_among(tuple(row), VALUE)
        if row[VALUE + name]
    }


@lru_cache
def names_among(columns: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    """What follows the prefix in the columns that begin with it; kept, for all rows of a manifest have the same."""
    return tuple(name.removeprefix(prefix) for name in columns if name.startswith(prefix))


def surer_than(name: str, least: float) -> pl.Expr:
    """Whether a row has a suggestion of this attribute, and one of this confidence, as it is shown, or a higher one."""
    confidence = pl.col(CONFIDENCE + name).cast(pl.Float64).round(DECIMALS)
    return pl.col(VALUE + name).is_not_null() & (confidence >= least).fill_null(value=False)


def without_suggestions(manifest: pl.DataFrame, names: Sequence[str], gone: pl.Expr | None = None) -> pl.DataFrame:
    """The manifest without the suggestions of these attributes, of all rows or of those that are `gone`."""
    columns = [column for column in columns_of(names) if column in manifest.columns]
    if gone is None:
        return manifest.drop(columns)
    left = manifest.with_columns(pl.when(gone).then(None).otherwise(column).alias(column) for column in columns)
    return left.drop(column for column in columns if left[column].null_count() == left.height)
