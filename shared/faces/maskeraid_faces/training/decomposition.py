"""The principal components of many images, in passes over parts: never all values at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from maskeraid_faces.image_rows import ManyImages, parts_of
from maskeraid_faces.images import Floats, to_network

OVERSAMPLING, POWER_ITERATIONS = 16, 2


@dataclass(frozen=True)
class Decomposition:
    """The largest singular values of the centred pixels (n, P), and their right singular vectors."""

    mean: Floats  # (P,)
    singular: Floats  # (k,), falling
    vectors: Floats  # (k, P)
    variance: float  # sum of all squares, those of the values left out included


def decompose(images: ManyImages, components: int, *, is_mirrored: bool, seed: int) -> Decomposition:
    """Find the first components of images uint8 (n, side, side, 3), with their reflections where they are mirrored.

    Six passes multiply each part by a thin matrix; what stays is (n, k) and (P, k) float32, k = components + 16.

    Source: Halko, Martinsson, Tropp 2011, algorithms 4.4 and 5.1, with two power iterations.
    """
    pixels = _Pixels(images, is_mirrored=is_mirrored)
    columns = len(pixels.mean)
    wanted = min(components + OVERSAMPLING, columns, pixels.rows)
    right = np.random.default_rng(seed).standard_normal((columns, wanted), np.float32)
    for _ in range(POWER_ITERATIONS):
        right = _orthonormal(pixels.transposed_times(_orthonormal(pixels.times(right))))
    left = _orthonormal(pixels.times(right))
    _, singular, vectors = np.linalg.svd(pixels.transposed_times(left).T, full_matrices=False)
    return Decomposition(pixels.mean, singular[:components], vectors[:components], pixels.variance)


class _Pixels:
    """A matrix of centred pixels in [-1, 1] units that is made anew in each pass; the order of its rows is its own."""

    def __init__(self, images: ManyImages, *, is_mirrored: bool) -> None:
        self._images, self._is_mirrored = images, is_mirrored
        self.rows = len(images) * (1 + is_mirrored)
        sums, squares = np.zeros(int(np.prod(images.shape[1:]))), 0.0
        for part in self._parts():
            sums += part.sum(axis=0, dtype=np.float64)
            squares += float(np.einsum("ij,ij->", part, part, dtype=np.float64))
        mean: NDArray[np.float64] = sums / self.rows
        self.mean = mean.astype(np.float32)
        self.variance = squares - self.rows * float(mean @ mean)

    def times(self, right: Floats) -> Floats:
        """The product with (P, k): (rows, k)."""
        product, end = np.empty((self.rows, right.shape[1]), np.float32), 0
        for part in self._centred():
            start, end = end, end + len(part)
            product[start:end] = part @ right
        return product

    def transposed_times(self, left: Floats) -> Floats:
        """The product of the transposed matrix with (rows, k): (P, k)."""
        product, end = np.zeros((len(self.mean), left.shape[1]), np.float32), 0
        for part in self._centred():
            start, end = end, end + len(part)
            product += part.T @ left[start:end]
        return product

    def _centred(self) -> Iterator[Floats]:
        for part in self._parts():
            part -= self.mean
            yield part

    def _parts(self) -> Iterator[Floats]:
        for part in parts_of(self._images):
            images = self._images[part]
            for side in (images, images[:, :, ::-1])[: 1 + self._is_mirrored]:
                yield to_network(side).reshape(len(side), -1)


def _orthonormal(columns: Floats) -> Floats:
    basis: Floats = qr(columns, overwrite_a=True, mode="economic", check_finite=False)[0]
    return basis
