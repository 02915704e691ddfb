"""Engine A's search in a generator of pixels: latents go down the slope of their distance to what is visible.

Source: Yeh et al. 2017 (arXiv 1607.07539). Ours weighs every visible pixel, starts from the best of a bank and from an
encoder's guesses, and leaves the discriminator out: it is no part of a model's files, for only a training needs it.
"""

from dataclasses import dataclass

import numpy as np

from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Floats
from maskeraid_faces.networks.sloped import SlopedGenerator, multiplications

STARTS_OF_BANK, STARTS_OF_ENCODER = 16, 4
FEWEST_STARTS = 4
FEWEST_STEPS, MOST_STEPS = 25, 100
MOST_MULTIPLICATIONS = 1.65e11  # of a search: 5 to 7 s of one core; with less, `r3` and a wide `dcgan` have none
PRIOR = 1e-3  # weight of how far a latent's length is from usual
FIRST_RATE, LAST_RATE = 0.05, 0.01  # of Adam, by half a cosine
BETAS, EPSILON = (0.9, 0.999), 1e-8


@dataclass(frozen=True)
class Pace:
    """How much a search may do; no starts: the generator is too large to be searched while somebody waits."""

    starts: int
    steps: int


@dataclass(frozen=True)
class Refined:
    """Where n starts ended: the best that each of them met."""

    latents: Floats  # (n, latent_size)
    energies: Floats  # (n,) what was made small


def pace_of(model: FaceModel) -> Pace:
    """By the size of the generator, never by the clock: the same seed gives the same bytes on any machine."""
    a_step = 2 * multiplications(model)  # there and back
    starts = STARTS_OF_BANK + STARTS_OF_ENCODER
    if a_step * starts * FEWEST_STEPS > MOST_MULTIPLICATIONS:
        starts = int(MOST_MULTIPLICATIONS / (a_step * FEWEST_STEPS))
    if starts < FEWEST_STARTS:
        return Pace(0, 0)
    return Pace(starts, min(MOST_STEPS, int(MOST_MULTIPLICATIONS / (a_step * starts))))


def refine(generator: SlopedGenerator, starts: Floats, values: Floats, weights: Floats, steps: int) -> Refined:
    """Steps of Adam from each start, for itself, on `E(z) = sum w |G(z) - x| + 1e-3 (|z|^2 - d)^2 / d`.

    Args:
        generator: of the values that are seen.
        starts: float32 (n, d).
        values: what is to be met, in [-1, 1], (v,) or one row a start (n, v).
        weights: of these values, (v,).
        steps: how many.

    Returns:
        The least E that each start met and its latent, the start itself counted in: it never gets worse.
    """
    latents, best = starts.copy(), starts.copy()
    least = np.full(len(starts), np.inf, np.float32)
    first, second = np.zeros_like(starts), np.zeros_like(starts)
    for step in range(steps + 1):
        pixels, back = generator.draw(latents)
        differences = pixels - values
        excess = np.square(latents).sum(axis=1) - latents.shape[1]
        energies = np.abs(differences) @ weights + PRIOR * np.square(excess) / latents.shape[1]
        better = energies < least
        best[better], least[better] = latents[better], energies[better]
        if step == steps:
            break
        slope = back(np.sign(differences) * weights) + 4 * PRIOR * excess[:, None] * latents / latents.shape[1]
        first = BETAS[0] * first + (1 - BETAS[0]) * slope
        second = BETAS[1] * second + (1 - BETAS[1]) * np.square(slope)
        upright = np.sqrt(second / (1 - BETAS[1] ** (step + 1))) + EPSILON
        latents = latents - np.float32(_rate(step, steps) / (1 - BETAS[0] ** (step + 1))) * first / upright
    return Refined(best, least)


def _rate(step: int, steps: int) -> float:
    return float(LAST_RATE + (FIRST_RATE - LAST_RATE) * (1 + np.cos(np.pi * step / steps)) / 2)
