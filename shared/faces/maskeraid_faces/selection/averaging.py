"""How much of a picture is lost when it is averaged to a small one: of noise nearly all.

Looks are told at 32 pixels a side, where noise of 256 a side is a quiet grey that could be a face out of focus.
"""

import cv2
import numpy as np

from maskeraid_faces.images import Covering, Image
from maskeraid_faces.sizes import fit_covering

SIDE = 32  # pixels, as looks are told
MOST_LOST = 0.7  # of faces 0.2 at most, under grain of 25 grey levels 0.53; of noise from 64 a side 0.74 and more
LEAST_SEEN = SIDE**2 // 4  # squares; of fewer nothing is said
LEAST_GRAIN = 8**2  # squared grey levels; what is finer hides no face, however even the rest is


def share_lost(image: Image, covering: Covering) -> float:
    """The share of the visible pixels' variance that lies within the squares of 32 x 32, each averaged to a pixel.

    Args:
        image: uint8 (side, side, 3) RGB; nothing is lost of one that has at most 32 pixels a side.
        covering: bool (side, side); squares that it touches are not looked at.
    """
    if image.shape[0] <= SIDE:
        return 0.0
    visible = ~fit_covering(covering, SIDE)
    if visible.sum() < LEAST_SEEN:
        return 0.0
    values = image.astype(np.float32)
    means, squares = (cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for one in (values, values**2))
    within = float((squares - means**2)[visible].mean())
    between = float(means[visible].var(axis=0).mean())
    return within / (within + between) if within > LEAST_GRAIN else 0.0
