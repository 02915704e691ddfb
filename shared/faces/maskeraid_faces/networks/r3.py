"""The residual networks of `r3` (Huang et al. 2025, arXiv 2501.05441): convolutions without any normalisation."""

from collections.abc import Sequence

import keras
from keras import ops

from maskeraid_faces.networks.generate import SLOPE
from maskeraid_faces.networks.grouped import GroupedConvolution
from maskeraid_faces.networks.layers import crop, dense, seeded
from maskeraid_faces.networks.stages import BLOCKS_A_SIDE, CHANNELS_A_GROUP, EXPANSION, sides_of

LATENT_SIZE = 64


@keras.saving.register_keras_serializable("maskeraid")
class LearnedStart(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A learned map (side, side, width), scaled channel by channel: (batch, width) to (batch, side, side, width)."""

    def __init__(self, side: int, width: int, seed: int, **options: object) -> None:
        super().__init__(**options)
        self.basis = self.add_weight(
            shape=(side, side, width), initializer=seeded("RandomNormal", seed, stddev=1.0), name="basis"
        )
        self._config = {"side": side, "width": width, "seed": seed}

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return x[:, None, None, :] * ops.cast(self.basis, x.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (input_shape[0], *self.basis.shape)

    def get_config(self) -> dict[str, object]:
        return {**super().get_config(), **self._config}


def build_r3_generator(size: int, widths: Sequence[int], *, seed: int = 0, dtype: str = "float32") -> keras.Model:
    """Latent (batch, 64) to image float32 (batch, size, size, 3), about [-1, 1] but not limited to it."""
    sides = sides_of(size)
    latent = keras.Input((LATENT_SIZE,), name="latent")
    x = dense(widths[0], "linear", initialiser="GlorotUniform", seed=seed, dtype=dtype)(latent)
    x = LearnedStart(sides[0], widths[0], seed + 1, name="start", dtype=dtype)(x)  # (batch, 4, 4, widths[0])
    for index, (side, width) in enumerate(zip(sides, widths, strict=True), start=1):
        if index > 1:
            x = _to_width(x, width, index, seed, dtype)
            x = keras.layers.UpSampling2D(2, interpolation="bilinear", name=f"up_{index}", dtype=dtype)(x)
            x = crop(x, side, f"cut_{index}")
        x = _blocks(x, index, len(sides), seed, dtype)  # (batch, side, side, width)
    x = _one_by_one(3, "output", seed=seed + 2, dtype="float32", use_bias=True)(x)  # (batch, size, size, 3)
    return keras.Model(latent, x, name="generator")


def build_r3_discriminator(size: int, widths: Sequence[int], *, seed: int = 0, dtype: str = "float32") -> keras.Model:
    """Image (batch, size, size, 3) to one logit float32 (batch, 1): the generator's sides in reverse."""
    sides = sides_of(size)
    image = keras.Input((size, size, 3), name="image")
    x = _one_by_one(widths[-1], "input", seed=seed + 1, dtype=dtype, use_bias=True)(image)
    for index in range(len(sides), 0, -1):
        if index < len(sides):
            x = keras.layers.AveragePooling2D(2, padding="same", name=f"down_{index}", dtype=dtype)(x)
            x = _to_width(x, widths[index - 1], index, seed, dtype)
        x = _blocks(x, index, len(sides), seed, dtype)  # (batch, side, side, width)
    x = keras.layers.DepthwiseConv2D(
        sides[0], name="end", dtype=dtype, use_bias=False, depthwise_initializer=seeded("GlorotUniform", seed + 2)
    )(x)  # (batch, 1, 1, widths[0])
    x = keras.layers.Flatten(name="values", dtype="float32")(x)
    logit = dense(1, "output", initialiser="GlorotUniform", seed=seed + 3)(x)  # (batch, 1)
    return keras.Model(image, logit, name="discriminator")


def _blocks(x: keras.KerasTensor, index: int, sides: int, seed: int, dtype: str) -> keras.KerasTensor:
    width = x.shape[-1]
    wide = width * EXPANSION
    # With b blocks of three convolutions, weights are smaller by b ** -1/4 (Zhang et al. 2019, arXiv 1901.09321).
    scale = 2 * (sides * BLOCKS_A_SIDE) ** -0.5
    for block in range(1, BLOCKS_A_SIDE + 1):
        name, first = f"block_{index}_{block}", seed + 100 * index + 10 * block
        y = _one_by_one(wide, f"{name}_expand", seed=first, dtype=dtype, use_bias=True, scale=scale)(x)
        y = _activate(y, f"{name}_activation_1", dtype)
        y = GroupedConvolution(wide, CHANNELS_A_GROUP, scale, first + 1, name=f"{name}_mix", dtype=dtype)(y)
        y = _activate(y, f"{name}_activation_2", dtype)
        y = keras.layers.Conv2D(
            width, 1, use_bias=False, name=f"{name}_narrow", dtype=dtype, kernel_initializer="zeros"
        )(y)
        x = keras.layers.Add(name=f"{name}_sum", dtype=dtype)([x, y])
    return x


def _to_width(x: keras.KerasTensor, width: int, index: int, seed: int, dtype: str) -> keras.KerasTensor:
    if x.shape[-1] == width:
        return x
    return _one_by_one(width, f"width_{index}", seed=seed + 3 + index, dtype=dtype, use_bias=False)(x)


def _one_by_one(
    width: int, name: str, *, seed: int, dtype: str, use_bias: bool, scale: float = 1.0
) -> keras.layers.Conv2D:
    initialiser = seeded("VarianceScaling", seed, scale=scale)
    return keras.layers.Conv2D(width, 1, use_bias=use_bias, name=name, dtype=dtype, kernel_initializer=initialiser)


def _activate(x: keras.KerasTensor, name: str, dtype: str) -> keras.KerasTensor:
    return keras.layers.LeakyReLU(negative_slope=SLOPE, name=name, dtype=dtype)(x)
