"""The colour rule: a pixel is covered when it is near one of the given colours. Source: Desentz 2021, section 6.1.

It fails, as the thesis says, on hats and hair of the mask's colour and on colours that nobody gave.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.images import Covering, Image

Colour = tuple[int, int, int]

SMALLEST_SHARE = 0.005  # of the area; smaller components are specks of noise, not coverings


def covered_by_colour(image: Image, colours: Sequence[Colour], tolerance: int) -> Covering:
    """Mark the pixels within `tolerance` grey levels of a colour in every channel, without specks.

    Raises:
        BadSettings: no colour given, or a colour or the tolerance leaves 0..255.
    """
    _check(colours, tolerance)
    wanted = np.asarray(colours, np.int16)  # (c, 3)
    distances = np.abs(image[:, :, None].astype(np.int16) - wanted).max(-1)  # (H, W, c), largest of the channels
    return without_specks((distances <= tolerance).any(-1))


def without_specks(covering: Covering, area: float | None = None) -> Covering:
    """Drop components (8-connected) under 0.5 % of an area in pixels, all of it unless told."""
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(covering.astype(np.uint8), connectivity=8)
    kept = statistics[:, cv2.CC_STAT_AREA] >= SMALLEST_SHARE * (area or covering.size)
    kept[0] = False  # component 0 is what is not covered
    found: Covering = kept[labels]
    return found


def _check(colours: Sequence[Colour], tolerance: int) -> None:
    if not colours:
        raise BadSettings("the colour rule needs at least one colour", field="colours")
    if any(len(colour) != 3 or not all(0 <= channel <= 255 for channel in colour) for colour in colours):
        raise BadSettings("a colour is three numbers of 0 to 255", field="colours")
    if not 0 <= tolerance <= 255:
        raise BadSettings(f"tolerance must be 0 to 255, found {tolerance}", field="tolerance", allowed=[0, 255])
