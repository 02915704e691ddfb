"""CIEDE2000, the difference between colours as people see it."""

import numpy as np
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab


def colour_difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float64]:
    """CIEDE2000 between sRGB colours uint8 (..., 3), Lab under D65; result (...), 0 = equal, about 1 = just visible.

    Source: Sharma, Wu, Dalal 2005, by scikit-image.
    """
    difference: NDArray[np.float64] = deltaE_ciede2000(rgb2lab(one), rgb2lab(other))  # type: ignore[no-untyped-call]
    return difference
