"""What `where=attribute:VALUE` asks for: one value, a range of numbers, days, or places, or what is missing.

`30..40` and `2026-01-01..2026-03-31` are ranges with both ends, `30..` and `..40` have one. Anything in double quotes
is one value as it stands, so `"1..2"` is no range. Days are ISO 8601.
"""

import math
import re
from dataclasses import dataclass
from datetime import date

import polars as pl

from maskeraid_core.places import coarse, read_place

NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
FEW = 200  # texts that are looked at one by one in less time than an expression takes to begin


@dataclass(frozen=True)
class OneValue:
    """A value as it is written; empty: that there is none."""

    value: str

    def among(self, values: pl.Series) -> pl.Series:
        """Which of these texts are meant, bool."""
        rounded = coarse(self.value)  # a place, which is kept so unless it is exact
        return values == self.value if rounded == self.value else values.is_in([self.value, rounded])


@dataclass(frozen=True)
class Numbers:
    """From `low` to `high`, both included; what is no number is not among them."""

    low: float
    high: float

    def among(self, values: pl.Series) -> pl.Series:
        """Which of these texts are meant, bool."""
        if values.len() <= FEW and not values.null_count():
            met = [is_number(text) and self.low <= float(text) <= self.high for text in values.to_list()]
            return pl.Series(met, dtype=pl.Boolean)
        are_meant = _as_number(pl.col(values.name)).is_between(self.low, self.high).fill_null(value=False)
        return values.to_frame().select(are_meant).to_series()


@dataclass(frozen=True)
class Days:
    """From `first` to `last`, both included; what is no day of the calendar is not among them."""

    first: date
    last: date

    def among(self, values: pl.Series) -> pl.Series:
        """Which of these texts are meant, bool."""
        days = values.str.to_date("%Y-%m-%d", strict=False)
        return (values.str.contains(DAY) & days.is_between(self.first, self.last)).fill_null(value=False)


@dataclass(frozen=True)
class Box:
    """Places between two corners, in degrees, both included; what is no place is not among them."""

    southwest: tuple[float, float]
    northeast: tuple[float, float]

    def among(self, values: pl.Series) -> pl.Series:
        """Which of these texts are meant, bool."""
        places = map(read_place, values.to_list())
        return pl.Series([place is not None and self._has(place) for place in places], dtype=pl.Boolean)

    def _has(self, place: tuple[float, float]) -> bool:
        corners = zip(self.southwest, place, self.northeast, strict=True)
        return all(low <= degrees <= high for low, degrees, high in corners)


Wanted = OneValue | Numbers | Days | Box


def read_wanted(text: str) -> Wanted:
    """What a condition's value means. Raises: ValueError for what looks like a range and is none."""
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        return OneValue(text[1:-1])
    low, dots, high = text.partition("..")
    if not dots:
        return OneValue(text)
    ends = [end for end in (low, high) if end]
    if ends and all(is_day(end) for end in ends):
        return Days(date.fromisoformat(low) if low else date.min, date.fromisoformat(high) if high else date.max)
    southwest, northeast = read_place(coarse(low)), read_place(coarse(high))
    if southwest and northeast:
        return Box(southwest, northeast)
    if not all(is_number(end) for end in ends):
        raise ValueError(text)
    return Numbers(float(low or -math.inf), float(high or math.inf))


def is_number(text: str) -> bool:
    """Whether a text is one finite decimal number in ASCII; `nan`, `inf`, and `1_000` are words."""
    return re.fullmatch(NUMBER, text) is not None and math.isfinite(float(text))


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, such as 2026-03-31."""
    try:
        return re.fullmatch(DAY, text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


def numbers_in(texts: pl.Series) -> pl.Series:
    """Float64; null for what is no number."""
    return texts.to_frame().select(_as_number(pl.col(texts.name))).to_series()


def _as_number(text: pl.Expr) -> pl.Expr:
    """An expression, for one takes a third of the time of its steps one by one."""
    number = text.cast(pl.Float64, strict=False)
    return pl.when(text.str.contains(NUMBER) & number.is_finite()).then(number)
