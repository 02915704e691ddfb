"""The dense networks of the thesis (Desentz 2021, sections 5.1 and 5.2), and their twins with a logit for `dense`."""

import math

import keras

from maskeraid_faces.networks.layers import dense, stack_hidden
from maskeraid_faces.networks.stages import DENSE_WIDTHS

LATENT_SIZE = 100
GENERATOR_WIDTHS = DENSE_WIDTHS
DISCRIMINATOR_WIDTHS = (1024, 256, 64)


def build_thesis_generator(size: int, *, seed: int = 0, dtype: str = "float32") -> keras.Model:
    """Latent (batch, 100) to image float32 (batch, size, size, 3) in [-1, 1]; `dense` has the same.

    Source: Desentz 2021, Table 2 at 32 x 32; at other sizes the last Dense follows the image (section 3.2).
    """
    shape = (size, size, 3)
    latent = keras.Input((LATENT_SIZE,), name="latent")
    x = stack_hidden(
        latent, GENERATOR_WIDTHS, initialiser="GlorotUniform", seed=seed, normalise=True, dtype=dtype
    )  # (batch, 1024)
    x = dense(math.prod(shape), "output", initialiser="GlorotUniform", seed=seed, activation="tanh")(x)
    image = keras.layers.Reshape(shape, name="image")(x)  # (batch, size, size, 3)
    return keras.Model(latent, image, name="generator")


def build_thesis_discriminator(size: int, *, seed: int = 0) -> keras.Model:
    """Image (batch, size, size, 3) in [-1, 1] to the probability that it is real (batch, 1).

    Source: Desentz 2021, Table 3; without batch normalisation.
    """
    return _build_discriminator(size, seed, "float32", activation="sigmoid", initialiser="GlorotUniform")


def build_dense_discriminator(size: int, *, seed: int = 0, dtype: str = "float32") -> keras.Model:
    """Image (batch, size, size, 3) to one logit float32 (batch, 1): Table 3 without the sigmoid."""
    return _build_discriminator(size, seed, dtype, activation=None, initialiser="HeNormal")


def _build_discriminator(size: int, seed: int, dtype: str, *, activation: str | None, initialiser: str) -> keras.Model:
    image = keras.Input((size, size, 3), name="image")
    x = keras.layers.Flatten(name="pixels")(image)  # (batch, size * size * 3)
    x = stack_hidden(x, DISCRIMINATOR_WIDTHS, initialiser=initialiser, seed=seed, normalise=False, dtype=dtype)
    real = dense(1, "output", initialiser="GlorotUniform", seed=seed, activation=activation)(x)  # (batch, 1)
    return keras.Model(image, real, name="discriminator")
