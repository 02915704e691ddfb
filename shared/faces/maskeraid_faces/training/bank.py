"""The bank: draws of the trained generator, kept with their latents so that conditioning is a matrix product."""

from collections.abc import Mapping

import numpy as np

from maskeraid_faces.face_model import Bank, Floats, TrainedArchitecture
from maskeraid_faces.images import to_pixels
from maskeraid_faces.networks.generate import run_generator
from maskeraid_faces.training.randomness import Stream, generator_for

DRAWS = 4096
DRAWS_OF_MANY_IMAGES = 16_384
MANY_IMAGES = 5000
MOST_PIXEL_BYTES = DRAWS * 32 * 32 * 3  # a thesis bank holds images: 12.6 MB, whatever their size
ROWS_AT_ONCE = 512


def make_bank(
    architecture: TrainedArchitecture, weights: Mapping[str, Floats], latent_size: int, images: int, seed: int
) -> Bank:
    """Draw 4,096 times (16,384 above 5,000 images; fewer for `thesis` above 32 pixels)."""
    draws = DRAWS_OF_MANY_IMAGES if images > MANY_IMAGES else DRAWS
    if architecture == "thesis":
        draws = min(DRAWS, MOST_PIXEL_BYTES // weights["output.bias"].size)
    latents = generator_for(seed, Stream.BANK).standard_normal((draws, latent_size), np.float32)
    if architecture == "eigen":
        return Bank(latents, run_generator("eigen", weights, latents))
    parts = np.array_split(latents, max(1, draws // ROWS_AT_ONCE))
    return Bank(latents, np.concatenate([to_pixels(run_generator("thesis", weights, part)) for part in parts]))
