"""What every engine hands to the picks: weighted answers, their distances in the hole, and a way to render some."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Floats, Images

Weights = NDArray[np.float64]  # sum 1
Rows = NDArray[np.intp]

FEWEST_EFFECTIVE = 64.0
SLIP = 0.05  # of the heaviest cluster's mass: lighter ones are slips of the generator, and not offered


@dataclass(frozen=True)
class Pool:
    """n weighted answers to one covered face."""

    weights: Weights  # (n,)
    places: Floats  # (n, d): the distance of two rows is the RMSE of their fills in the hole, in grey levels
    fits: Floats  # (n,) RMSE to the visible pixels, in grey levels
    render: Callable[[Rows], Images]  # rows to whole faces, uint8 (len(rows), H, W, 3)
    deviations: Floats  # (h,) weighted standard deviation of the values of the hole, in grey levels
    approximate: bool = False  # few draws agree with the visible pixels
    merged_below: float = 4.0  # grey levels RMSE in the hole: nearer fills are one answer to people
    starts: int = 0  # of the search that found them; 0: none was made
    ended: Rows | None = None  # (n,) how many of the starts ended at nearly this fill
    is_ridge: bool = False  # engine R answers, for a search found nothing that fits

    @cached_property
    def clusters(self) -> tuple[Rows, Weights]:
        """Leaders of the clusters, heaviest answers first, and the clusters' masses; slips are left out."""
        near = distances(self.places) < self.merged_below
        free = np.ones(len(near), np.bool_)
        leaders, masses = [], []
        for row in np.argsort(-self.weights, kind="stable"):
            if free[row]:
                members = free & near[row]
                members[row] = True
                free &= ~members
                leaders.append(row)
                masses.append(self.weights[members].sum())
        kept = np.array(masses) >= SLIP * max(masses)
        return np.array(leaders)[kept], np.array(masses)[kept]


def narrowed(pool: Pool, rows: Rows) -> Pool:
    """Only these answers, their weights grown to 1; the doubt is about what was possible, and stays."""
    weights = pool.weights[rows]
    return replace(
        pool,
        weights=weights / weights.sum(),
        places=pool.places[rows],
        fits=pool.fits[rows],
        ended=None if pool.ended is None else pool.ended[rows],
        render=lambda chosen: pool.render(rows[chosen]),
    )


def normalised(log_weights: Floats) -> Weights:
    """Weights that sum to 1, from logarithms with any constant added."""
    weights = np.exp(np.asarray(log_weights, np.float64) - log_weights.max())
    total: Weights = weights / weights.sum()
    return total


def effective_size(weights: Weights) -> float:
    """How many equal draws these weights are worth, 1 to n. Source: Kong 1992."""
    return float(1 / np.square(weights).sum())


def softened(log_weights: Floats, least_size: float) -> Weights:
    """Weights of the lowest temperature, from 1, at which at least so many draws (or half of them) speak."""
    least_size = min(least_size, len(log_weights) / 2)
    weights = normalised(log_weights)
    if effective_size(weights) >= least_size:
        return weights
    low, high = 0.0, 40.0  # natural logarithm of the temperature
    for _ in range(20):
        middle = (low + high) / 2
        weights = normalised(log_weights / np.exp(middle))
        low, high = (middle, high) if effective_size(weights) < least_size else (low, middle)
    return normalised(log_weights / np.exp(high))


def heaviest(weights: Weights, mass: float, most: int) -> Rows:
    """The fewest rows that hold this share of the weight, heaviest first, `most` at the most."""
    order = np.argsort(-weights, kind="stable")
    enough = int(np.searchsorted(np.cumsum(weights[order]), mass)) + 1
    return order[: min(enough, most)]


def weighted_deviations(values: Floats, weights: Weights) -> Floats:
    """Standard deviation of each column of values (n, h)."""
    share = weights.astype(np.float32)
    mean = share @ values
    result: Floats = np.sqrt(np.maximum(share @ np.square(values - mean), 0))
    return result


def distances(places: Floats) -> Floats:
    """Between all rows (n, n)."""
    centred = places - places.mean(axis=0)  # float32 loses less near zero
    squares = np.square(centred).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(squares[:, None] + squares - 2 * centred @ centred.T, 0)), np.float32)
