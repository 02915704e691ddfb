"""The dense networks of `eigen`: they work on whitened principal coefficients, so the last layer of the thesis's
generator (coefficients to pixels) is known and need not be learned."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import keras
from numpy.typing import NDArray

from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import Kind
from maskeraid_faces.networks.layers import dense, stack_hidden
from maskeraid_faces.networks.stages import LINEAR

HIDDEN_LAYERS = 3
PHOTO_WIDTH = 256  # twice as wide learned no more in three times the time


@dataclass(frozen=True)
class EigenShape:
    """What decides the arrays of both networks."""

    rank: int  # components that are drawn
    latent_size: int
    widths: tuple[int, ...]  # hidden, the same in both
    has_linear: bool  # the generator has a path straight from its latents to the coefficients

    @classmethod
    def usual(cls, rank: int, kind: Kind) -> Self:
        """The shape of a new training."""
        if kind == "photo":
            return cls(rank, rank, (PHOTO_WIDTH,) * HIDDEN_LAYERS, has_linear=True)
        return cls(rank, latent_size_for(rank), (width_for(rank),) * HIDDEN_LAYERS, has_linear=False)

    @classmethod
    def of(cls, weights: Mapping[str, NDArray[Any]], prefix: str = "") -> Self:
        """The shape of networks whose generator has these arrays, their names behind `prefix`.

        Raises BadModelFile if they are no such generator's.
        """
        sizes: list[int] = []
        while (kernel := weights.get(f"{prefix}hidden_{max(1, len(sizes))}.kernel")) is not None and kernel.ndim == 2:
            sizes += kernel.shape if not sizes else kernel.shape[1:]
        output = weights.get(f"{prefix}output.kernel")
        if not sizes or output is None:
            raise BadModelFile("there is no generator of principal coefficients")
        return cls(output.shape[-1], sizes[0], tuple(sizes[1:]), f"{prefix}{LINEAR}" in weights)


def width_for(rank: int) -> int:
    """Hidden width for a number of components of drawn faces: 128 to 512."""
    return min(512, max(128, 64 * math.ceil(rank / 32)))


def latent_size_for(rank: int) -> int:
    """Latent size for a number of components of drawn faces: 32 to 128."""
    return min(128, max(32, rank // 2))


def build_eigen_generator(shape: EigenShape, *, seed: int = 0) -> keras.Model:
    """Latent (batch, latent_size) to coefficients (batch, rank) of unit variance.

    With a linear path it begins as a normal distribution of the coefficients, and the hidden layers, whose answer is 0
    at first, learn in what faces differ from that: no sample is ever worse than one of the components alone.
    """
    latent = keras.Input((shape.latent_size,), name="latent")
    x = stack_hidden(latent, shape.widths, initialiser="HeNormal", seed=seed, normalise=False)  # (batch, width)
    if not shape.has_linear:
        coefficients = dense(shape.rank, "output", initialiser="GlorotUniform", seed=seed)(x)  # (batch, rank)
        return keras.Model(latent, coefficients, name="generator")
    bent = keras.layers.Dense(shape.rank, kernel_initializer="zeros", name="output")(x)
    straight = keras.layers.Dense(shape.rank, use_bias=False, kernel_initializer="identity", name="straight")(latent)
    coefficients = keras.layers.Add(name="coefficients")([bent, straight])  # (batch, rank)
    return keras.Model(latent, coefficients, name="generator")


def build_eigen_discriminator(shape: EigenShape, *, seed: int = 0) -> keras.Model:
    """Coefficients (batch, rank), weighted, to one logit (batch, 1)."""
    coefficients = keras.Input((shape.rank,), name="coefficients")
    x = stack_hidden(coefficients, shape.widths, initialiser="HeNormal", seed=seed, normalise=False)  # (batch, width)
    logit = dense(1, "output", initialiser="GlorotUniform", seed=seed)(x)  # (batch, 1)
    return keras.Model(coefficients, logit, name="discriminator")
