"""How visible the seam is: colours and gradients across the rim, beside those of the uncovered original."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.blending.skin_tone import skin_of_photo, to_lab
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.images import Covering, Image
from maskeraid_faces.metrics.colour_difference import colour_difference

RING = 2  # pixels each side of the rim


@dataclass(frozen=True)
class Seam:
    """1 = as in the uncovered original, above = a visible seam."""

    colour_ratio: float  # CIEDE2000 between the median skin of the rings inside and outside
    gradient_ratio: float  # mean jump between neighbours across the rim


def seam(filled: Image, truth: Image, hole: Covering) -> Seam:
    """Measure the seam of a filled face against its uncovered twin, uint8 (H, W, 3) both.

    The original's colour difference counts as at least 1 (just visible), its jump as at least one grey level.
    """
    skin = skin_of_photo(to_lab(truth), np.ones_like(hole))
    inside, outside = (skin & ring for ring in rings(hole))
    if not inside.any() or not outside.any():  # no skin at the rim: all of it must do
        inside, outside = rings(hole)
    return Seam(
        _across(filled, inside, outside) / max(_across(truth, inside, outside), 1.0),
        _jump(filled, hole) / max(_jump(truth, hole), 1.0),
    )


def rings(hole: Covering) -> tuple[Covering, Covering]:
    """The pixels of a hole (H, W) beside its rim, and the visible ones there."""
    return hole & grow(~hole, RING), ~hole & grow(hole, RING)


def median_colour(image: Image, where: Covering) -> NDArray[np.uint8]:
    """The median of an image's pixels where a map (H, W) is True, somewhere: uint8 (3,)."""
    median: NDArray[np.uint8] = np.rint(np.median(image[where], axis=0)).astype(np.uint8)
    return median


def _across(image: Image, inside: Covering, outside: Covering) -> float:
    return float(colour_difference(median_colour(image, inside), median_colour(image, outside)))


def _jump(image: Image, hole: Covering) -> float:
    """Mean absolute difference, in grey levels, between pixels of the hole and their visible neighbours."""
    values = image.astype(np.float64)
    across_rows, across_columns = hole[1:] != hole[:-1], hole[:, 1:] != hole[:, :-1]
    jumps = [np.abs(np.diff(values, axis=0))[across_rows], np.abs(np.diff(values, axis=1))[across_columns]]
    return float(np.concatenate(jumps).mean())
