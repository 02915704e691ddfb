"""How rare something is among what is usual: conformal p-values."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEWEST_HELD_OUT, MOST_HELD_OUT = 19, 199  # faces from which on one can be rarer than 1 in 20; that are looked at


def one_of_each(number: int, persons: Sequence[str] | None) -> NDArray[np.intp]:
    """Rows of held-out faces to look at, spread evenly: one a person, for faces of one are alike."""
    first = np.arange(number) if persons is None else np.sort(np.unique(np.asarray(persons), return_index=True)[1])
    chosen = np.unique(np.linspace(0, len(first) - 1, min(len(first), MOST_HELD_OUT)).astype(int))
    return np.asarray(first[chosen], np.intp)


def p_value(score: float, held_out: Sequence[float]) -> float | None:
    """The share of faces that are as far from their model or farther, 1 / (n + 1) to 1; None where none are known."""
    if len(held_out) < FEWEST_HELD_OUT:
        return None
    farther = len(held_out) - int(np.searchsorted(held_out, score, "left"))
    return (1 + farther) / (1 + len(held_out))
