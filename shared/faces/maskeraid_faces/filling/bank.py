"""How well each draw of a model's bank agrees with the visible pixels: the weights of engine A."""

import cv2
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.face_model import Conditioning
from maskeraid_faces.images import Covering, Floats, Image

LEAST_L1_WEIGHT = 0.25  # of a pixel far from the covering; one beside it has 1


def squared_distances(projected: Floats, gram: Floats, draws: Floats, square: Floats | float) -> Floats:
    """|x_v - G_v(c)|^2 of coefficients.

    Args:
        projected: B_v (x_v - mu_v), (n, q) or (q,).
        gram: A = B_v B_v^T, (q, q).
        draws: c, (m, q).
        square: |x_v - mu_v|^2, (n,) or one number.

    Returns:
        float32 (n, m) or (m,), not under 0.
    """
    own = np.sum((draws @ gram) * draws, axis=1)
    distances: Floats = np.maximum(np.asarray(square)[..., None] - 2 * projected @ draws.T + own, 0).astype(np.float32)
    return distances


def log_weights(distances: Floats, conditioning: Conditioning, *, images: bool) -> Floats:
    """Tempered log likelihood of draws: Gaussian of squared distances, Laplace of L1 distances when `images`.

    Distances are sums in [-1, 1] units. Pixel errors are correlated, so they count for less than their number.
    """
    noise = conditioning.noise_grey_levels / 127.5
    scale = noise if images else 2 * noise**2
    result: Floats = -distances / np.float32(scale * conditioning.temperature)
    return result


def visible_l1(image: Image, covering: Covering, draws: NDArray[np.uint8]) -> Floats:
    """L1 to the visible pixels by `visible_weights`, of draws (m, P) uint8; summed, in [-1, 1] units (m,)."""
    return _l1(image, visible_weights(covering), draws)


def hidden_l1(image: Image, covering: Covering, draws: NDArray[np.uint8]) -> Floats:
    """L1 under the covering of draws (m, P) uint8; summed, in [-1, 1] units (m,)."""
    return _l1(image, covering.astype(np.float32), draws)


def visible_weights(covering: Covering) -> Floats:
    """How much each pixel counts (H, W): up to 1 beside the covering, 0 under it and in a ring of 1 px around it.

    Source: Yeh et al. 2017 (arXiv 1607.07539), whose weight is 0 far from the covering, blind to hair and tone.
    """
    side = max(3, covering.shape[0] // 4 | 1)
    near = np.asarray(cv2.blur(covering.astype(np.float32), (side, side)), np.float32)
    near /= max(float(near[~covering].max(initial=0)), 1e-6)
    return np.asarray((LEAST_L1_WEIGHT + (1 - LEAST_L1_WEIGHT) * near) * ~grow(covering, 1), np.float32)


def _l1(image: Image, weights: Floats, draws: NDArray[np.uint8]) -> Floats:
    counted = np.repeat(weights.ravel(), 3)
    columns = np.flatnonzero(counted)
    wanted = image.reshape(-1)[columns]
    differences = cv2.absdiff(
        np.take(draws, columns, axis=1), np.broadcast_to(wanted, (len(draws), len(wanted))).copy()
    )
    weighted = differences.astype(np.float32) @ counted[columns]
    return np.asarray(weighted / np.float32(127.5), np.float32)
