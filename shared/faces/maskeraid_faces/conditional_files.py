"""The part of a model's files that holds the generator of engine C."""

from collections.abc import Mapping, Sequence
from itertools import count, takewhile

from maskeraid_faces.face_model import Floats
from maskeraid_faces.filling.conditional import CODE_SIDE, MOST_SEEN
from maskeraid_faces.networks.stages import generator_shapes
from maskeraid_faces.tensor_file import Shapes

CONDITIONAL_FILE = "conditional.safetensors"


def conditional_files(widths: Sequence[int], components: int, rank: int) -> dict[str, Shapes]:
    """The file of a generator with these hidden widths, and the arrays that it must hold; none without widths.

    `components` are those of the model, `rank` so many of them it draws.
    """
    if not widths:
        return {}
    told = rank + min(MOST_SEEN, components) + CODE_SIDE**2
    shapes = generator_shapes("eigen", 0, told, widths, rank)
    return {CONDITIONAL_FILE: {name: ("F32", shape) for name, shape in shapes.items()}}


def hidden_widths(weights: Mapping[str, Floats]) -> list[int]:
    """Of the generator that has these arrays."""
    names = takewhile(weights.__contains__, (f"hidden_{index}.bias" for index in count(1)))
    return [len(weights[name]) for name in names]
