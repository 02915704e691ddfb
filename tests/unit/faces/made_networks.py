"""A choosing network whose weights a test sets, so that nothing is trained."""

from collections.abc import Sequence

import numpy as np

from maskeraid_faces.images import Floats
from maskeraid_faces.selection.network import SelectorNetwork
from maskeraid_faces.selection.network_files import expected_arrays


def network_that_looks_at(row: int, column: int, models: Sequence[str] = ("a", "b")) -> SelectorNetwork:
    """What is red in one cell of the last maps, 4 x 4 of the face's pixels, speaks for the second model alone.

    Without any red there both have the same share; more models have that of the first.
    """
    weights: dict[str, Floats] = {
        name: np.zeros(shape, np.float32) for name, (_, shape) in expected_arrays(len(models)).items()
    }
    for place in ("1_1", "1_2", "2_1", "2_2"):
        weights[f"convolution_{place}.kernel"][1, 1, 0, 0] = 1  # the first channel as it is
        weights[f"normalisation_{place}.gamma"][:] = 1
        weights[f"normalisation_{place}.moving_variance"][:] = 1
    weights["hidden_1.kernel"][(row * 8 + column) * 256, 0] = 1
    weights["hidden_2.kernel"][0, 0] = 1
    weights["output.kernel"][0, 1] = 1
    return SelectorNetwork(tuple(models), weights)
