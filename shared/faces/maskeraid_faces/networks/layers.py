"""The closed set of layers (Desentz 2021, Table 1): Dense, LeakyReLU, BatchNormalization, stacked."""

from collections.abc import Sequence

import keras

from maskeraid_faces.images import Floats
from maskeraid_faces.networks.generate import NORMALISATION_EPSILON, SLOPE

NORMALISATION_MOMENTUM = 0.8  # the thesis gives none


def stack_hidden(
    x: keras.KerasTensor, widths: Sequence[int], *, initialiser: str, seed: int, normalise: bool
) -> keras.KerasTensor:
    """Append Dense, LeakyReLU, and (if asked) BatchNormalization for each width."""
    for index, width in enumerate(widths, start=1):
        x = dense(width, f"hidden_{index}", initialiser=initialiser, seed=seed + index)(x)  # (batch, width)
        x = keras.layers.LeakyReLU(negative_slope=SLOPE, name=f"activation_{index}")(x)
        if normalise:
            x = keras.layers.BatchNormalization(
                momentum=NORMALISATION_MOMENTUM, epsilon=NORMALISATION_EPSILON, name=f"normalisation_{index}"
            )(x)
    return x


def dense(width: int, name: str, *, initialiser: str, seed: int, activation: str | None = None) -> keras.layers.Dense:
    """A Dense layer whose first weights depend on `seed` alone."""
    config = {"class_name": initialiser, "config": {"seed": seed}}
    return keras.layers.Dense(
        width, activation=activation, name=name, kernel_initializer=keras.initializers.get(config)
    )


def weights_by_name(network: keras.Model) -> dict[str, Floats]:
    """Every weight as float32 under `layer.weight`, such as `hidden_1.kernel`."""
    return {name: variable.value.numpy().copy() for name, variable in variables_by_name(network).items()}


def variables_by_name(network: keras.Model) -> dict[str, keras.Variable]:
    """Every variable of the network's layers under `layer.weight`."""
    return {f"{layer.name}.{variable.name}": variable for layer in network.layers for variable in layer.weights}
