"""The part of a model's files that holds the generator of engine C."""

from collections.abc import Mapping, Sequence
from itertools import count, takewhile

from maskeraid_faces.face_model import Floats
from maskeraid_faces.filling.conditional import CODE_SIDE, MOST_SEEN
from maskeraid_faces.networks.stages import generator_shapes
from maskeraid_faces.tensor_file import Shapes

CONDITIONAL_FILE = "conditional.safetensors"


def conditional_shapes(widths: Sequence[int], components: int, rank: int) -> Shapes:
    """The arrays of a generator with these hidden widths, of a model's components and those that it draws."""
    told = rank + min(MOST_SEEN, components) + CODE_SIDE**2
    return {name: ("F32", shape) for name, shape in generator_shapes("eigen", 0, told, widths, rank).items()}


def hidden_widths(weights: Mapping[str, Floats]) -> list[int]:
    """Of the generator that has these arrays."""
    names = takewhile(weights.__contains__, (f"hidden_{index}.bias" for index in count(1)))
    return [len(weights[name]) for name in names]
