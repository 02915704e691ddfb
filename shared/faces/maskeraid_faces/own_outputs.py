"""Recognises pictures that this service has made: by their pixels, or by how they look, both whole and where filled.

A result shows its input everywhere else, so the face as it was before anything covered it looks like it as a whole. It
is told apart by the filled part alone: nothing is recognised whose look differs there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Covering, Floats, Image
from maskeraid_faces.measures import digest_of, has_few_colours, phash

MOST_BITS = 6  # of 64 that differ between two hashes
LARGEST_DIFFERENCE = 3.8  # of 255, root mean square over the filled cells
LARGEST_SIDE = 512  # pixels, of what is looked at
CELLS = 8  # a side, that the box of the filled part is divided into
MOSTLY_FILLED = 0.5  # of a cell's area

Hashes = NDArray[np.uint64]
Box = tuple[float, float, float, float]  # left, top, right, bottom as shares of width and height


@dataclass(frozen=True)
class Output:
    """One picture that was made here, as short as it can be recognised by."""

    digest: bytes  # SHA-256 of size and pixels
    phash: int | None  # 64 bits, of the whole picture; None for a drawn one, which its pixels alone tell
    box: Box  # of the filled part
    filled: bytes  # 8: which of the box's cells are mostly filled, row by row
    look: bytes  # 192: 8 x 8 x 3 uint8, the cells' mean colours


def hash_of(image: Image) -> int | None:
    """The hash of an image of any size; None for a drawn one: drawn faces that differ may have the same."""
    return None if has_few_colours(image) else phash(_small(image))


def describe_output(final: Image, covering: Covering) -> Output:
    """What is kept of a result uint8 (H, W, 3) whose pixels under the covering (H, W), some at least, were filled."""
    box = _box_of(covering)
    share = _means(_small(covering[..., None].astype(np.uint8) * np.uint8(255)), box)[..., 0] / 255
    # A covering of thin lines fills no cell by half: then those count that it fills most.
    filled = share >= min(MOSTLY_FILLED, float(share.max()))
    return Output(
        digest_of(final), hash_of(final), box, np.packbits(filled).tobytes(), _look(_small(final), box).tobytes()
    )


def is_one_of(image: Image, outputs: Iterable[Output]) -> bool:
    """Whether the filled part of an output is in an image uint8 (h, w, 3) of any size, whose hash is near to its own.

    The outputs of one re-imaging have one box, where the image is looked at once.
    """
    small = _small(image)
    look_at = cache(lambda box: _look(small, box).astype(np.float32))
    return any(_difference(look_at(output.box), output) <= LARGEST_DIFFERENCE for output in outputs)


def _difference(look: Floats, output: Output) -> float:
    known = np.frombuffer(output.look, np.uint8).reshape(look.shape)
    filled = np.unpackbits(np.frombuffer(output.filled, np.uint8)).reshape(CELLS, CELLS).astype(np.bool_)
    return float(np.sqrt(((look - known)[filled] ** 2).mean()))


def near(one: int, hashes: Hashes) -> NDArray[np.intp]:
    """Places of the hashes that differ from one by few bits, the nearest first."""
    bits = np.bitwise_count(hashes ^ np.uint64(one))
    places = np.flatnonzero(bits <= MOST_BITS)
    return places[np.argsort(bits[places], kind="stable")]


def _box_of(covering: Covering) -> Box:
    height, width = covering.shape
    rows, columns = np.flatnonzero(covering.any(1)), np.flatnonzero(covering.any(0))
    return (
        float(columns[0]) / width, float(rows[0]) / height, float(columns[-1] + 1) / width, float(rows[-1] + 1) / height
    )  # fmt: skip


def _small(image: Image) -> Image:
    """At most 512 pixels a side: what is looked at is coarse, and whole photographs take much memory as numbers."""
    scale = LARGEST_SIDE / max(image.shape[:2])
    if scale >= 1:
        return image
    import cv2  # here, for an import of faces needs none of its 36 MB

    height, width = (max(CELLS, round(length * scale)) for length in image.shape[:2])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8).reshape(height, width, image.shape[2])


def _look(image: Image, box: Box) -> NDArray[np.uint8]:
    return np.rint(_means(image, box)).astype(np.uint8)


def _means(image: NDArray[np.generic], box: Box) -> Floats:
    """The means of 8 x 8 equal parts of a box, which need not begin or end between pixels: (8, 8, channels)."""
    height, width, channels = image.shape
    rows = _weights(height, box[1], box[3]) @ image.reshape(height, -1).astype(np.float32)
    means: Floats = np.asarray(_weights(width, box[0], box[2]) @ rows.reshape(CELLS, width, channels), np.float32)
    return means


def _weights(length: int, start: float, end: float) -> Floats:
    """What takes a line of pixels to the means of 8 equal parts from one share of it to another: (8, length)."""
    edges = np.linspace(start, end, CELLS + 1) * length
    pixels = np.arange(length)
    ends = np.minimum(edges[1:, None], pixels + 1)
    overlap = np.clip(ends - np.maximum(edges[:-1, None], pixels), 0, None)
    return np.asarray(overlap / overlap.sum(1, keepdims=True), np.float32)
