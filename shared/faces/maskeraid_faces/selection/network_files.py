"""The choosing network as files: safetensors beside a small JSON of a closed set of fields."""

import json
from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors.numpy import save

from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.images import Floats
from maskeraid_faces.selection.network import CONVOLUTIONS, HIDDEN, SelectorNetwork
from maskeraid_faces.tensor_file import Shapes, read_arrays

WEIGHTS_FILE, DESCRIPTION_FILE = "weights.safetensors", "selector.json"
HALVED = "hidden_1.kernel"  # 94 % of all numbers lie in float16, which halves the file; all others are float32
MOST_MODELS = 10_000
WIDTHS = (3, 128, 128, 256, 256)  # channels in front of and behind each convolution
VALUES, FIRST_HIDDEN, SECOND_HIDDEN = 16_384, 2048, 512
OF_NORMALISATION = ("gamma", "beta", "moving_mean", "moving_variance")


class Description(BaseModel):
    """What the weights do not say."""

    model_config = ConfigDict(extra="forbid", strict=True)

    architecture: Literal["selector"] = "selector"
    side: Literal[32] = 32
    models: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(min_length=2, max_length=MOST_MODELS)


def as_stored(weights: Mapping[str, Floats]) -> dict[str, Floats]:
    """The weights as they will be when they were saved and loaded: whoever measures them measures these."""
    return {name: _halved(array).astype(np.float32) if name == HALVED else array for name, array in weights.items()}


def save_selector(network: SelectorNetwork) -> dict[str, bytes]:
    """The files of a network; about 76 MB."""
    arrays = {name: _halved(array) if name == HALVED else array for name, array in network.weights.items()}
    description = Description(models=list(network.models))
    return {
        WEIGHTS_FILE: save({name: np.ascontiguousarray(array) for name, array in arrays.items()}),
        DESCRIPTION_FILE: json.dumps(description.model_dump(), ensure_ascii=False).encode(),
    }


def load_selector(files: Mapping[str, bytes]) -> SelectorNetwork:
    """Read a network from its files. Raises: BadModelFile, for whatever is not exactly what `save_selector` writes."""
    if set(files) != {WEIGHTS_FILE, DESCRIPTION_FILE}:
        raise BadModelFile(f"expected the files {[WEIGHTS_FILE, DESCRIPTION_FILE]}, found {sorted(files)[:20]}")
    try:
        description = Description.model_validate_json(files[DESCRIPTION_FILE])
    except ValidationError as error:
        raise BadModelFile(f"{DESCRIPTION_FILE} is not of the closed form") from error
    models = tuple(description.models)
    if len(set(models)) != len(models):
        raise BadModelFile(f"{DESCRIPTION_FILE} names a model twice")
    arrays = read_arrays(WEIGHTS_FILE, files[WEIGHTS_FILE], expected_arrays(len(models)))
    return SelectorNetwork(models, {name: np.asarray(array, np.float32) for name, array in arrays.items()})


def expected_arrays(models: int) -> Shapes:
    """Names, types, and shapes of the weights (Desentz 2021, Table 4)."""
    shapes: dict[str, tuple[int, ...]] = {}
    for layer, before, width in zip(CONVOLUTIONS, WIDTHS[:-1], WIDTHS[1:], strict=True):
        shapes |= {f"{layer}.kernel": (3, 3, before, width), f"{layer}.bias": (width,)}
        normalisation = layer.replace("convolution", "normalisation")
        shapes |= {f"{normalisation}.{name}": (width,) for name in OF_NORMALISATION}
    sizes = (VALUES, FIRST_HIDDEN, SECOND_HIDDEN, models)
    for layer, before, width in zip((*HIDDEN, "output"), sizes[:-1], sizes[1:], strict=True):
        shapes |= {f"{layer}.kernel": (before, width), f"{layer}.bias": (width,)}
    return {name: ("F16" if name == HALVED else "F32", shape) for name, shape in shapes.items()}


def _halved(array: Floats) -> np.ndarray:
    return array.astype(np.float16)
