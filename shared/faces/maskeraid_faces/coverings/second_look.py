"""A second look at a covering: a small network a pixel, told what the generic detector says and what no face explains.

A face's visible pixels are explained by the principal components of the model's faces; what hides it is not. The
residual is taken with the likely covered pixels left out. NumPy alone; trained by `training.second_look`.
"""

from collections.abc import Mapping
from typing import NamedTuple

import cv2
import numpy as np

from maskeraid_faces.face_model import Basis
from maskeraid_faces.images import Floats, Image, to_network

MOST_COMPONENTS = 96
NOISE = {"drawn": 0.01, "photo": 2.0}  # variance that the components do not explain, relative to theirs
NEAR = (3, 7, 15)  # pixels a side of 64, over which neighbours are averaged
LOCAL = 9
FEATURES = 20
HIDDEN = (32, 16)
CLIPPED = 8.0  # logits
STRANGE = 30 / 127.5  # a residual that counts no more when it grows

SecondLook = Mapping[str, Floats]  # `kernel_i`, `bias_i` of each layer, `mean` and `deviation` of the features


class Looked(NamedTuple):
    """What a second look says of one picture."""

    logits: Floats  # (side, side)
    strangeness: float


def look_again(image: Image, logits: Floats, basis: Basis, kind: str, network: SecondLook) -> Looked:
    """Look at a picture uint8 (side, side, 3) of the model's size again; `logits` (side, side) are the first look's."""
    left = residual(image, logits, basis, kind)
    values = (features(image, logits, left) - network["mean"]) / network["deviation"]
    for layer in range(len(HIDDEN) + 1):
        values = values @ network[f"kernel_{layer}"] + network[f"bias_{layer}"]
        if layer < len(HIDDEN):
            values = np.maximum(values, 0)
    again = np.clip(values[:, 0].reshape(logits.shape), -2 * CLIPPED, 2 * CLIPPED).astype(np.float32)
    return Looked(again, strangeness(again, left))


def strangeness(logits: Floats, left: Floats) -> float:
    """How strange a face is whose residual is `left`: its mean square, of covered pixels as much as can be."""
    covered = _probability(logits)
    energy = np.minimum(np.square(left).mean(axis=-1), STRANGE**2)
    return float(((1 - covered) * energy + covered * STRANGE**2).mean())


def residual(image: Image, logits: Floats, basis: Basis, kind: str) -> Floats:
    """What the components leave of a picture (side, side, 3), fitted to what is likely visible, in [-1, 1] units."""
    components = basis.components[:MOST_COMPONENTS]
    offsets = to_network(image).ravel() - basis.mean
    weights = np.repeat(np.square(1 - _probability(logits)).ravel(), 3)
    weighted = components * weights
    gram = weighted @ components.T + np.float32(NOISE[kind]) * np.eye(len(components), dtype=np.float32)
    coefficients = np.linalg.solve(gram, weighted @ offsets)
    return np.asarray(offsets - coefficients @ components, np.float32).reshape(image.shape)


def features(image: Image, logits: Floats, left: Floats) -> Floats:
    """What the network is told of each pixel, (side * side, 20)."""
    side, values, said = image.shape[0], to_network(image), np.clip(logits, -CLIPPED, CLIPPED)
    size = np.abs(left).mean(axis=-1)
    covered = _probability(logits)
    planes = [said, size, *np.moveaxis(left, -1, 0), *np.moveaxis(values, -1, 0)]
    planes += [_averaged(plane, near * side // 64) for plane in (size, said) for near in NEAR]
    for share in (covered, 1 - covered):
        everywhere = (values * share[..., None]).sum(axis=(0, 1)) / (share.sum() + 1e-3)
        around = _averaged(values * share[..., None], LOCAL * side // 64)
        around = around / (_averaged(share, LOCAL * side // 64)[..., None] + 1e-3)
        planes += [np.linalg.norm(values - colour, axis=-1) for colour in (everywhere, around)]
    rows, columns = np.meshgrid(*[np.linspace(-1, 1, side, dtype=np.float32)] * 2, indexing="ij")
    return np.stack([*planes, rows, columns], axis=-1).reshape(-1, FEATURES).astype(np.float32)


def _averaged(plane: Floats, length: int) -> Floats:
    odd = max(3, length | 1)
    return np.asarray(cv2.blur(plane.astype(np.float32), (odd, odd)), np.float32)


def _probability(logits: Floats) -> Floats:
    return (1 / (1 + np.exp(-np.clip(logits, -15, 15)))).astype(np.float32)
