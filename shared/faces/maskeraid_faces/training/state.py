"""The variables of a training: their names, and their values as arrays, there and back."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.networks.layers import variables_by_name
from maskeraid_faces.training.gan import State


def named_variables(
    networks: Mapping[str, keras.Model], optimisers: Mapping[str, keras.optimizers.Optimizer]
) -> dict[str, keras.Variable]:
    """All variables of some networks and of their optimisers, by names that a checkpoint keeps."""
    named = {f"{part}/{n}": v for part, network in networks.items() for n, v in variables_by_name(network).items()}
    for part, optimiser in optimisers.items():
        named |= {f"{part}_optimiser/{place}": variable for place, variable in enumerate(optimiser.variables)}
    return named


def read_variables(variables: Mapping[str, keras.Variable]) -> dict[str, NDArray[Any]]:
    """Copy the values of all variables."""
    return {name: variable.value.numpy().copy() for name, variable in variables.items()}


def write_variables(variables: Mapping[str, keras.Variable], state: State) -> None:
    """Set all variables, or none: raises BadModelFile unless names, shapes, and types agree."""
    expected = {name: (tuple(variable.shape), np.dtype(variable.dtype)) for name, variable in variables.items()}
    if {name: (array.shape, array.dtype) for name, array in state.items()} != expected:
        raise BadModelFile("the checkpoint belongs to another training")
    for name, variable in variables.items():
        variable.assign(state[name])
