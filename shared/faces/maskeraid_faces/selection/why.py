"""Which pixels drove the choice of a model, as a map over the face: `pixels_of_attributes`, `pixels_of_network`.

Desentz 2021, section 6.3, infers that "the hair encompasses a larger portion"; this measures it.
"""

from collections.abc import Mapping

import cv2
import numpy as np

from maskeraid_faces.face_model import Kind
from maskeraid_faces.images import Covering, Floats, Image
from maskeraid_faces.selection.face_colours import colour_regions
from maskeraid_faces.selection.network import SIDE, SelectorNetwork, logits
from maskeraid_faces.sizes import fit_image

PATCH = 4  # pixels a side, at the network's size: 64 looks of 27 ms each on one core
HOTTEST = (213, 94, 0)  # RGB; readers of every colour vision tell it from grey
STRONGEST = 0.85  # of the colour's share in the picture


def pixels_of_network(network: SelectorNetwork, image: Image, chosen: str) -> Floats:
    """How much each patch of a face speaks for the model that the network chose, float32 (32, 32), 0 to 1.

    A patch is replaced by the face's mean colour, and counts by how far the chosen model's lead over the best other
    one falls, before the softmax; a patch that speaks against it counts 0. A covering counts as it was looked at.

    Source: Zeiler and Fergus 2014, section 4.2 (occlusion), of the lead in place of the probability, which is 1 nearly
    everywhere.
    """
    face = fit_image(image, SIDE)
    place = network.models.index(chosen)
    mean = np.rint(face.reshape(-1, 3).mean(axis=0)).astype(np.uint8)
    whole = _lead(network, face, place)
    falls = np.zeros((SIDE // PATCH, SIDE // PATCH), np.float32)
    for row, column in np.ndindex(*falls.shape):
        without = face.copy()
        without[row * PATCH : (row + 1) * PATCH, column * PATCH : (column + 1) * PATCH] = mean
        falls[row, column] = max(0.0, whole - _lead(network, without, place))
    return _to_one(falls.repeat(PATCH, axis=0).repeat(PATCH, axis=1))


def _lead(network: SelectorNetwork, face: Image, place: int) -> float:
    scores = logits(network, face)
    return float(scores[place] - np.delete(scores, place).max())


def pixels_of_attributes(image: Image, covering: Covering, kind: Kind, parts: Mapping[str, float]) -> Floats:
    """How much each pixel weighed, float32 (side, side), 0 to 1: an attribute's part, over the pixels that made it.

    Args:
        image: uint8 (side, side, 3) RGB, aligned.
        covering: bool (side, side); what is under it was not looked at, and is 0.
        kind: how the colours were found.
        parts: by `tone`, `hair`, `eyes`: what share of the chosen model's lead each has.
    """
    heat = np.zeros(covering.shape, np.float32)
    for name, region in colour_regions(image, covering, kind).items():
        if region.any():
            heat[region] += np.float32(parts.get(name, 0.0) / region.sum())
    return _to_one(heat)


def draw_heat(image: Image, heat: Floats) -> Image:
    """The face in grey, orange where it drove the choice; uint8 (side, side, 3) of the image's size."""
    side = image.shape[0]
    large = cv2.resize(heat, (side, side), interpolation=cv2.INTER_NEAREST)
    grey = np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2).astype(np.float32)
    share = STRONGEST * np.asarray(large, np.float32)[..., None]
    return np.asarray(np.rint(grey * (1 - share) + np.array(HOTTEST, np.float32) * share), np.uint8)


def _to_one(values: Floats) -> Floats:
    highest = float(values.max())
    return np.asarray(values / highest, np.float32) if highest > 0 else values
