"""The bank: draws of the trained generator, kept with their latents so that conditioning is a matrix product."""

import numpy as np

from maskeraid_faces.face_model import Bank, TrainedArchitecture
from maskeraid_faces.networks.generate import run_generator
from maskeraid_faces.training.gan import Gan
from maskeraid_faces.training.randomness import Stream, generator_for

DRAWS = 4096
DRAWS_OF_MANY_IMAGES = 16_384
MANY_IMAGES = 5000
MOST_PIXEL_BYTES = DRAWS * 32 * 32 * 3  # a bank of images has 12.6 MB, whatever their size
FEWEST_DRAWS = 512  # but no fewer draws: 100 MB at 256 pixels
ROWS_AT_ONCE = 512


def make_bank(
    architecture: TrainedArchitecture,
    gan: Gan,
    pixels: int,
    images: int,
    seed: int,
    *,
    most: int = DRAWS_OF_MANY_IMAGES,
) -> Bank:
    """Draw 4,096 times; `eigen` 16,384 times above 5,000 images, the others less often above 32 pixels a side.

    Args:
        architecture: of the GAN.
        gan: trained.
        pixels: values of an image.
        images: how many it learned from.
        seed: of the latents.
        most: draws that are made at the most.
    """
    draws = DRAWS_OF_MANY_IMAGES if images > MANY_IMAGES else DRAWS
    if architecture != "eigen":
        draws = max(FEWEST_DRAWS, min(DRAWS, MOST_PIXEL_BYTES // pixels))
    draws = min(draws, most)
    latents = generator_for(seed, Stream.BANK).standard_normal((draws, gan.latent_size), np.float32)
    if architecture == "eigen":
        return Bank(latents, run_generator("eigen", gan.generator_weights(), latents))
    parts = np.array_split(latents, max(1, draws // ROWS_AT_ONCE))
    return Bank(latents, np.concatenate([gan.sample(part).reshape(len(part), pixels) for part in parts]))
