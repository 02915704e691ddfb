"""The closed set of layers (Desentz 2021, Table 1): Dense, LeakyReLU, BatchNormalization, stacked."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from maskeraid_faces.images import Floats
from maskeraid_faces.networks.generate import NORMALISATION_EPSILON, SLOPE

NORMALISATION_MOMENTUM = 0.8  # the thesis gives none
MOST_ROWS, MOST_PIXELS = 64, 2**18  # drawn together: more would be gigabytes of feature maps


def stack_hidden(
    x: keras.KerasTensor,
    widths: Sequence[int],
    *,
    initialiser: str,
    seed: int,
    normalise: bool,
    dtype: str = "float32",
) -> keras.KerasTensor:
    """Append Dense, LeakyReLU, and (if asked) BatchNormalization for each width."""
    for index, width in enumerate(widths, start=1):
        x = dense(width, f"hidden_{index}", initialiser=initialiser, seed=seed + index, dtype=dtype)(x)
        x = keras.layers.LeakyReLU(negative_slope=SLOPE, name=f"activation_{index}", dtype=dtype)(x)  # (batch, width)
        if normalise:
            x = keras.layers.BatchNormalization(
                momentum=NORMALISATION_MOMENTUM,
                epsilon=NORMALISATION_EPSILON,
                name=f"normalisation_{index}",
                dtype=dtype,
            )(x)
    return x


def dense(
    width: int,
    name: str,
    *,
    initialiser: str,
    seed: int,
    activation: str | None = None,
    use_bias: bool = True,
    dtype: str = "float32",
    **of_initialiser: float,
) -> keras.layers.Dense:
    """A Dense layer whose first weights depend on `seed` alone."""
    first = seeded(initialiser, seed, **of_initialiser)
    return keras.layers.Dense(
        width, activation=activation, use_bias=use_bias, name=name, kernel_initializer=first, dtype=dtype
    )


def seeded(initialiser: str, seed: int, **options: float) -> keras.Initializer:
    """An initialiser of Keras whose numbers depend on `seed` alone."""
    return keras.initializers.get({"class_name": initialiser, "config": {"seed": seed, **options}})


def crop(x: keras.KerasTensor, side: int, name: str) -> keras.KerasTensor:
    """Cut rows and columns off the end of maps (batch, at least side, at least side, width)."""
    excess = x.shape[1] - side
    if not excess:
        return x
    return keras.layers.Cropping2D(((0, excess), (0, excess)), name=name, dtype=x.dtype)(x)


def weights_by_name(network: keras.Model) -> dict[str, Floats]:
    """Every weight as float32 under `layer.weight`, such as `hidden_1.kernel`."""
    return {name: variable.value.numpy().copy() for name, variable in variables_by_name(network).items()}


def variables_by_name(network: keras.Model) -> dict[str, keras.Variable]:
    """Every variable of the network's layers under `layer.weight`."""
    return {f"{layer.name}.{variable.name}": variable for layer in network.layers for variable in layer.weights}


def set_weights(network: keras.Model, weights: Mapping[str, Floats]) -> None:
    """Set every variable of the network's layers from what `weights_by_name` gave."""
    for name, variable in variables_by_name(network).items():
        variable.assign(weights[name])


class Drawing:
    """Draws images with a generator as it is used: normalised by its running averages, in compiled batches."""

    def __init__(self, network: keras.Model) -> None:
        """`network` gives images (batch, size, size, 3)."""
        self._rows = min(MOST_ROWS, max(1, MOST_PIXELS // network.output_shape[1] ** 2))
        self._compiled = tf.function(lambda latents: network(latents, training=False))

    def draw(self, latents: Floats) -> Floats:
        """Images float32 (m, size, size, 3), about [-1, 1], of latents (m, latent_size), m > 0."""
        padded = np.pad(latents, ((0, -len(latents) % self._rows), (0, 0)))  # batches of one size compile once
        parts = np.split(padded, len(padded) // self._rows)
        return np.concatenate([self._compiled(tf.constant(part)).numpy() for part in parts])[: len(latents)]
