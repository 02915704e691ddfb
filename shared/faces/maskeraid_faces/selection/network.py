"""The thesis's choosing network as it is used: in NumPy, so that an inference worker needs no TensorFlow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.images import Floats, Image, to_network
from maskeraid_faces.networks.generate import NORMALISATION_EPSILON
from maskeraid_faces.sizes import fit_image

SIDE = 32  # pixels of its input; every face is brought to it (Desentz 2021, Table 4)
KERNEL, POOLED = 3, 2  # pixels a side, of a convolution and of a pool
BLOCKS = (("1_1", "1_2"), ("2_1", "2_2"))  # convolutions in front of each pool
CONVOLUTIONS = tuple(f"convolution_{place}" for block in BLOCKS for place in block)
FIRST, LAST = CONVOLUTIONS[0], CONVOLUTIONS[-1]  # Desentz 2021, Fig. 21 and 22
HIDDEN = ("hidden_1", "hidden_2")


@dataclass(frozen=True)
class SelectorNetwork:
    """A trained network of Table 4: its weights by name, and what each of its outputs stands for."""

    models: tuple[str, ...]
    weights: Mapping[str, Floats]  # `convolution_1_1.kernel`, …, as `layers.weights_by_name` gives them


def probabilities(network: SelectorNetwork, image: Image) -> dict[str, float]:
    """The share of each model, in the order of the network's outputs, summing to 1.

    Args:
        network: a trained one.
        image: uint8 (side, side, 3) RGB as it is: the thesis's network looks at a covering as at the rest of the face.

    Source: Desentz 2021, section 6.2, Table 4; the distributions of Fig. 23 to 25.
    """
    scores = logits(network, image)
    shares = np.exp(scores - scores.max())
    return dict(zip(network.models, (shares / shares.sum()).tolist(), strict=True))


def logits(network: SelectorNetwork, image: Image) -> Floats:
    """What the softmax is taken of, float32 (models,)."""
    *_, (_, pooled) = _maps(network.weights, to_network(fit_image(image, SIDE)))
    x = pooled.reshape(-1)  # (16384,)
    for layer in HIDDEN:
        x = np.maximum(_dense(network.weights, layer, x), 0)
    return _dense(network.weights, "output", x)


def feature_maps(network: SelectorNetwork, image: Image, layer: str) -> Floats:
    """What a convolution finds in a face, behind its activation: float32 (side, side, width), 0 or more.

    Args:
        network: a trained one.
        image: uint8 (side, side, 3) RGB.
        layer: one of `CONVOLUTIONS`.

    Raises:
        BadSettings: there is no such convolution.

    Source: Desentz 2021, Fig. 21 (first convolution) and 22 (last).
    """
    for name, found in _maps(network.weights, to_network(fit_image(image, SIDE))):
        if name == layer:
            return found
    raise BadSettings(f"no convolution is called {layer!r}", field="layer", allowed=list(CONVOLUTIONS))


def _maps(weights: Mapping[str, Floats], x: Floats) -> Iterator[tuple[str, Floats]]:
    """What each convolution gives, by its name; at last, under the name `values`, what is made of them all."""
    for block in BLOCKS:
        for place in block:
            x = np.maximum(_convolve(weights, f"convolution_{place}", x), 0)
            yield f"convolution_{place}", x
            x = _normalise(weights, f"normalisation_{place}", x)
        side, width = x.shape[0] // POOLED, x.shape[2]
        x = x.reshape(side, POOLED, side, POOLED, width).max(axis=(1, 3))
    yield "values", x  # (8, 8, 256)


def _convolve(weights: Mapping[str, Floats], layer: str, x: Floats) -> Floats:
    """`same` convolution of (side, side, channels) as one product of matrices."""
    kernel = weights[f"{layer}.kernel"]  # (3, 3, channels, width)
    side = x.shape[0]
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (KERNEL, KERNEL), (0, 1))  # (side, side, channels, 3, 3)
    columns = windows.transpose(0, 1, 3, 4, 2).reshape(side * side, -1)
    found = columns @ kernel.reshape(-1, kernel.shape[-1]) + weights[f"{layer}.bias"]
    return found.reshape(side, side, -1)


def _normalise(weights: Mapping[str, Floats], layer: str, x: Floats) -> Floats:
    """By the running averages, as a trained network does."""
    scale = weights[f"{layer}.gamma"] / np.sqrt(weights[f"{layer}.moving_variance"] + NORMALISATION_EPSILON)
    return np.asarray(x * scale + (weights[f"{layer}.beta"] - weights[f"{layer}.moving_mean"] * scale), np.float32)


def _dense(weights: Mapping[str, Floats], layer: str, x: Floats) -> Floats:
    return np.asarray(x @ weights[f"{layer}.kernel"] + weights[f"{layer}.bias"], np.float32)
