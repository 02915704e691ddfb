"""Pictures and coverings of any size as the detector sees them: 64 x 64 pixels."""

import cv2
import numpy as np

from maskeraid_faces.coverings.detector import SIDE
from maskeraid_faces.images import Covering, Image


def seen_image(image: Image) -> Image:
    """A picture of any size as the detector sees it; drawn ones stay sharp where they fit a whole number of times."""
    side = image.shape[0]
    if side == SIDE:
        return image
    way = cv2.INTER_AREA if side > SIDE else cv2.INTER_NEAREST if SIDE % side == 0 and side <= 32 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (SIDE, SIDE), interpolation=way), np.uint8)


def seen_covering(covering: Covering) -> Covering:
    if covering.shape[0] == SIDE:
        return covering
    way = cv2.INTER_AREA if covering.shape[0] > SIDE else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(covering.astype(np.float32), (SIDE, SIDE), interpolation=way)) > 0.5
