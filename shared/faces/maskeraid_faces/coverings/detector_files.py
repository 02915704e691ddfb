"""The arrays of a detector of coverings, and the generic one that comes with this package."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np

from maskeraid_faces.coverings.detector import CELL, CHANNELS, KINDS, SIDE, WIDTHS, Detector
from maskeraid_faces.coverings.second_look import FEATURES, HIDDEN
from maskeraid_faces.images import Floats
from maskeraid_faces.tensor_file import Shapes, read_arrays

DETECTOR_FILE, SECOND_LOOK_FILE = "detector.safetensors", "second_look.safetensors"
THRESHOLD = "threshold"
GENERIC = "generic_detector.safetensors"


def detector_shapes(dtype: str = "F32") -> Shapes:
    """The arrays that a detector has, by name."""
    shapes: dict[str, tuple[int, ...]] = {}
    before = CELL * CELL * CHANNELS
    for level, width in enumerate(WIDTHS):
        shapes |= _convolution(f"down_{level}_a", before, width) | _convolution(f"down_{level}_b", width, width)
        before = width
    for level in reversed(range(len(WIDTHS) - 1)):
        width = WIDTHS[level]
        shapes |= _convolution(f"up_{level}", before, width) | _convolution(f"joined_{level}", 2 * width, width)
        before = width
    shapes |= _convolution("map", before, CELL * CELL, side=1)
    deepest = (SIDE // CELL // 2 ** (len(WIDTHS) - 1)) ** 2 * WIDTHS[-1]
    shapes |= {"kind.kernel": (deepest + 64, len(KINDS)), "kind.bias": (len(KINDS),)}
    return {name: (dtype, shape) for name, shape in shapes.items()} | {THRESHOLD: ("F32", (1,))}


def second_look_shapes() -> Shapes:
    """The arrays of a second look."""
    sides = (FEATURES, *HIDDEN, 1)
    kernels = {f"kernel_{layer}": pair for layer, pair in enumerate(pairwise(sides))}
    biases = {f"bias_{layer}": (side,) for layer, side in enumerate(sides[1:])}
    shapes: dict[str, tuple[int, ...]] = {**kernels, **biases, "mean": (FEATURES,), "deviation": (FEATURES,)}
    return {name: ("F32", shape) for name, shape in shapes.items()}


def detector_arrays(detector: Detector) -> dict[str, Floats]:
    """For a file."""
    return {**detector.weights, THRESHOLD: np.array([detector.threshold], np.float32)}


def detector_from(arrays: Mapping[str, Floats]) -> Detector:
    """Of arrays that were checked."""
    weights = {name: array.astype(np.float32, copy=False) for name, array in arrays.items() if name != THRESHOLD}
    return Detector(weights, float(arrays[THRESHOLD][0]))


@cache
def generic_detector() -> Detector:
    """The detector for faces of no model: it practised on painted faces alone (`training.generic_detector`)."""
    content = (files("maskeraid_faces.coverings") / GENERIC).read_bytes()
    return detector_from(read_arrays(GENERIC, content, detector_shapes("F16")))


def _convolution(name: str, before: int, width: int, side: int = 3) -> dict[str, tuple[int, ...]]:
    return {f"{name}.kernel": (side, side, before, width), f"{name}.bias": (width,)}
