"""How far the colours on both sides of the covering's rim lie apart."""

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.blending.skin_tone import skin_of_photo, to_lab
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.images import Covering, Image
from maskeraid_faces.metrics.colour_difference import colour_difference

RING = 2  # pixels each side of the rim


def rim_difference(filled: Image, image: Image, covering: Covering) -> float | None:
    """CIEDE2000 between the median skin just inside, as filled, and just outside, as seen; None without a rim.

    Without skin on either side all colours of the rings count.
    """
    inside = _ring(filled, np.ones_like(covering), covering & grow(~covering, RING))
    outside = _ring(image, ~covering, ~covering & grow(covering, RING))
    if inside is None or outside is None:
        return None
    return round(float(colour_difference(inside, outside)), 2)


def _ring(image: Image, is_face: Covering, ring: Covering) -> NDArray[np.uint8] | None:
    skin = skin_of_photo(to_lab(image), is_face) & ring
    pixels = image[skin] if skin.any() else image[ring]
    return np.rint(np.median(pixels, axis=0)).astype(np.uint8) if len(pixels) else None
