"""The membrane: a smooth correction that makes a fill meet its rim. Factored once for all candidates of a face.

Source: Pérez, Gangnet, Blake 2003, section 2, in the form of a correction; screened, and with weights on the rim.
Not `cv2.seamlessClone`, which fails at image borders and shifts the patch.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from maskeraid_faces.images import Covering, Floats

DATA_WEIGHT = 0.02  # pulls the correction to nothing far from the rim
CROSS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32)  # the four neighbours


class Membrane:
    """Harmonic interpolation of the rim's error into the hole.

    Args:
        hole: bool (H, W), at least one pixel True.
        rim_weights: float (H, W), how much the error of a visible pixel counts, 0 to 1.
    """

    def __init__(self, hole: Covering, rim_weights: NDArray[np.floating]) -> None:
        self._hole = hole.ravel()
        to_neighbours = _neighbours(*hole.shape)[self._hole]  # (hole, H*W)
        among_hole = to_neighbours[:, self._hole]
        self._to_rim = to_neighbours @ sparse.diags(np.where(hole, 0, rim_weights).ravel())
        pull = np.asarray(among_hole.sum(1) + self._to_rim.sum(1)).ravel() + DATA_WEIGHT
        # The matrix is symmetric and its diagonal dominates: no pivots, and an ordering for such matrices.
        self._factor = splu(
            (sparse.diags(pull) - among_hole).tocsc(),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )

    def correct(self, fills: Floats, image: NDArray[np.uint8]) -> Floats:
        """Add the correction to fills (k, H, W, 3), 0..255; they must be honest beside the hole too, where it is read.

        Returns float32 of the same shape, changed in the hole only, not clipped.
        """
        k, height, width, channels = fills.shape
        errors = (image - fills).transpose(1, 2, 0, 3).reshape(height * width, k * channels)
        correction = self._factor.solve(np.asarray(self._to_rim @ errors, np.float64))
        corrected = fills.reshape(k, height * width, channels).copy()
        corrected[:, self._hole] += correction.reshape(-1, k, channels).transpose(1, 0, 2).astype(np.float32)
        return corrected.reshape(fills.shape)


def soften_rim(fills: Floats, image: NDArray[np.uint8], hole: Covering) -> Floats:
    """Mix the outermost pixels of the hole, in fills (k, H, W, 3), half and half with the visible neighbours."""
    visible = (~hole).astype(np.float32)
    counts = cv2.filter2D(visible, -1, CROSS, borderType=cv2.BORDER_CONSTANT)
    sums = cv2.filter2D(image * visible[..., None], -1, CROSS, borderType=cv2.BORDER_CONSTANT)
    rim = hole & (counts > 0)
    feathered = fills.copy()
    feathered[:, rim] = (fills[:, rim] + sums[rim] / counts[rim, None]) / 2
    return feathered


def _neighbours(height: int, width: int) -> sparse.csr_array:
    """Which of the H*W pixels are beside which, (H*W, H*W) of 0 and 1, four neighbours a pixel."""
    lines = [sparse.diags([1.0, 1.0], [-1, 1], shape=(length, length)) for length in (height, width)]
    return sparse.csr_array(sparse.kronsum(lines[1], lines[0]))
