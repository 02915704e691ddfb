"""The variables of a training as arrays, there and back."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import BadModelFile

State = Mapping[str, NDArray[Any]]


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
