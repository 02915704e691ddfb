"""What hands a slope back through a convolution, with NumPy; it is Keras's transposed convolution as well."""

import numpy as np

from maskeraid_faces.images import Floats
from maskeraid_faces.networks.convolution import padding


def spread(x: Floats, kernel: Floats, side: int, *, stride: int = 1) -> Floats:
    """The adjoint of `convolve` over its input: maps (n, h, h, d) to (n, side, side, c).

    Args:
        x: float32, maps, or slopes at a convolution's answer.
        kernel: (reach, reach, c, d), as `convolve` has it, and as Keras's Conv2DTranspose from d to c channels.
        side: of what comes back, more than (h - 1) stride and at most h stride.
        stride: of the convolution.

    Source: Dumoulin, Visin 2016 (arXiv 1603.07285), chapter 4.
    """
    n, there, _, inputs = x.shape
    reach, _, outputs, _ = kernel.shape
    shares = x.reshape(-1, inputs) @ kernel.reshape(-1, inputs).T  # (n * h * h, reach * reach * c)
    if reach == stride == 1:
        return np.asarray(shares.reshape(n, side, side, outputs), np.float32)
    shares = shares.reshape(n, there, there, reach, reach, outputs)
    before = padding(there, side, stride, reach)[0]
    last = (there - 1) * stride + 1
    padded = np.zeros((n, last + reach - 1, last + reach - 1, outputs), np.float32)
    for row in range(reach):
        for column in range(reach):
            padded[:, row : row + last : stride, column : column + last : stride] += shares[:, :, :, row, column]
    return padded[:, before : before + side, before : before + side]
