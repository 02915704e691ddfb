"""The networks of each architecture that works on pixels, by name."""

from collections.abc import Sequence

import keras

from maskeraid_faces.face_model import TrainedArchitecture
from maskeraid_faces.networks import dcgan, dense, r3

LATENT_SIZES: dict[TrainedArchitecture, int] = {
    "dense": dense.LATENT_SIZE,
    "dcgan": dcgan.LATENT_SIZE,
    "r3": r3.LATENT_SIZE,
}


def build_generator(
    architecture: TrainedArchitecture, size: int, widths: Sequence[int], *, seed: int = 0, dtype: str = "float32"
) -> keras.Model:
    """Latent to image (batch, size, size, 3); `dense` has widths of its own."""
    if architecture == "dense":
        return dense.build_thesis_generator(size, seed=seed, dtype=dtype)
    build = dcgan.build_dcgan_generator if architecture == "dcgan" else r3.build_r3_generator
    return build(size, widths, seed=seed, dtype=dtype)


def build_discriminator(
    architecture: TrainedArchitecture, size: int, widths: Sequence[int], *, seed: int = 0, dtype: str = "float32"
) -> keras.Model:
    """Image (batch, size, size, 3) to one logit float32 (batch, 1)."""
    if architecture == "dense":
        return dense.build_dense_discriminator(size, seed=seed, dtype=dtype)
    build = dcgan.build_dcgan_discriminator if architecture == "dcgan" else r3.build_r3_discriminator
    return build(size, widths, seed=seed, dtype=dtype)
