"""Grouped 3 x 3 convolutions with NumPy. `convolve` would copy each group's few channels place by place, and slowly."""

import numpy as np

from maskeraid_faces.images import Floats

REACH = 3


def grouped_convolve(x: Floats, kernel: Floats) -> Floats:
    """Maps float32 (n, h, w, c) to (n, h, w, d) of the padding `same`; each group of channels is for itself.

    Args:
        x: maps.
        kernel: (3, 3, c a group, d), as TensorFlow has it.
    """
    n, height, width, channels = x.shape
    inputs, outputs = kernel.shape[2:]
    groups = channels // inputs
    # (groups, d a group, 9 * c a group)
    kernels = kernel.reshape(REACH * REACH * inputs, groups, outputs // groups).transpose(1, 2, 0)
    kernels = np.ascontiguousarray(kernels)
    out = np.empty((n, height, width, outputs), np.float32)
    for one, to in zip(x, out, strict=True):  # one after another: what lies around all places of all images is large
        drawn = np.matmul(kernels, _around(one, groups))  # (groups, d a group, h * (w + 2))
        to[:] = drawn.reshape(outputs, height, width + 2)[:, :, :width].transpose(1, 2, 0)
    return out


def grouped_spread(x: Floats, kernel: Floats, groups: int) -> Floats:
    """The adjoint of `grouped_convolve` over its input: the convolution by the kernel turned round."""
    inputs, outputs = kernel.shape[2:]
    apart = kernel[::-1, ::-1].reshape(REACH, REACH, inputs, groups, outputs // groups)
    return grouped_convolve(x, apart.transpose(0, 1, 4, 3, 2).reshape(REACH, REACH, outputs // groups, -1))


def _around(x: Floats, groups: int) -> Floats:
    """What lies around each place of a map (h, w, c), (groups, 9 * c a group, h * (w + 2)); two places a row too many.

    Of flat, padded channels it is nine long pieces, one for each place of the kernel.
    """
    height, width, channels = x.shape
    flat = np.zeros((channels, (height + 2) * (width + 2) + 2), np.float32)
    padded = flat[:, :-2].reshape(channels, height + 2, width + 2)
    padded[:, 1:-1, 1:-1] = x.transpose(2, 0, 1)
    length = height * (width + 2)
    around = np.empty((groups, REACH * REACH, channels // groups, length), np.float32)
    for place in range(REACH * REACH):
        start = place // REACH * (width + 2) + place % REACH
        around[:, place] = flat[:, start : start + length].reshape(groups, -1, length)
    return around.reshape(groups, -1, length)
