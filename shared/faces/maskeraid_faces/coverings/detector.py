"""The learned detector of coverings as it is used: a small U-Net, run with NumPy.

It sees a face at 64 x 64 pixels: where each pixel lies counts as well as its colour, for faces are aligned. Source of
the network's form: Ronneberger et al. 2015 (arXiv 1505.04597). Trained by `training.detector`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from maskeraid_faces.images import Floats, Images, to_network
from maskeraid_faces.networks.convolution import convolve

SIDE = 64  # pixels of the picture that it sees
CELL = 2  # pixels a side that go in, and come out, as one place with more channels: a quarter of the sums
CHANNELS = 5  # colour, and where the pixel lies
WIDTHS = (24, 48, 64, 96)
KINDS = ("mask", "scarf", "glasses", "hand", "hat", "other")
KIND_OF_FAMILY: Mapping[str, str] = {
    "surgical": "mask", "cloth": "mask", "respirator": "mask", "scarf": "scarf", "glasses": "glasses", "hand": "hand",
    "hat": "hat", "bar": "other", "blob": "other", "rectangle": "other", "logo": "other",
}  # fmt: skip


class Seen(NamedTuple):
    """What the network says of n pictures."""

    logits: Floats  # (n, 64, 64); above 0 a pixel is rather covered
    kinds: Floats  # (n, kinds) probabilities, should there be a covering


@dataclass(frozen=True)
class Detector:
    """Weights by name, and the logit from which a pixel is covered."""

    weights: Mapping[str, Floats]
    threshold: float

    def look(self, images: Images) -> Seen:
        """Look at pictures uint8 (n, 64, 64, 3)."""
        x = _to_cells(with_places(to_network(images)))  # (n, 32, 32, 4 * CHANNELS)
        kept = []
        for level in range(len(WIDTHS)):
            x = self._twice(x, f"down_{level}")
            if level < len(WIDTHS) - 1:
                kept.append(x)
                x = x.reshape(len(x), x.shape[1] // 2, 2, x.shape[2] // 2, 2, -1).mean(axis=(2, 4))
        deepest = x  # (n, 4, 4, 96)
        for level in reversed(range(len(WIDTHS) - 1)):
            x = self._convolved(x.repeat(2, axis=1).repeat(2, axis=2), f"up_{level}")
            x = self._convolved(np.concatenate([x, kept[level]], axis=-1), f"joined_{level}")
        logits = _from_cells(x @ self.weights["map.kernel"][0, 0] + self.weights["map.bias"])
        told = np.concatenate([deepest.reshape(len(x), -1), coarse(logits).reshape(len(x), -1)], axis=1)
        scores = told @ self.weights["kind.kernel"] + self.weights["kind.bias"]
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return Seen(logits, shares / shares.sum(axis=1, keepdims=True))

    def _twice(self, x: Floats, name: str) -> Floats:
        return self._convolved(self._convolved(x, f"{name}_a"), f"{name}_b")

    def _convolved(self, x: Floats, name: str) -> Floats:
        """A convolution of 3 x 3 and ReLU."""
        out = convolve(x, self.weights[f"{name}.kernel"], self.weights[f"{name}.bias"])
        activated: Floats = np.maximum(out, 0, out=out)
        return activated


def with_places(values: Floats) -> Floats:
    """Pictures (n, side, side, 3) with two more channels: row and column, -1 to 1."""
    side = values.shape[1]
    rows, columns = np.meshgrid(*[np.linspace(-1, 1, side, dtype=np.float32)] * 2, indexing="ij")
    places = np.broadcast_to(np.stack([rows, columns], axis=-1), (len(values), side, side, 2))
    return np.concatenate([values, places], axis=-1)


def coarse(logits: Floats) -> Floats:
    """How much of each eighth by eighth is covered, (n, 8, 8) of 0 to 1."""
    covered = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    shares: Floats = covered.reshape(-1, 8, SIDE // 8, 8, SIDE // 8).mean(axis=(2, 4))
    return shares


def _to_cells(values: Floats) -> Floats:
    n, side, _, channels = values.shape
    cells = values.reshape(n, side // CELL, CELL, side // CELL, CELL, channels).transpose(0, 1, 3, 2, 4, 5)
    return cells.reshape(n, side // CELL, side // CELL, -1)


def _from_cells(cells: Floats) -> Floats:
    n, side, _, _ = cells.shape
    return cells.reshape(n, side, side, CELL, CELL).transpose(0, 1, 3, 2, 4).reshape(n, side * CELL, side * CELL)
