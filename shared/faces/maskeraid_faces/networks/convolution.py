"""Convolutions with NumPy, as one product of matrices each: for networks that run where there is no TensorFlow."""

import numpy as np

from maskeraid_faces.images import Floats


def convolve(x: Floats, kernel: Floats, bias: Floats | None = None, *, stride: int = 1, dilation: int = 1) -> Floats:
    """What Keras's `Conv2D` with the padding `same` gives.

    Args:
        x: float32 (n, height, width, before).
        kernel: float32 (side, side, before, after), its side odd.
        bias: float32 (after,).
        stride: pixels from one place to the next.
        dilation: pixels from one value of the kernel to the next.

    Returns:
        float32 (n, height / stride, width / stride, after), rounded up.
    """
    side, after = kernel.shape[0], kernel.shape[-1]
    n, height, width, before = x.shape
    rows, columns = -(-height // stride), -(-width // stride)
    if side == 1 and stride == 1:
        around = x.reshape(-1, before)
    else:
        reach = (side - 1) * dilation + 1
        pads = [padding(there, here, stride, reach) for there, here in ((rows, height), (columns, width))]
        padded = np.pad(x, ((0, 0), *pads, (0, 0)))
        near = [
            padded[
                :, row : row + stride * (rows - 1) + 1 : stride, column : column + stride * (columns - 1) + 1 : stride
            ]
            for row in range(0, reach, dilation)
            for column in range(0, reach, dilation)
        ]
        around = np.concatenate(near, axis=-1).reshape(-1, side * side * before)
    out: Floats = around @ kernel.reshape(-1, after)
    if bias is not None:
        out += bias
    return out.reshape(n, rows, columns, after)


def padding(there: int, here: int, stride: int, reach: int) -> tuple[int, int]:
    """Zeros before and after, of which TensorFlow puts an odd one behind."""
    whole = max((there - 1) * stride + reach - here, 0)
    return whole // 2, whole - whole // 2
