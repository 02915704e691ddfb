"""Makes a draw agree with the visible side of a photograph: Matheron's rule, in the coefficients of the basis."""

import numpy as np

from maskeraid_faces.filling.covering_system import ModelSystem
from maskeraid_faces.images import Floats


def correct(draws: Floats, projected: Floats, system: ModelSystem) -> Floats:
    """Coefficients (n, r) that carry each draw's own invention and explain what is seen.

    `c + (A + penalty I)^-1 (B_v (x_v - mu_v) - A c)`: ridge answers for the difference between the face and the draw.

    Args:
        draws: float32 (n, q or r); components that are not drawn are 0.
        projected: B_v (x_v - mu_v), (r,) or (n, r).
        system: of the covering and the model.

    Source: Journel, Huijbregts 1978 (conditioning by kriging, after Matheron).
    """
    full = np.zeros((len(draws), len(system.gram)), np.float32)
    full[:, : draws.shape[1]] = draws
    return full + system.solve(projected - full @ system.gram)


def correct_with_noise(draws: Floats, projected: Floats, system: ModelSystem, rng: np.random.Generator) -> Floats:
    """The same with all that is uncertain: normal draws of the last r - q components, and the noise of what is seen.

    For Gaussian faces this is exact: the mean is ridge's answer and the spread is ridge's error.
    """
    rest = rng.standard_normal((len(draws), len(system.gram) - draws.shape[1]), np.float32)
    noise = rng.standard_normal((len(draws), len(system.gram)), np.float32) @ system.noise_factor.T
    return correct(np.concatenate([draws, rest], axis=1), projected - noise * np.sqrt(system.penalty), system)
