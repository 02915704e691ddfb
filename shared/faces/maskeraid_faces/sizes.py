"""Between an input's own size and a model's: down before a fill, back under the covering after it."""

import cv2
import numpy as np

from maskeraid_faces.blending.composite import superimpose
from maskeraid_faces.errors import BadCovering
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


def check_map_shape(covering_map: Image, image: Image) -> None:
    """Raise BadCovering unless a map (h, w, 3) has the shape of the image, whatever its size.

    A side that was rounded when one of the two was scaled may be a pixel off.
    """
    (map_height, map_width), (height, width) = covering_map.shape[:2], image.shape[:2]
    if not (_is_scaled(map_width, map_height, width, height) or _is_scaled(width, height, map_width, map_height)):
        raise BadCovering(
            f"the map has {map_width} x {map_height} pixels, the image {width} x {height}, which is another shape: "
            "draw the map over the whole image as it was sent, in any size",
            map=[map_width, map_height], image=[width, height],
        )  # fmt: skip


def _is_scaled(width: int, height: int, of_width: int, of_height: int) -> bool:
    """Whether one factor leads from the second rectangle to the first, each side up to a pixel more or less."""
    return (width - 1) * of_height <= (height + 1) * of_width and (height - 1) * of_width <= (width + 1) * of_height


def fit_map(covering_map: Image, image: Image) -> Covering:
    """A map of a covering that somebody drew, brought to the image's size: what is nearer to white is covered.

    Raises: BadCovering, when it has not the image's shape.
    """
    check_map_shape(covering_map, image)
    height, width = image.shape[:2]
    resized = cv2.resize(covering_map, (width, height), interpolation=cv2.INTER_NEAREST)
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
