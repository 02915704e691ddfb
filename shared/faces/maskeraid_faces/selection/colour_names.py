"""Words for the colours of hair and eyes."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from maskeraid_faces.blending.skin_tone import to_lab
from maskeraid_faces.images import Floats
from maskeraid_faces.selection.lab import lab_differences

Colour = tuple[int, int, int]

# RGB; ours, chosen by eye, but for the drawn faces' own blond and black.
HAIR_COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "black": (25, 20, 20),
        "brown": (90, 60, 40),
        "red": (150, 75, 40),
        "blond": (230, 200, 80),
        "grey": (140, 140, 140),
        "white": (225, 225, 220),
    }
)
EYE_COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "black": (20, 15, 15),
        "brown": (85, 55, 35),
        "blue": (50, 90, 220),
        "green": (80, 120, 70),
        "grey": (110, 120, 130),
    }
)


def nearest_name(lab: Floats, names: Mapping[str, Colour]) -> str:
    """The word whose colour is nearest to a Lab colour (3,) by CIEDE2000."""
    colours = to_lab(np.array([list(names.values())], np.uint8))[0]
    return list(names)[int(np.argmin(lab_differences(lab, colours)))]
