"""Tidies a covering that was drawn or found: without specks, without small holes."""

import cv2
import numpy as np

from maskeraid_faces.coverings.colour_rule import SMALLEST_SHARE, without_specks
from maskeraid_faces.images import Covering


def cleaned(covering: Covering, area: float | None = None) -> Covering:
    """Drop components (8-connected) under 0.5 % of the area, then fill what is visible in holes as small.

    The area is that of all pixels unless told: of a photograph that of the face is meant.

    A small visible area at the image's edge is no hole: there it may be the rest of the face.
    """
    kept = without_specks(covering, area)
    _, labels, statistics, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=4)
    is_hole = statistics[:, cv2.CC_STAT_AREA] < SMALLEST_SHARE * (area or covering.size)
    is_hole[np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))] = False
    is_hole[0] = False  # what is covered
    whole: Covering = kept | is_hole[labels]
    return whole
