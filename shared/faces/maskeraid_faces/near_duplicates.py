"""Finds images that show the same picture as another one: packed again, resized, cropped a little, made brighter.

Exact over all pairs: a projection of the looks rules most of them out, and never one that is near, for projecting makes
no distance larger.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Floats

LARGEST_DISTANCE = 10.0  # of 255, between two looks
MOST_BITS = 14  # of 64 that differ between two hashes
AXES = 16  # of the projection; those of faces hold nine tenths of how looks differ
SAMPLE = 8192  # looks that choose the axes
BLOCK, CHUNK = 512, 2048  # images that are compared at once, with so many others: 4 MiB of distances
MOST_PAIRS = 2**12  # looked at closely at once: 3 MiB of differences
ROUNDING = 16.0  # of squared distances in 32 bits

Looks = NDArray[np.uint8]  # (n, 192), each 8 x 8 x 3
Hashes = NDArray[np.uint64]  # (n,)
Indices = NDArray[np.intp]


def find_near_duplicates(looks: Looks, hashes: Hashes, known: int = 0) -> Indices:
    """For each image behind the first `known`: the first one before it that it is a near duplicate of, or -1.

    Of a family the first is the original, and all others are told by it alone: what resembles only a near duplicate is
    none, so that no chain of small steps joins two faces.
    """
    if len(looks) == known:
        return np.empty(0, np.intp)
    search = _Search(looks, hashes, known)
    return np.concatenate([search.judge(block) for block in _blocks(known, len(looks))])


def _blocks(start: int, end: int) -> Iterator[Indices]:
    for first in range(start, end, BLOCK):
        yield np.arange(first, min(first + BLOCK, end))


class _Search:
    """The images that are no near duplicates so far, to compare others with."""

    def __init__(self, looks: Looks, hashes: Hashes, known: int) -> None:
        self._looks, self._hashes = looks, hashes
        places = _project(looks)
        squares, ones = np.einsum("ij,ij->i", places, places)[:, None], np.ones((len(looks), 1), np.float32)
        # So that one product gives the squared distances: |a|^2 + |b|^2 - 2 a b.
        self._places = np.hstack([places, squares, ones])
        self._opposites = np.hstack([-2 * places, ones, squares]).T
        self._originals = np.arange(len(looks))
        self._count = known

    def judge(self, block: Indices) -> Indices:
        """Which original each image of a block resembles, or -1; those that resemble none become originals."""
        found = np.full(len(block), len(self._looks))
        for start in range(0, self._count, CHUNK):
            self._note(block, self._originals[start : min(start + CHUNK, self._count)], found)
        fresh = block[found == len(self._looks)]
        found[found == len(self._looks)] = self._among(fresh)
        originals = block[found < 0]
        self._originals[self._count : self._count + len(originals)] = originals
        self._count += len(originals)
        return found

    def _note(self, block: Indices, others: Indices, found: Indices) -> None:
        for rows, columns in self._near(block, others):
            np.minimum.at(found, rows, others[columns])

    def _among(self, fresh: Indices) -> Indices:
        """The same among images of one block, in their order."""
        found = np.full(len(fresh), -1)
        is_near = np.zeros((len(fresh), len(fresh)), np.bool_)
        for rows, columns in self._near(fresh, fresh):
            is_near[rows, columns] = True
        for place in range(len(fresh)):
            before = np.flatnonzero(is_near[place, :place] & (found[:place] < 0))
            if len(before):
                found[place] = fresh[before[0]]
        return found

    def _near(self, these: Indices, others: Indices) -> Iterator[tuple[Indices, Indices]]:
        """Pairs of places in both lists that are near duplicates."""
        squares = self._places[these] @ self._opposites[:, others]
        largest = LARGEST_DISTANCE**2 * self._looks.shape[1] + ROUNDING
        rows, columns = np.divmod(np.flatnonzero(squares <= largest), len(others))
        for start in range(0, len(rows), MOST_PAIRS):
            some = slice(start, start + MOST_PAIRS)
            left, right = these[rows[some]], others[columns[some]]
            bits = np.bitwise_count(self._hashes[left] ^ self._hashes[right])
            is_near = bits <= MOST_BITS
            is_near[is_near] = (
                _rms(self._looks[left[is_near]] - self._looks[right[is_near]].astype(np.float32)) <= LARGEST_DISTANCE
            )
            yield rows[some][is_near], columns[some][is_near]


def _project(looks: Looks) -> Floats:
    """Looks without their brightness on the axes along which they differ most, (n, 16)."""
    sample = _plain(looks[:: max(1, len(looks) // SAMPLE)])
    sample -= sample.mean(0)
    _, axes = np.linalg.eigh(sample.T @ sample)
    chosen = axes[:, -AXES:].astype(np.float32)
    return np.concatenate([_plain(looks[start : start + CHUNK]) @ chosen for start in range(0, len(looks), CHUNK)])


def _plain(looks: Looks) -> Floats:
    levels = looks.astype(np.float32)
    levels -= levels.mean(1, keepdims=True)
    return levels


def _rms(differences: Floats) -> Floats:
    """Of each row, its mean aside."""
    return np.asarray(differences.std(1), np.float32)
