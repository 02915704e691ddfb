"""Peak signal-to-noise ratio, in dB, over the hole or the whole image."""

import numpy as np

from maskeraid_faces.images import Covering, Image


def psnr(image: Image, truth: Image, hole: Covering | None = None) -> float:
    """-10 log10 of the mean squared error in [0, 1] over the hole's pixels and channels, or over all; inf when equal.

    The mean over images is the mean of such values. The headline is the hole: over all pixels it looks about 5 dB
    better at 29.5 % covered, since visible pixels never change.
    """
    difference = (image.astype(np.float64) - truth) / 255
    error = float(np.square(difference if hole is None else difference[hole]).mean())
    return float("inf") if error == 0 else float(-10 * np.log10(error))
