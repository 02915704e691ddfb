"""Attributes that travel together, so that a model cannot tell them apart."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from maskeraid_api.reports.axes import Axes, Axis, Table, table_of
from maskeraid_api.reports.chance import Link, link_of
from maskeraid_api.reports.words import fixed_sentence, missing_of, together_sentence

LEAST_EFFECT = 0.1  # a weaker link is not named, however sure it is: of 100,000 images anything is
LEVEL = 0.05  # of all pairs together
FEWEST_SHUFFLES = 999
SEED = 7  # the same images, the same report
MOST_NAMED = 20
ALWAYS = "always_together"  # neither varies here, though both do elsewhere


@dataclass(frozen=True)
class Pair:
    """Two attributes that both vary. `p_adjusted` is p times the number of pairs (Bonferroni), 1 at most."""

    attributes: tuple[str, str]
    images: int
    link: Link
    p_adjusted: float

    @property
    def is_named(self) -> bool:
        return self.link.effect >= LEAST_EFFECT and self.p_adjusted <= LEVEL


@dataclass(frozen=True)
class Confound:
    """What travels together, in words, and the combinations to collect."""

    attributes: tuple[str, ...]
    kind: str
    pair: Pair | None  # None: nothing here varies that could be counted
    sentence: str
    collect: Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Confounds:
    """`fixed` are the attributes with one value only."""

    confounds: Sequence[Confound]
    pairs: Sequence[Pair]
    fixed: Mapping[str, str]


def find_confounds(found: Axes, elsewhere: Mapping[str, Collection[str]] | None = None) -> Confounds:
    """Link of every pair of attributes that vary, and those that never vary here.

    Args:
        elsewhere: values that an attribute has in other datasets. Two attributes that are fixed here and vary there
            travel together as well: all images have both.
    """
    seen = {axis.name: [axis.values[code] for code in np.unique(axis.codes[axis.codes >= 0])] for axis in found.axes}
    varying = [axis for axis in found.axes if len(seen[axis.name]) > 1]
    fixed = {name: values[0] for name, values in seen.items() if len(values) == 1}
    pairs, named = list[Pair](), list[Confound]()
    number = math.comb(len(varying), 2)
    shuffles = max(FEWEST_SHUFFLES, math.ceil(number / LEVEL))  # else no pair could be sure among so many
    random = np.random.default_rng(SEED)
    for first, second in combinations(varying, 2):
        table = table_of(first, second)
        link = link_of(table, shuffles, LEAST_EFFECT, random)
        pair = Pair((first.name, second.name), int(table.sum()), link, min(1.0, link.p * number))
        pairs.append(pair)
        if pair.is_named:
            named.append(_confound(pair, first, second, table))
    pairs.sort(key=lambda pair: -pair.link.effect)
    named.sort(key=lambda one: -one.pair.link.effect if one.pair else 0)
    always = _always_together(fixed, elsewhere or {})
    return Confounds([*always, *named][:MOST_NAMED], pairs, fixed)


def _confound(pair: Pair, first: Axis, second: Axis, table: Table) -> Confound:
    kind = "inseparable" if pair.link.normalised > 1 - 1e-9 else "mostly_together"
    return Confound(
        pair.attributes, kind, pair, together_sentence(first, second, table), missing_of(first, second, table)
    )


def _always_together(fixed: Mapping[str, str], elsewhere: Mapping[str, Collection[str]]) -> list[Confound]:
    names = [name for name, value in fixed.items() if set(elsewhere.get(name, ())) - {value}]
    if len(names) < 2:
        return []
    values = {name: fixed[name] for name in names}
    others = {name: sorted(set(elsewhere[name]) - {fixed[name]}) for name in names}
    collect = [{**values, name: other} for name in names for other in others[name][:2]]
    return [Confound(tuple(names), ALWAYS, None, fixed_sentence(values), collect)]
