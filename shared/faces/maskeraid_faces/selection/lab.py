"""Distances between Lab colours."""

import numpy as np
from skimage.color import deltaE_ciede2000

from maskeraid_faces.images import Floats


def lab_differences(lab: Floats, others: Floats) -> Floats:
    """CIEDE2000 between one Lab colour (3,) and each of others (n, 3), D65; (n,)."""
    ours = np.broadcast_to(lab, others.shape)  # scikit-image does not broadcast shapes of its own
    return np.asarray(deltaE_ciede2000(ours, others), np.float32)  # type: ignore[no-untyped-call]
