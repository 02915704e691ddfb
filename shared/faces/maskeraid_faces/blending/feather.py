"""Fades a filling into what is visible around it; every change lies under the covering."""

import cv2
import numpy as np

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.images import Covering, Image

WIDEST = 8  # pixels


def feather(filled: Image, covering: Covering, pixels: int) -> Image:
    """Let the filling fade into the nearest visible colours over a band inside the covering's rim.

    A covered pixel whose nearest visible one is d away takes the share 1 - d / (pixels + 1) of that one's colour, down
    to none behind the band. What lay under the covering takes no part: it has the covering's colours, not the face's.

    Args:
        filled: uint8 (H, W, 3), the filling laid under the covering.
        covering: bool (H, W), not True everywhere.
        pixels: the band's width, 0 to 8; 0 changes nothing.

    Returns:
        uint8 (H, W, 3), equal to `filled` bit for bit wherever `covering` is False.

    Raises:
        BadSettings: `pixels` is out of range.
    """
    if not 0 <= pixels <= WIDEST:
        raise BadSettings(f"feather must be 0 to {WIDEST}, found {pixels}", field="feather", allowed=[0, WIDEST])
    if pixels == 0 or not covering.any() or covering.all():
        return filled
    distances, labels = cv2.distanceTransformWithLabels(
        covering.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    visible = ~covering
    colours = np.zeros((int(labels.max()) + 1, 3), np.float32)  # of the visible pixel that has the label
    colours[labels[visible]] = filled[visible]
    band = covering & (distances < pixels + 1)
    share = (1 - distances[band] / (pixels + 1))[:, None]
    feathered = filled.copy()
    feathered[band] = np.rint(filled[band] * (1 - share) + colours[labels[band]] * share).astype(np.uint8)
    return feathered
