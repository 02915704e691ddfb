"""The dense networks of `eigen`: they work on whitened principal coefficients, so the last layer of the thesis's
generator (coefficients to pixels) is known and need not be learned."""

import math

import keras

from maskeraid_faces.networks.layers import dense, stack_hidden

HIDDEN_LAYERS = 3


def width_for(rank: int) -> int:
    """Hidden width for a number of components: 128 to 512."""
    return min(512, max(128, 64 * math.ceil(rank / 32)))


def latent_size_for(rank: int) -> int:
    """Latent size for a number of components: 32 to 128."""
    return min(128, max(32, rank // 2))


def build_eigen_generator(rank: int, *, seed: int = 0) -> keras.Model:
    """Latent (batch, latent_size_for(rank)) to coefficients (batch, rank) of unit variance."""
    latent = keras.Input((latent_size_for(rank),), name="latent")
    widths = (width_for(rank),) * HIDDEN_LAYERS
    x = stack_hidden(latent, widths, initialiser="HeNormal", seed=seed, normalise=False)  # (batch, width)
    coefficients = dense(rank, "output", initialiser="GlorotUniform", seed=seed)(x)  # (batch, rank)
    return keras.Model(latent, coefficients, name="generator")


def build_eigen_discriminator(rank: int, *, seed: int = 0) -> keras.Model:
    """Coefficients (batch, rank), weighted, to one logit (batch, 1)."""
    coefficients = keras.Input((rank,), name="coefficients")
    widths = (width_for(rank),) * HIDDEN_LAYERS
    x = stack_hidden(coefficients, widths, initialiser="HeNormal", seed=seed, normalise=False)  # (batch, width)
    logit = dense(1, "output", initialiser="GlorotUniform", seed=seed)(x)  # (batch, 1)
    return keras.Model(coefficients, logit, name="discriminator")
