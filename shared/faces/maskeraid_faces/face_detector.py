"""Finds faces with MTCNN: three small networks that look ever more closely. NumPy runs them: no TensorFlow is loaded.

Source: Zhang et al. 2016 (arXiv 1604.02878); weights, thresholds, and steps are those of the package `mtcnn` 1.0 (MIT).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import joblib
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from maskeraid_faces.images import Floats, Image

SMALLEST_FACE, CELL, STRIDE = 20, 12, 2  # pixels
SCALE_STEP = 0.709  # about the root of a half
PROPOSED, REFINED = 0.6, 0.7  # least confidence of the first two networks
Boxes = NDArray[np.float64]  # (n, 4) of left, top, right, bottom, in pixels
Weights = Sequence[Floats]


@dataclass(frozen=True)
class Detected:
    """A face that was found."""

    box: Boxes  # (4,)
    confidence: float
    points: NDArray[np.float64]  # (5, 2) of x, y in pixels: eyes, nose, corners of the mouth, left ones first


def detect_faces(photo: Image, least_confidence: float) -> list[Detected]:
    """The faces of a photograph uint8 (H, W, 3), the surest first; some are found twice."""
    picture = (photo.astype(np.float32) - np.float32(127.5)) / np.float32(128)
    boxes = _refine(picture, _propose(picture))
    if not len(boxes):
        return []
    patches = _patches(picture, boxes, 48)
    offsets, points, scores = _look_closely(patches, _weights("onet"))
    sizes = boxes[:, 2:] - boxes[:, :2] + 1
    places = points.reshape(-1, 2, 5).transpose(0, 2, 1) * sizes[:, None] + boxes[:, None, :2] - 1
    boxes = _adjusted(boxes, offsets)
    is_face = scores > least_confidence
    boxes, places, scores = boxes[is_face], places[is_face], scores[is_face]
    kept = _without_overlaps(boxes, scores, 0.7, of_smaller=True)
    height, width = photo.shape[:2]
    rims = [width - 1, height - 1] * 2
    return [Detected(np.clip(boxes[one], 0, rims), float(scores[one]), np.rint(places[one])) for one in kept]


def _propose(picture: Floats) -> Boxes:
    """Squares that may hold a face, at any size from 20 pixels."""
    found: list[Boxes] = []
    scores: list[Floats] = []
    for scale in _scales(picture):
        height, width = (int(length * scale) for length in picture.shape[:2])
        small = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.float32)
        offsets, confidences = _scan(small[None], _weights("pnet"))
        rows, columns = np.nonzero(confidences > PROPOSED)
        corners = np.stack([columns, rows, columns, rows], axis=1) * STRIDE + np.array([1, 1, CELL, CELL])
        boxes = (corners + offsets[rows, columns] * (CELL - 1)) / scale
        order = _without_overlaps(boxes, confidences[rows, columns], 0.5)
        found.append(boxes[order])
        scores.append(confidences[rows, columns][order])
    if not found:
        return np.empty((0, 4))
    boxes = np.concatenate(found)
    return _squares(boxes[_without_overlaps(boxes, np.concatenate(scores), 0.7)])


def _scales(picture: Floats) -> list[float]:
    shortest = min(picture.shape[:2])
    count = round(-(np.log(shortest / CELL) / np.log(SCALE_STEP) + 1))
    return [CELL / SMALLEST_FACE * SCALE_STEP**step for step in range(max(0, count))]


def _refine(picture: Floats, boxes: Boxes) -> Boxes:
    if not len(boxes):
        return boxes
    offsets, scores = _judge(_patches(picture, boxes, 24), _weights("rnet"))
    boxes = _adjusted(boxes, offsets)
    boxes, scores = boxes[scores > REFINED], scores[scores > REFINED]
    return _squares(boxes[_without_overlaps(boxes, scores, 0.7)])


def _scan(picture: Floats, weights: Weights) -> tuple[Floats, Floats]:
    """The first network, over a whole picture (1, H, W, 3): offsets (h, w, 4) and confidences (h, w)."""
    seen = _pool(_layer(picture, weights[0:3]), 2, pad=True)
    seen = _layer(_layer(seen, weights[3:6]), weights[6:9])
    return (seen @ weights[9][0, 0] + weights[10])[0], _second(seen @ weights[11][0, 0] + weights[12])[0]


def _judge(patches: Floats, weights: Weights) -> tuple[Floats, Floats]:
    """The second network, (n, 24, 24, 3): offsets (n, 4) and confidences (n,)."""
    seen = _pool(_layer(patches, weights[0:3]), 3, pad=True)
    seen = _pool(_layer(seen, weights[3:6]), 3)
    seen = _dense(_flat(_layer(seen, weights[6:9])), weights[9:12])
    return seen @ weights[12] + weights[13], _second(seen @ weights[14] + weights[15])


def _look_closely(patches: Floats, weights: Weights) -> tuple[Floats, Floats, Floats]:
    """The third network, (n, 48, 48, 3): offsets (n, 4), points (n, 10) x first, confidences (n,)."""
    seen = _pool(_layer(patches, weights[0:3]), 3, pad=True)
    seen = _pool(_layer(seen, weights[3:6]), 3)
    seen = _pool(_layer(seen, weights[6:9]), 2, pad=True)
    seen = _dense(_flat(_layer(seen, weights[9:12])), weights[12:15])
    return (
        seen @ weights[15] + weights[16], seen @ weights[17] + weights[18], _second(seen @ weights[19] + weights[20])
    )  # fmt: skip


def _layer(seen: Floats, weights: Weights) -> Floats:
    """A convolution without padding, (n, h, w, c), and a rectifier that leaks by what was learned."""
    kernel, bias, leak = weights
    side, _, channels, kernels = kernel.shape
    windows = sliding_window_view(seen, (side, side), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    found = windows.reshape(-1, side * side * channels) @ kernel.reshape(-1, kernels) + bias
    return _leaking(found.reshape(*windows.shape[:3], kernels), leak)


def _dense(seen: Floats, weights: Weights) -> Floats:
    return _leaking(seen @ weights[0] + weights[1], weights[2])


def _leaking(values: Floats, leak: Floats) -> Floats:
    return np.maximum(values, 0) + leak * np.minimum(values, 0)


def _pool(seen: Floats, side: int, *, pad: bool = False) -> Floats:
    """The largest of each window, every second one; padding is at the right and at the bottom first."""
    if pad:
        missing = [max((-(-length // 2) - 1) * 2 + side - length, 0) for length in seen.shape[1:3]]
        edges = [(one // 2, one - one // 2) for one in missing]
        seen = np.pad(seen, ((0, 0), *edges, (0, 0)), constant_values=-np.inf)
    largest: Floats = sliding_window_view(seen, (side, side), axis=(1, 2))[:, ::2, ::2].max((-2, -1))
    return largest


def _flat(seen: Floats) -> Floats:
    return seen.transpose(0, 2, 1, 3).reshape(len(seen), -1)


def _second(values: Floats) -> Floats:
    """The second of two shares."""
    share: Floats = 1 / (1 + np.exp(values[..., 0] - values[..., 1]))
    return share


def _patches(picture: Floats, boxes: Boxes, side: int) -> Floats:
    """What lies in each box, (n, side, side, 3), grey beyond the picture."""
    height, width = picture.shape[:2]
    steps = np.linspace(0, 1, side)
    # As tf.image.crop_and_resize has it: boxes are fractions of the size, and of its last pixel's place.
    across = (boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * steps) * (width - 1) / width
    down = (boxes[:, 1:2] + (boxes[:, 3:4] - boxes[:, 1:2]) * steps) * (height - 1) / height
    patches = np.empty((len(boxes), side, side, 3), np.float32)
    for number in range(len(boxes)):
        xs = np.broadcast_to(across[number].astype(np.float32), (side, side))
        ys = np.broadcast_to(down[number].astype(np.float32)[:, None], (side, side))
        seen = cv2.remap(picture, np.ascontiguousarray(xs), np.ascontiguousarray(ys), cv2.INTER_LINEAR)
        is_beyond = (xs < 0) | (xs > width - 1) | (ys < 0) | (ys > height - 1)
        patches[number] = np.where(is_beyond[..., None], 0, seen)
    return patches


def _adjusted(boxes: Boxes, offsets: Floats) -> Boxes:
    sizes = np.tile(boxes[:, 2:] - boxes[:, :2] + 1, 2)
    return boxes + offsets * sizes


def _squares(boxes: Boxes) -> Boxes:
    """Around the same middles, as large as the longer side."""
    sizes = boxes[:, 2:] - boxes[:, :2]
    side = sizes.max(1, keepdims=True, initial=0)
    corners = boxes[:, :2] + sizes / 2 - side / 2
    return np.hstack([corners, corners + side])


def _without_overlaps(boxes: Boxes, scores: Floats, most: float, *, of_smaller: bool = False) -> NDArray[np.intp]:
    """The surest boxes first, without those that share more than `most` of both areas, or of the smaller one."""
    left = np.argsort(-scores, kind="stable")
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    kept = []
    while len(left):
        one, left = left[0], left[1:]
        kept.append(one)
        low, high = np.maximum(boxes[one, :2], boxes[left, :2]), np.minimum(boxes[one, 2:], boxes[left, 2:])
        shared = np.maximum(high - low, 0).prod(1)
        whole = np.minimum(areas[one], areas[left]) if of_smaller else areas[one] + areas[left] - shared
        left = left[shared <= most * whole]
    return np.array(kept, np.intp)


@cache
def _weights(name: str) -> Weights:
    spec = find_spec("mtcnn")  # which loads nothing of it, and no TensorFlow
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise ModuleNotFoundError("faces are found with the weights of the package mtcnn", name="mtcnn")
    return [np.asarray(one, np.float32) for one in joblib.load(Path(folders[0]) / "assets" / "weights" / f"{name}.lz4")]
