"""How far two attributes tell each other, and how far chance alone would have made them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskeraid_api.reports.axes import Table

FEW = 199  # shuffles for a pair that is told by nothing else


@dataclass(frozen=True)
class Link:
    """Of two attributes, in bits; `normalised` is 0 to 1, `effect` what of it is beyond chance."""

    mutual_information: float
    normalised: float
    effect: float
    p: float


def mutual_information(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each table (..., rows, columns) the mutual information of its two variables, in bits (Shannon 1948).

    The sum over cells of p(x, y) log2(p(x, y) / (p(x) p(y))), empty cells as 0.
    """
    shares = tables / np.maximum(tables.sum((-2, -1), keepdims=True), 1)
    by_chance = shares.sum(-1, keepdims=True) * shares.sum(-2, keepdims=True)
    ratio = np.divide(shares, by_chance, out=np.ones_like(shares), where=shares > 0)
    found: NDArray[np.float64] = (shares * np.log2(ratio)).sum((-2, -1))
    return found


def entropy(counts: NDArray[np.int64]) -> float:
    """In bits."""
    shares = counts[counts > 0] / max(1, int(counts.sum()))
    return float(-(shares * np.log2(shares)).sum())


def link_of(table: Table, shuffles: int, least: float, random: np.random.Generator) -> Link:
    """Mutual information, over the mean of both entropies, and its p-value in a permutation test.

    Shuffling one attribute among the images gives tables with the same margins: those are drawn at once, whatever the
    number of images. A pair whose effect stays below `least` is not shuffled further than a few times. `effect` is
    adjusted for chance (Vinh, Epps & Bailey 2010), with the mean of the shuffled ones as what chance gives.
    """
    table = table[table.sum(1) > 0][:, table.sum(0) > 0]
    if min(table.shape) < 2:
        return Link(0.0, 0.0, 0.0, 1.0)
    observed = float(mutual_information(table))
    mean_entropy = (entropy(table.sum(0)) + entropy(table.sum(1))) / 2
    shuffled = mutual_information(shuffled_tables(table, FEW, random))
    effect = (observed - shuffled.mean()) / max(mean_entropy - shuffled.mean(), 1e-12)
    if effect >= least and shuffles > FEW:
        shuffled = np.concatenate([shuffled, mutual_information(shuffled_tables(table, shuffles - FEW, random))])
        effect = (observed - shuffled.mean()) / max(mean_entropy - shuffled.mean(), 1e-12)
    as_large = int((shuffled >= observed - 1e-9).sum())  # rounding decides nothing
    return Link(observed, observed / mean_entropy, max(0.0, float(effect)), (1 + as_large) / (1 + shuffled.size))


def shuffled_tables(table: Table, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Tables (count, rows, columns) with the margins of `table`, as often as independent attributes give them.

    Cell by cell from hypergeometric distributions (Agresti, Wackerly & Boyett 1979).
    """
    rows, columns = table.sum(1), table.sum(0)
    left = np.broadcast_to(columns, (count, len(columns))).copy()  # of each value of the second, not yet given away
    tables = np.zeros((count, *table.shape), np.int64)
    for row, images in enumerate(rows[:-1]):
        wanted = np.full(count, images)
        behind = left.sum(1)
        for column in range(len(columns) - 1):
            behind = behind - left[:, column]
            drawn = random.hypergeometric(left[:, column], behind, wanted)
            tables[:, row, column] = drawn
            wanted = wanted - drawn
        tables[:, row, -1] = wanted
        left -= tables[:, row]
    tables[:, -1] = left
    return tables
