"""Which answers of a pool become candidates: `spread` for people, `sample` for calibration, `random` as thesis."""

from typing import Literal

import numpy as np

from maskeraid_faces.filling.pool import Pool, Rows, Weights, distances
from maskeraid_faces.images import Floats

Pick = Literal["spread", "sample", "random"]
PICKS: tuple[Pick, ...] = ("spread", "sample", "random")

REACH = 1.0  # of the median distance: what counts as around a cluster
TRADE_OFF = 0.5  # between a heavy cluster (0) and one far from those already picked (1)


def pick_rows(pool: Pool, k: int, pick: Pick, rng: np.random.Generator) -> tuple[Rows, Weights]:
    """k rows or fewer of the pool, best first, and their weights, which sum to 1."""
    if pick == "spread":
        return spread(pool, k)
    if pick == "sample":
        return sample(pool, k, rng)
    return rng.permutation(len(pool.weights))[:k], np.full(min(k, len(pool.weights)), 1 / min(k, len(pool.weights)))


def sample(pool: Pool, k: int, rng: np.random.Generator) -> tuple[Rows, Weights]:
    """k draws of weight 1/k: the pool is cut into k cells of equal mass, each of which gives one by its weights.

    Each remains an unbiased draw, and the mean of the k lies nearer to the pool's than that of independent draws.
    Source: stratified resampling (Kitagawa 1996), with cells cut along the main direction, again and again.
    """
    order = _by_cells(np.arange(len(pool.weights)), pool, k)
    points = (rng.random(k) + np.arange(k)) / k
    rows = order[np.minimum(np.searchsorted(np.cumsum(pool.weights[order]), points), len(order) - 1)]
    return rng.permutation(rows), np.full(k, 1 / k)


def _by_cells(rows: Rows, pool: Pool, cells: int) -> Rows:
    """Rows in an order in which each k-th part of the mass is a compact cell: halves of halves."""
    if cells == 1 or len(rows) < 2:
        return rows
    places, weights = pool.places[rows], pool.weights[rows]
    centred = places - np.average(places, axis=0, weights=weights).astype(np.float32)
    order = np.argsort(centred @ _main_direction(centred), kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    cut = int(np.searchsorted(share, cells // 2 / cells, side="right"))
    rows = rows[order]
    return np.concatenate([_by_cells(rows[:cut], pool, cells // 2), _by_cells(rows[cut:], pool, cells - cells // 2)])


def _main_direction(centred: Floats) -> Floats:
    """A few power steps towards the first principal direction (d,); near enough, as any direction would be right."""
    direction = centred[np.argmax(np.square(centred).sum(axis=1))]
    for _ in range(4):
        direction = centred.T @ (centred @ direction)
        direction = direction / np.float32(max(float(np.linalg.norm(direction)), 1e-12))
    return np.asarray(direction, np.float32)


def spread(pool: Pool, k: int) -> tuple[Rows, Weights]:
    """Clusters of answers, the most typical first, then those typical and far from what is picked; weights are masses.

    Every answer counts for the picked one nearest to it.
    """
    leaders, masses = pool.clusters
    apart = distances(pool.places[leaders])
    typical = _typicality(apart, masses, pool.merged_below)
    picked = [int(np.argmax(typical))]
    nearest = apart[picked[0]]
    while len(picked) < min(k, len(leaders)):
        worth = typical * (1 - TRADE_OFF) + nearest / max(float(nearest.max()), 1e-9) * TRADE_OFF
        worth[picked] = -1
        picked.append(int(np.argmax(worth)))
        nearest = np.minimum(nearest, apart[picked[-1]])
    weights = np.bincount(np.argmin(apart[picked], axis=0), masses, len(picked))
    best_first = np.argsort(-weights, kind="stable")
    return leaders[picked][best_first], weights[best_first] / weights.sum()


def outcomes(pool: Pool) -> int:
    """How many distinct answers there are, slips left out."""
    return len(pool.clusters[0])


def _typicality(apart: Floats, masses: Weights, least_reach: float) -> Weights:
    """How much mass lies around each cluster, the greatest 1: without it the farthest answers are the oddest ones."""
    reach = max(least_reach, REACH * float(np.median(apart)))
    density = np.exp(-np.square(apart / reach) / 2) @ masses
    return np.asarray(density / density.max())
