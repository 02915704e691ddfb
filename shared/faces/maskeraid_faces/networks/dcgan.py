"""The convolutional networks of `dcgan` (Desentz 2021, section 8.2; Radford et al. 2016, arXiv 1511.06434)."""

from collections.abc import Sequence

import keras

from maskeraid_faces.networks.generate import NORMALISATION_EPSILON, SLOPE
from maskeraid_faces.networks.layers import NORMALISATION_MOMENTUM, crop, dense, seeded
from maskeraid_faces.networks.stages import sides_of

LATENT_SIZE = 100
KERNEL = 5


def build_dcgan_generator(size: int, widths: Sequence[int], *, seed: int = 0, dtype: str = "float32") -> keras.Model:
    """Latent (batch, 100) to image float32 (batch, size, size, 3) in [-1, 1].

    At 64 pixels and full width 4 x 4 x 1024, then 512, 256, 128, tanh. Where a side is no double of the one before it,
    a row and a column are cut off.
    """
    sides = sides_of(size)
    latent = keras.Input((LATENT_SIZE,), name="latent")
    start = sides[0] ** 2 * widths[0]
    x = dense(start, "start", initialiser="RandomNormal", seed=seed, dtype=dtype, use_bias=False, stddev=0.02)(latent)
    x = keras.layers.Reshape((sides[0], sides[0], widths[0]), name="map")(x)  # (batch, 4, 4, widths[0])
    x = _normalise(x, 1, dtype)
    for index, (side, width) in enumerate(zip(sides[1:-1], widths[1:], strict=True), start=2):
        x = _up(width, f"up_{index}", seed=seed + index, dtype=dtype, use_bias=False)(x)
        x = _normalise(crop(x, side, f"cut_{index}"), index, dtype)  # (batch, side, side, width)
    x = _up(3, "output", seed=seed + len(sides), dtype=dtype, use_bias=True)(x)
    x = crop(x, size, "cut_output")
    image = keras.layers.Activation("tanh", name="image", dtype="float32")(x)  # (batch, size, size, 3)
    return keras.Model(latent, image, name="generator")


def build_dcgan_discriminator(
    size: int, widths: Sequence[int], *, seed: int = 0, dtype: str = "float32"
) -> keras.Model:
    """Image (batch, size, size, 3) to one logit float32 (batch, 1).

    The generator's widths in reverse; no batch normalisation, for the penalties need a slope of each image alone.
    """
    image = keras.Input((size, size, 3), name="image")
    x = image
    for index, width in enumerate(reversed(widths), start=1):
        x = keras.layers.Conv2D(
            width, KERNEL, strides=2, padding="same", name=f"down_{index}", dtype=dtype,
            kernel_initializer=seeded("HeNormal", seed + index),
        )(x)  # (batch, side, side, width)  # fmt: skip
        x = keras.layers.LeakyReLU(negative_slope=SLOPE, name=f"activation_{index}", dtype=dtype)(x)
    x = keras.layers.Flatten(name="values", dtype="float32")(x)
    logit = dense(1, "output", initialiser="GlorotUniform", seed=seed)(x)  # (batch, 1)
    return keras.Model(image, logit, name="discriminator")


def _normalise(x: keras.KerasTensor, index: int, dtype: str) -> keras.KerasTensor:
    x = keras.layers.BatchNormalization(
        momentum=NORMALISATION_MOMENTUM, epsilon=NORMALISATION_EPSILON, name=f"normalisation_{index}", dtype=dtype
    )(x)
    return keras.layers.ReLU(name=f"activation_{index}", dtype=dtype)(x)


def _up(width: int, name: str, *, seed: int, dtype: str, use_bias: bool) -> keras.layers.Conv2DTranspose:
    """Double the side."""
    return keras.layers.Conv2DTranspose(
        width, KERNEL, strides=2, padding="same", name=name, dtype=dtype, use_bias=use_bias,
        kernel_initializer=seeded("RandomNormal", seed, stddev=0.02),
    )  # fmt: skip
