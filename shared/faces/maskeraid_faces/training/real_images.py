"""The real images that GANs on pixels are shown: a tensor on the device, or a stream from the host where they are many.

Which ones belong to a step follows from seed and step alone, so both ways show the same and resume anywhere.
"""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Images
from maskeraid_faces.training.noise import draw_rows
from maskeraid_faces.training.replicas import Replicas

MOST_BYTES_ON_DEVICE = 2**30  # beside the array itself; as much again is left to the networks of a small machine
BLOCK_BYTES = 32 * 2**20  # of the stream: one is learned from, one waits, one is gathered


class RealImages:
    """The images of each step; `parts` runs outside of the compiled steps, `of` within them."""

    def __init__(
        self,
        images: ManyImages,
        batch: int,
        seed: int,
        *,
        is_mirrored: bool = False,
        compiled: bool = False,
        replicas: Replicas | None = None,
    ) -> None:
        """Of images uint8 (n, side, side, 3); where they are mirrored, reflections are drawn as often.

        `compiled` says whether `of` is compiled by XLA, which draws other random numbers than TensorFlow does. Of
        several devices each has a copy of the tensor, and takes its rows.
        """
        self._images, self._batch, self._seed = images, batch, seed
        self._number, self._is_mirrored = len(images), is_mirrored
        self._replicas = replicas or Replicas()
        values = int(np.prod(images.shape[1:]))
        self.is_streamed = self._number * values > MOST_BYTES_ON_DEVICE
        self._steps = max(1, BLOCK_BYTES // (batch * values))  # of a block
        self._rows_of_block = tf.function(self._draw_block, jit_compile=compiled)
        self._whole = None if self.is_streamed else self._replicas.copies(images[:])
        self._stream: Iterator[tf.Tensor] | None = None
        self._block, self._held = -1, None

    def parts(self, first: int, last: int) -> Iterator[tuple[int, int, tf.Tensor]]:
        """Steps first to last - 1 in parts (first step, step after the last, what `of` takes its images from)."""
        while self.is_streamed and first < last:
            block = first // self._steps
            end = min(last, (block + 1) * self._steps)
            yield first, end, self._held_by(block)
            first = end
        if first < last:
            yield first, last, self._whole

    def of(self, step: tf.Tensor, held: tf.Tensor) -> tf.Tensor:
        """The images of a step, uint8 (rows, side, side, 3), of several devices this one's."""
        rows = self._replicas.share(self._rows(step))
        if self.is_streamed:
            images = self._replicas.share(held[step % self._steps])
        else:
            images = tf.gather(held, rows % self._number)
        if not self._is_mirrored:
            return images
        return tf.where((rows < self._number)[:, None, None, None], images, images[:, :, ::-1])

    def _rows(self, step: tf.Tensor) -> tf.Tensor:
        """Rows (batch,); from the number of images on they mean reflections."""
        return draw_rows(self._batch, self._number * (1 + self._is_mirrored), self._seed, step)

    def _draw_block(self, block: tf.Tensor) -> tf.Tensor:
        """Rows (steps, batch) of a block."""
        first = block * self._steps
        return tf.stack([self._rows(first + place) for place in range(self._steps)])

    def _held_by(self, block: int) -> tf.Tensor:
        """Images uint8 (steps, batch, side, side, 3) of a block; the stream goes on where the last one ended."""
        if block != self._block:
            if self._stream is None or block != self._block + 1:
                self._stream = iter(self._blocks_from(block))
            self._block, self._held = block, next(self._stream)
        return self._held

    def _blocks_from(self, block: int) -> tf.data.Dataset:
        blocks = tf.data.Dataset.range(block, tf.int64.max)
        return blocks.map(lambda number: tf.numpy_function(self._gather, [number], tf.uint8)).prefetch(1)

    def _gather(self, block: NDArray[np.int64]) -> Images:
        rows = self._rows_of_block(tf.constant(block)).numpy() % self._number  # (steps, batch)
        return self._images[rows]
