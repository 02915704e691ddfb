"""The part of a model's files that holds the network of engine B."""

from maskeraid_faces.networks.gated_stages import GatedStages
from maskeraid_faces.tensor_file import Shapes

GATED_FILE = "gated.safetensors"


def gated_files(size: int, base: int) -> dict[str, Shapes]:
    """The file of a network for images of a side, and the arrays that it must hold; none where `base` is 0."""
    if not base:
        return {}
    return {GATED_FILE: {name: ("F32", shape) for name, shape in GatedStages(size, base).shapes().items()}}
