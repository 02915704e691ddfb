"""Skin: where it is visible, and how a generated face gets the tone of the visible one (thesis, section 8.3).

Coverings hide skin, so both halves learn from what is visible: a drawn face's skin is one exact colour, a
photograph's is fitted on the ring of skin beside the covering, where generated and true pixels pair up.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.blending.palette import Palette
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.images import Covering, Floats, Image

FEWEST_SKIN_PIXELS = 30
LIGHTNESS_REACH, HUE_REACH = 30.0, 12.0  # Lab: how far from the median a visible pixel may lie and still be skin
PIXELS_FOR_A_MATRIX = 200  # so much evidence the identity weighs in the colour fit
ROUNDS = 3  # of reweighting
SAME_SKIN = 8  # grey levels a channel; dark skin and its neck, the nearest two colours, lie 12 apart
CODES = np.array([2**16, 2**8, 1])  # of a colour's channels in one whole number
SHADES = (0.5, 0.95)  # of a drawn skin: the nose and the neck are fractions of it


def to_lab(image: NDArray[np.uint8] | Floats) -> Floats:
    """CIE Lab (D65) float32 of (H, W, 3) RGB in 0..255."""
    return np.asarray(cv2.cvtColor(np.asarray(image, np.float32) / np.float32(255), cv2.COLOR_RGB2Lab), np.float32)


def from_lab(lab: Floats) -> Floats:
    """RGB float32 in 0..255, not rounded."""
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB) * 255, np.float32)


def middle_of_face(height: int, width: int) -> Covering:
    """Where an aligned face shows skin, and neither hair at the sides nor background."""
    middle = np.zeros((height, width), np.bool_)
    middle[height // 4 : height * 15 // 16, width * 9 // 32 : width * 23 // 32] = True
    return middle


def drawn_skin(image: Image, visible: Covering) -> NDArray[np.uint8] | None:
    """The skin of a drawn face, (3,): the commonest visible colour in the middle of the face; None if all is hidden."""
    pixels = image[visible & middle_of_face(*visible.shape)]
    if not len(pixels):
        return None
    codes, counts = np.unique(pixels @ CODES, return_counts=True)  # rows of colours take ten times as long to sort
    commonest: NDArray[np.uint8] = (codes[counts.argmax()] // CODES % 256).astype(np.uint8)
    return commonest


def with_skin(palette: Palette, skin: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> Palette:
    """The palette with its skin become exactly `wanted`, and the shades of that skin become the same shades of it."""
    moved = palette.copy()
    # A shade f truncated to integers lies in [c/skin, (c+1)/skin) of every channel; the intervals' middle is f.
    low = (palette / np.maximum(skin, 1)).max(1)  # (c,)
    high = ((palette + 1.0) / np.maximum(skin, 1)).min(1)
    shades = (low < high) & (low > SHADES[0]) & (high < SHADES[1])
    moved[shades] = ((low + high)[shades, None] / 2 * wanted).astype(np.uint8)
    moved[(np.abs(palette.astype(np.int16) - skin) <= SAME_SKIN).all(1)] = wanted
    return moved


def skin_of_photo(lab: Floats, visible: Covering) -> Covering:
    """Visible pixels whose Lab lies near the median of the middle of the face; all False when that is hidden."""
    seen = lab[visible & middle_of_face(*visible.shape)]
    if not len(seen):
        return np.zeros_like(visible)
    distances = np.abs(lab - np.median(seen, axis=0))
    return visible & np.asarray((distances <= (LIGHTNESS_REACH, HUE_REACH, HUE_REACH)).all(-1))


def fit_colours(generated: Image, lab: Floats, covering: Covering, skin: Covering) -> Floats:
    """Bring a whole generated photograph to the colours of the visible one; float32 (H, W, 3), 0..255.

    Args:
        generated: uint8 (H, W, 3) RGB, also outside the covering.
        lab: Lab of the input.
        covering: bool (H, W).
        skin: bool (H, W), visible skin of the input.

    A matrix and a shift in Lab, by Huber's weights, drawn towards the identity: 200 pixels weigh as much as it.
    Under 30 skin pixels: means and deviations of the whole ring. Source: Desentz 2021, section 8.3, asks for it.
    """
    ring = grow(covering, int(np.clip(covering.shape[0] // 16, 4, 8))) & ~covering
    if not ring.any():
        return generated.astype(np.float32)
    generated_lab = to_lab(generated)
    if (ring & skin).sum() >= FEWEST_SKIN_PIXELS:
        matrix, centre, shift = _affine(generated_lab[ring & skin], lab[ring & skin])
    else:
        matrix, centre, shift = _moments(generated_lab[ring], lab[ring])
    return from_lab(np.asarray((generated_lab - centre) @ matrix + centre + shift, np.float32))


def _affine(source: Floats, target: Floats) -> tuple[Floats, Floats, Floats]:
    """Matrix (3, 3), centre (3,), and shift (3,) that bring source (n, 3) to target, outliers weighing little."""
    weights = np.ones(len(source), np.float32)
    for _ in range(ROUNDS):
        centre = np.average(source, axis=0, weights=weights)
        difference = target - source
        shift = np.average(difference, axis=0, weights=weights)
        weighted = (source - centre) * weights[:, None]
        spread = weighted.T @ (source - centre)
        # A spread at least of one Lab unit, so that flat skin cannot ask for a steep matrix.
        penalty = PIXELS_FOR_A_MATRIX * (np.trace(spread) / weights.sum() / 3 + 1)
        tilt = np.linalg.solve(spread + penalty * np.eye(3), weighted.T @ (difference - shift))
        distances = np.linalg.norm(difference - shift - (source - centre) @ tilt, axis=1)
        weights = np.minimum(1, 1.5 * np.median(distances) / np.maximum(distances, 1e-6)).astype(np.float32)
        weights = np.maximum(weights, np.float32(1e-3))
    return (np.eye(3) + tilt).astype(np.float32), centre.astype(np.float32), shift.astype(np.float32)


def _moments(source: Floats, target: Floats) -> tuple[Floats, Floats, Floats]:
    """The same by means and deviations alone (Reinhard et al. 2001), a deviation changed at most by half or twice."""
    ratio = np.clip((target.std(0) + 1) / (source.std(0) + 1), 0.5, 2)
    return np.diag(ratio).astype(np.float32), source.mean(0), target.mean(0) - source.mean(0)
