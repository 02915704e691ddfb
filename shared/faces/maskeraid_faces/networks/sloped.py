"""A generator of pixels with NumPy, its draws and their slopes: what the search of engine A goes down by."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Floats
from maskeraid_faces.networks.pullbacks import (
    Layer,
    Pullback,
    Weights,
    beside,
    chosen,
    convolution,
    dense,
    doubling,
    grouped,
    leaky,
    normalise,
    reshape,
    stretched,
    tanh,
    through,
)
from maskeraid_faces.networks.stages import BLOCKS_A_SIDE, CHANNELS_A_GROUP, sides_of

Columns = NDArray[np.intp]
GROUPED = 4  # times as long as others


class SlopedGenerator:
    """All but `eigen`, which draws coefficients. Layers and weights are those of `networks.build`."""

    def __init__(self, model: FaceModel, columns: Columns | None = None) -> None:
        """`columns`: the values of an image (P,) that are drawn, or all; of a dense layer no others are computed."""
        weights = model.generator
        if model.architecture in ("dcgan", "r3"):
            layers = {"dcgan": _dcgan, "r3": _r3}[model.architecture](weights, model.size, model.widths)
            layers.append(reshape(model.size**2 * 3))
            self._layers = layers if columns is None else [*layers, chosen(columns)]
        else:
            self._layers = _dense(weights, len(model.widths), slice(None) if columns is None else columns)

    def draw(self, latents: Floats) -> tuple[Floats, Pullback]:
        """Values about [-1, 1], float32 (n, P or columns), of latents (n, latent_size), and the way back for slopes."""
        return through(self._layers, latents)


def multiplications(model: FaceModel) -> int:
    """Of numbers by weights, for one draw; a way back needs as many. One of a grouped convolution counts as four.

    With NumPy it takes as long: 16 channels a group are few for one product of matrices.
    """
    sides = sides_of(model.size)
    return sum(
        array.size * _places(name, model, sides) * (GROUPED if "_mix." in name else 1)
        for name, array in model.generator.items()
        if array.ndim in (2, 4)
    )


def _places(name: str, model: FaceModel, sides: Sequence[int]) -> int:
    """At how many places of its input a kernel is applied."""
    layer = name.split(".")[0].split("_")
    if model.architecture == "dcgan":
        return 1 if layer[0] == "start" else sides[-2 if layer[0] == "output" else int(layer[1]) - 2] ** 2
    if model.architecture == "r3":
        if layer[0] in ("linear", "output"):
            return 1 if layer[0] == "linear" else model.size**2
        return sides[int(layer[1]) - (1 if layer[0] == "block" else 2)] ** 2
    return 1


def _dense(weights: Weights, hidden: int, columns: Columns | slice) -> list[Layer]:
    layers: list[Layer] = []
    for index in range(1, hidden + 1):
        layers += [dense(weights[f"hidden_{index}.kernel"], weights[f"hidden_{index}.bias"]), leaky()]
        layers.append(normalise(weights, f"normalisation_{index}"))
    return [*layers, dense(weights["output.kernel"][:, columns], weights["output.bias"][columns]), tanh]


def _dcgan(weights: Weights, size: int, widths: Sequence[int]) -> list[Layer]:
    sides = sides_of(size)
    start = [dense(weights["start.kernel"]), reshape(sides[0], sides[0], widths[0])]
    layers: list[Layer] = [*start, normalise(weights, "normalisation_1"), leaky(0.0)]
    for index, side in enumerate(sides[1:-1], start=2):
        layers += [
            doubling(weights[f"up_{index}.kernel"], side),
            normalise(weights, f"normalisation_{index}"),
            leaky(0.0),
        ]
    return [*layers, doubling(weights["output.kernel"], size, weights["output.bias"]), tanh]


def _r3(weights: Weights, size: int, widths: Sequence[int]) -> list[Layer]:
    basis = weights["start.basis"]
    layers: list[Layer] = [dense(weights["linear.kernel"], weights["linear.bias"]), _learned_start(basis)]
    for index, side in enumerate(sides_of(size), start=1):
        if f"width_{index}.kernel" in weights:
            layers.append(convolution(weights[f"width_{index}.kernel"]))
        if index > 1:
            layers.append(stretched(side))
        layers += [_block(weights, f"block_{index}_{block}") for block in range(1, BLOCKS_A_SIDE + 1)]
    return [*layers, convolution(weights["output.kernel"], weights["output.bias"])]


def _block(weights: Weights, name: str) -> Layer:
    kernel = weights[f"{name}_mix.kernel"]
    parts = [
        convolution(weights[f"{name}_expand.kernel"], weights[f"{name}_expand.bias"]),
        leaky(),
        grouped(kernel, weights[f"{name}_mix.bias"], kernel.shape[3] // CHANNELS_A_GROUP),
        leaky(),
        convolution(weights[f"{name}_narrow.kernel"]),
    ]
    return beside(lambda x: through(parts, x))


def _learned_start(basis: Floats) -> Layer:
    """(n, c) times the learned map (side, side, c)."""

    def layer(x: Floats) -> tuple[Floats, Pullback]:
        return x[:, None, None, :] * basis, lambda slope: np.einsum("nhwc,hwc->nc", slope, basis)

    return layer
