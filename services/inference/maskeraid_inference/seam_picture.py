"""Draws how visible the seam is: a ring along the covering's rim, coloured by the difference across it."""

import cv2
import numpy as np

from maskeraid_faces.images import Covering, Image
from maskeraid_faces.metrics.colour_difference import colour_difference
from maskeraid_faces.metrics.seam import RING, rings
from maskeraid_inference.lettering import PAPER

STRONGEST = 10.0  # CIEDE2000 that has the last colour of the scale; 1 is just visible
LEAST_SIDE, GAP = 256, 8  # of a panel, and between both, in pixels


def draw_seam(before: Image, after: Image, image: Image, covering: Covering) -> Image:
    """Two panels side by side, uint8 (h, w, 3): the face as drawn under the covering, and as blended, with their rings.

    All are uint8 (side, side, 3); small faces are enlarged by whole pixels. The scale is viridis, blue to yellow.
    """
    ring = np.logical_or(*rings(covering))
    panels = [_panel(np.where(covering[..., None], filled, image), covering, ring) for filled in (before, after)]
    between = np.full((len(panels[0]), GAP, 3), PAPER, np.uint8)
    return np.concatenate([panels[0], between, panels[1]], axis=1)


def _panel(face: Image, covering: Covering, ring: Covering) -> Image:
    drawn = face.copy()
    if ring.any():
        across = colour_difference(_around(face, covering)[ring], _around(face, ~covering)[ring])
        strength = np.rint(np.clip(across / STRONGEST, 0, 1) * 255).astype(np.uint8)
        drawn[ring] = cv2.applyColorMap(strength, cv2.COLORMAP_VIRIDIS)[0, :, ::-1]
    scale = max(1, -(-LEAST_SIDE // len(face)))
    return drawn.repeat(scale, axis=0).repeat(scale, axis=1)


def _around(face: Image, where: Covering) -> Image:
    """The mean colour of the pixels of one side that lie within reach of each pixel of the ring."""
    reach = (2 * RING + 1, 2 * RING + 1)
    share = np.asarray(cv2.blur(where.astype(np.float32), reach, borderType=cv2.BORDER_CONSTANT), np.float32)
    sums = cv2.blur(face * where[..., None].astype(np.float32), reach, borderType=cv2.BORDER_CONSTANT)
    return np.rint(np.clip(sums / np.maximum(share, 1e-6)[..., None], 0, 255)).astype(np.uint8)
