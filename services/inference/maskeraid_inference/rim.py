"""How far the colours on both sides of the covering's rim lie apart."""

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.blending.skin_tone import skin_of_photo, to_lab
from maskeraid_faces.images import Covering, Image
from maskeraid_faces.metrics.colour_difference import colour_difference
from maskeraid_faces.metrics.seam import median_colour, rings


def rim_difference(filled: Image, image: Image, covering: Covering) -> float | None:
    """CIEDE2000 between the median skin just inside, as filled, and just outside, as seen; None without a rim.

    Without skin on either side all colours of the rings count.
    """
    ring_inside, ring_outside = rings(covering)
    inside = _median_skin(filled, np.ones_like(covering), ring_inside)
    outside = _median_skin(image, ~covering, ring_outside)
    if inside is None or outside is None:
        return None
    return round(float(colour_difference(inside, outside)), 2)


def _median_skin(image: Image, is_face: Covering, ring: Covering) -> NDArray[np.uint8] | None:
    skin = skin_of_photo(to_lab(image), is_face) & ring
    return median_colour(image, skin if skin.any() else ring) if ring.any() else None
