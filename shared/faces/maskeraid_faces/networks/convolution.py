"""Convolutions with NumPy, as one product of matrices each: for networks that run where there is no TensorFlow."""

import numpy as np

from maskeraid_faces.images import Floats

SLOPE = 0.2  # of LeakyReLU, as of all generators


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


def doubled(x: Floats) -> Floats:
    """Maps (n, height, width, channels) of twice the side, each value four times."""
    n, height, width, channels = x.shape
    out = np.empty((n, height, 2, width, 2, channels), x.dtype)
    out[...] = x[:, :, None, :, None]
    return out.reshape(n, 2 * height, 2 * width, channels)


def gated(x: Floats) -> Floats:
    """Half of the channels, leaky, times how far the other half opens: (..., 2 c) to (..., c).

    Source: Yu et al. 2019 (arXiv 1806.03589).
    """
    features, gates = np.split(x, 2, axis=-1)
    out: Floats = np.maximum(features, np.float32(SLOPE) * features) * sigmoid(gates)
    return out


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)) without overflow."""
    out: Floats = np.tanh(np.float32(0.5) * x)
    out += 1
    out *= np.float32(0.5)
    return out


def padding(there: int, here: int, stride: int, reach: int) -> tuple[int, int]:
    """Zeros before and after, of which TensorFlow puts an odd one behind."""
    whole = max((there - 1) * stride + reach - here, 0)
    return whole // 2, whole - whole // 2
