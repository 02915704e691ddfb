"""Makes a draw agree with the visible side of a photograph: Matheron's rule, in the coefficients of the basis."""

import numpy as np

from maskeraid_faces.filling.covering_system import ModelSystem
from maskeraid_faces.images import Floats


def correct(draws: Floats, projected: Floats, system: ModelSystem, rng: np.random.Generator) -> Floats:
    """Coefficients (n, r) that carry each draw's own invention and explain what is seen.

    `c + (A + penalty I)^-1 (B_v (x_v - mu_v) - A c - B_v e)` with noise e of variance `penalty`: what ridge would say
    of the difference between the face and the draw. For Gaussian faces it is exact: the draws' mean is ridge's answer,
    and their spread its error.

    Args:
        draws: float32 (n, q) of the generator; the r - q components that it does not draw are drawn normal.
        projected: B_v (x_v - mu_v), (r,).
        system: of the covering and the model.
        rng: for the noise and the last components.

    Source: Journel, Huijbregts 1978 (conditioning by kriging, after Matheron).
    """
    ranks = len(system.gram)
    rest = rng.standard_normal((len(draws), ranks - draws.shape[1]), np.float32)
    coefficients = np.concatenate([draws, rest], axis=1)
    noise = rng.standard_normal((len(draws), ranks), np.float32) @ system.noise_factor.T * np.sqrt(system.penalty)
    return coefficients + system.solve(projected - coefficients @ system.gram - noise)
