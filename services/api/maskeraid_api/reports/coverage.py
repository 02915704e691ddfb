"""Which combinations of values the images have, which are missing, and which a model could return."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

from maskeraid_api.reports.axes import MISSING, Axes, Axis, Table, table_of
from maskeraid_api.reports.words import count_of, listed

MOST_COMBINATIONS = 4096  # of all attributes together, of which each is looked at
MOST_MISSING = 50  # that are named

Cells = NDArray[np.bool_]


@dataclass(frozen=True)
class Covered:
    """Combinations of values: how many there can be, exist, are missing, and could be returned by a model."""

    attributes: tuple[str, ...]
    possible: int
    exist: int
    returnable: int
    missing_combinations: Sequence[Mapping[str, str]]

    @property
    def sentence(self) -> str:
        names, missing = listed(self.attributes), self.possible - self.exist
        if not missing:
            return f"{names}: {self.exist} of {self.possible} combinations exist."
        new = self.returnable - self.exist
        could = "all" if new == missing else f"{new} of them" if new else "none of them"
        return (
            f"{names}: {self.exist} of {self.possible} combinations exist; {missing} {'is' if missing == 1 else 'are'} "
            f"missing, {could} could be returned by a model all the same."
        )


@dataclass(frozen=True)
class PairCoverage:
    """`counts`: images by value of the first (rows) and of the second."""

    covered: Covered
    values: tuple[Sequence[str], Sequence[str]]
    counts: Table


@dataclass(frozen=True)
class Coverage:
    """Every pair, and all attributes together where those are few enough."""

    pairs: Sequence[PairCoverage]
    whole: Covered | None

    @property
    def sentence(self) -> str:
        gaps = [one.covered for one in self.pairs if one.covered.exist < one.covered.possible]
        start = f"Attributes: {count_of(len(self.pairs), 'pair')}, {len(gaps) or 'none'} with missing combinations."
        return f"{start} Together, {self.whole.sentence}" if self.whole else start


def find_coverage(found: Axes) -> Coverage:
    """Tables of every pair of attributes, and the product of all when it has at most 4,096 cells.

    A model mixes what it has seen apart: a missing combination could be returned when each of its values is seen with
    at least two values of the other attribute, and not when they always came together.
    """
    tables = {(first.name, second.name): table_of(first, second) for first, second in combinations(found.axes, 2)}
    pairs = [_pair(first, second, tables[first.name, second.name]) for first, second in combinations(found.axes, 2)]
    is_small = len(found.axes) > 1 and prod(len(axis.values) for axis in found.axes) <= MOST_COMBINATIONS
    return Coverage(pairs, _whole(found.axes, tables) if is_small else None)


def returnable(table: Table) -> Cells:
    """Combinations that a model could return: those that exist, and those of values that were seen apart."""
    exists = table > 0
    is_apart = (exists.sum(1, keepdims=True) > 1) & (exists.sum(0, keepdims=True) > 1)
    cells: Cells = exists | is_apart
    return cells


def _pair(first: Axis, second: Axis, table: Table) -> PairCoverage:
    covered = _covered([first, second], table > 0, returnable(table))
    return PairCoverage(covered, (first.values, second.values), table)


def _whole(axes: Sequence[Axis], tables: Mapping[tuple[str, str], Table]) -> Covered:
    """A combination of all could be returned when every pair in it could."""
    shape = tuple(len(axis.values) for axis in axes)
    codes = np.stack([axis.codes for axis in axes])
    exists = np.zeros(shape, bool)
    exists[tuple(codes[:, (codes != MISSING).all(0)])] = True
    could = np.ones(shape, bool)
    for (first, one), (second, other) in combinations(enumerate(axes), 2):
        ends = [shape[at] if at in (first, second) else 1 for at in range(len(axes))]
        could &= returnable(tables[one.name, other.name]).reshape(ends)
    return _covered(axes, exists, could | exists)


def _covered(axes: Sequence[Axis], exists: Cells, could: Cells) -> Covered:
    missing = np.argwhere(~exists)[:MOST_MISSING]
    named = [{axis.name: axis.values[place] for axis, place in zip(axes, cell, strict=True)} for cell in missing]
    return Covered(tuple(axis.name for axis in axes), exists.size, int(exists.sum()), int(could.sum()), named)
