"""Between an input's own size and a model's: down before a fill, back under the covering after it."""

import cv2
import numpy as np

from maskeraid_faces.blending.composite import superimpose
from maskeraid_faces.face_model import Kind
from maskeraid_faces.images import Covering, Floats, Image


def fit_image(image: Image, side: int) -> Image:
    """The image in the model's size: a smaller one is the mean of the pixels it stands for."""
    if image.shape[0] == side:
        return image
    interpolation = cv2.INTER_AREA if image.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (side, side), interpolation=interpolation), np.uint8)


def fit_covering(covering: Covering, side: int) -> Covering:
    """The covering in the model's size: a pixel that is partly covered has not the face's colour, so it is covered."""
    if covering.shape[0] == side:
        return covering
    if covering.shape[0] < side:
        return np.asarray(
            cv2.resize(covering.astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST), np.bool_
        )
    shares = cv2.resize(covering.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    touched: Covering = np.asarray(shares) > 0
    return touched


def fit_map(covering_map: Image, side: int) -> Covering:
    """A map of a covering that somebody drew, in any size: what is nearer to white is covered."""
    resized = cv2.resize(covering_map, (side, side), interpolation=cv2.INTER_NEAREST)
    return covered_in(np.asarray(resized, np.uint8))


def covered_in(covering_map: Image) -> Covering:
    """What a map (h, w, 3) calls covered: bool (h, w), True where it is nearer to white than to black."""
    covered: Covering = covering_map.mean(-1) > 127.5
    return covered


def put_back(filled: Image, image: Image, covering: Covering, kind: Kind) -> Image:
    """Scale a filled face to the input's size and take it under the covering alone.

    Returns uint8 (H, W, 3), equal to `image` bit for bit wherever it is not covered.
    """
    return superimpose(image, _scaled(filled, image.shape[0], kind), covering)


def put_back_map(values: Floats, covering: Covering) -> Floats:
    """Scale a map (size, size) to the input's size; exactly 0 wherever it is not covered."""
    scaled = cv2.resize(values, covering.shape, interpolation=cv2.INTER_LINEAR)
    return np.where(covering, scaled, np.float32(0))


def _scaled(picture: Image, side: int, kind: Kind) -> Image:
    if picture.shape[0] == side:
        return picture
    if picture.shape[0] > side:
        interpolation = cv2.INTER_AREA
    else:
        interpolation = cv2.INTER_NEAREST if kind == "drawn" else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=interpolation), np.uint8)
