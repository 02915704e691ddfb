"""Layers of the generators as they are used, with NumPy, and how each hands a slope back.

Every layer gives its answer and a pullback: the vector-Jacobian product, from a slope at the answer to one at the
input. Weights stay as they are, so there are no slopes of theirs. Source: Griewank, Walther 2008, chapter 3.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Floats
from maskeraid_faces.networks.convolution import convolve
from maskeraid_faces.networks.generate import NORMALISATION_EPSILON, SLOPE
from maskeraid_faces.networks.grouped_maps import grouped_convolve, grouped_spread
from maskeraid_faces.networks.spread import spread

Pullback = Callable[[Floats], Floats]
Layer = Callable[[Floats], tuple[Floats, Pullback]]
Weights = Mapping[str, Floats]


def through(layers: Sequence[Layer], x: Floats) -> tuple[Floats, Pullback]:
    """The answer of layers one after another."""
    pullbacks = []
    for layer in layers:
        x, pullback = layer(x)
        pullbacks.append(pullback)

    def back(slope: Floats) -> Floats:
        for pullback in reversed(pullbacks):
            slope = pullback(slope)
        return slope

    return x, back


def dense(kernel: Floats, bias: Floats | None = None) -> Layer:
    """(n, c) to (n, d)."""

    def layer(x: Floats) -> tuple[Floats, Pullback]:
        out = x @ kernel
        return out if bias is None else out + bias, lambda slope: slope @ kernel.T

    return layer


def normalise(weights: Weights, name: str) -> Layer:
    """Batch normalisation by its running averages, which do not move: a product and a sum, channel by channel."""
    scale = weights[f"{name}.gamma"] / np.sqrt(weights[f"{name}.moving_variance"] + np.float32(NORMALISATION_EPSILON))
    shift = weights[f"{name}.beta"] - weights[f"{name}.moving_mean"] * scale
    return lambda x: (x * scale + shift, lambda slope: slope * scale)


def leaky(negative: float = SLOPE) -> Layer:
    """LeakyReLU; ReLU with 0."""
    below = np.float32(negative)

    def layer(x: Floats) -> tuple[Floats, Pullback]:
        slopes = np.where(x > 0, np.float32(1), below)
        return x * slopes, lambda slope: slope * slopes

    return layer


def tanh(x: Floats) -> tuple[Floats, Pullback]:
    """Of each value."""
    out = np.tanh(x)
    return out, lambda slope: slope * (1 - np.square(out))


def reshape(*shape: int) -> Layer:
    """(n, ...) to (n, *shape)."""
    return lambda x: (x.reshape(-1, *shape), lambda slope: slope.reshape(x.shape))


def chosen(columns: NDArray[np.intp]) -> Layer:
    """Some of the values (n, P)."""

    def layer(x: Floats) -> tuple[Floats, Pullback]:
        def back(slope: Floats) -> Floats:
            whole = np.zeros_like(x)
            whole[:, columns] = slope
            return whole

        return x[:, columns], back

    return layer


def convolution(kernel: Floats, bias: Floats | None = None) -> Layer:
    """Of stride 1: (n, side, side, c) to (n, side, side, d)."""
    return lambda x: (convolve(x, kernel, bias), lambda slope: spread(slope, kernel, x.shape[1]))


def doubling(kernel: Floats, side: int, bias: Floats | None = None) -> Layer:
    """Keras's Conv2DTranspose of stride 2, cut off: (n, h, h, d) to (n, side, side, c); `side` is 2 h or 2 h - 1."""

    def layer(x: Floats) -> tuple[Floats, Pullback]:
        whole = 2 * x.shape[1]
        out = spread(x, kernel, whole, stride=2)[:, :side, :side]

        def back(slope: Floats) -> Floats:
            cut = whole - side
            return convolve(np.pad(slope, ((0, 0), (0, cut), (0, cut), (0, 0))) if cut else slope, kernel, stride=2)

        return out if bias is None else out + bias, back

    return layer


def grouped(kernel: Floats, bias: Floats, groups: int) -> Layer:
    """A convolution of stride 1 in which each group of channels is for itself; `kernel` is (3, 3, c a group, d)."""
    return lambda x: (grouped_convolve(x, kernel) + bias, lambda slope: grouped_spread(slope, kernel, groups))


def stretched(side: int) -> Layer:
    """Keras's bilinear UpSampling2D by 2, cut off: (n, h, h, c) to (n, side, side, c); `side` is 2 h or 2 h - 1."""

    def layer(x: Floats) -> tuple[Floats, Pullback]:
        mix = _bilinear(x.shape[1])[:side]
        return _mixed(x, mix), lambda slope: _mixed(slope, np.ascontiguousarray(mix.T))

    return layer


def beside(layer: Layer) -> Layer:
    """What a layer gives, added to what it was given."""

    def both(x: Floats) -> tuple[Floats, Pullback]:
        out, pullback = layer(x)
        return x + out, lambda slope: slope + pullback(slope)

    return both


def _bilinear(side: int) -> Floats:
    """(2 side, side): each place is three quarters of the one it lies in, and a quarter of the nearer neighbour."""
    mix = np.zeros((2 * side, side), np.float32)
    for place in range(2 * side):
        own, other = place // 2, min(max(place // 2 + (1 if place % 2 else -1), 0), side - 1)
        mix[place, own] += 0.75
        mix[place, other] += 0.25
    return mix


def _mixed(x: Floats, mix: Floats) -> Floats:
    """Rows, then columns, of maps (n, h, h, c) mixed by (side, h)."""
    n, height, width, channels = x.shape
    side = len(mix)
    rows = np.matmul(mix, x.reshape(n, height, width * channels))
    mixed = np.matmul(mix, rows.reshape(n * side, width, channels))
    return np.asarray(mixed.reshape(n, side, side, channels), np.float32)
