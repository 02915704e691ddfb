"""The layers of a network as the thesis prints them: type, output shape, parameters."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import keras


@dataclass(frozen=True)
class LayerRow:
    """One row of Tables 2 to 4 (Desentz 2021); the shape leaves the batch out."""

    type: str
    output_shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class LayerTable:
    """All rows and their sums."""

    rows: tuple[LayerRow, ...]
    total: int
    trainable: int


def layer_table(network: keras.Model) -> LayerTable:
    """List the layers of a built network, its input left out."""
    rows = tuple(
        LayerRow(type(layer).__name__, tuple(layer.output.shape[1:]), _count(layer.weights))
        for layer in network.layers
        if not isinstance(layer, keras.layers.InputLayer)
    )
    return LayerTable(rows, _count(network.weights), _count(network.trainable_weights))


def _count(variables: Iterable[keras.Variable]) -> int:
    return sum(math.prod(variable.shape) for variable in variables)
