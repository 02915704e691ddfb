"""Trains the detector of coverings: binary cross-entropy, more of it at the rim, and Dice.

Source: Ronneberger et al. 2015 (U-Net, weighted rims); Milletari et al. 2016 (Dice); Voo et al. 2022 (synthetic
occlusions of faces carry over to real ones).
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from maskeraid_faces.coverings.detector import with_places
from maskeraid_faces.coverings.families import FAMILIES
from maskeraid_faces.images import Floats, to_network
from maskeraid_faces.networks.detector import build_detector
from maskeraid_faces.networks.layers import set_weights, weights_by_name
from maskeraid_faces.training.optimisers import built, update
from maskeraid_faces.training.practice import Draw, Practice, practise
from maskeraid_faces.training.schedule import LearningRate

BATCH = 32
LEARNING_RATE, FINAL_LEARNING_RATE = 2e-3, 5e-5
RIM, RIM_WEIGHT = 3, 0.5  # pixels; of the cross-entropy there
KIND_WEIGHT, AVERAGING = 0.1, 0.99


class DetectorTraining:
    """The network, its running average, and the practice to come."""

    def __init__(
        self, seed: int, steps: int, begin_with: Mapping[str, Floats] | None = None, rate: float = LEARNING_RATE
    ) -> None:
        self._network, self._average = build_detector(seed), build_detector(seed)
        if begin_with is not None:
            set_weights(self._network, begin_with)
            set_weights(self._average, begin_with)
        self._steps, self._seed = steps, seed
        self._optimiser = built(keras.optimizers.Adam(rate), self._network)
        self._rate = LearningRate(rate, FINAL_LEARNING_RATE, steps, [self._optimiser])
        self._compiled = tf.function(self._train_step, jit_compile=True)

    def train(
        self, draw: Draw, families: Sequence[str] = tuple(FAMILIES), should_stop: Callable[[], bool] = lambda: False,
        tell: Callable[[int, float], None] = lambda step, loss: None,
    ) -> bool:  # fmt: skip
        """Make all steps on faces that `draw` gives; False when it was stopped before the last.

        The next batch is made while the network learns from this one.
        """
        with ThreadPoolExecutor(1) as others:

            def prepare(step: int) -> Practice:
                return practise(draw, BATCH, np.random.default_rng([self._seed, step]), families)

            waiting = others.submit(prepare, 0)
            for step in range(self._steps):
                practice, waiting = waiting.result(), others.submit(prepare, step + 1)
                if should_stop():
                    return False
                values = with_places(to_network(practice.images))
                rims = rims_of(practice.coverings)
                loss = self._compiled(
                    tf.constant(step, tf.int64), tf.constant(values), tf.constant(practice.coverings, tf.float32),
                    tf.constant(rims, tf.float32), tf.constant(practice.kinds),
                )  # fmt: skip
                if step % 100 == 0:
                    tell(step, float(loss))
        return True

    def weights(self) -> dict[str, Floats]:
        """The running averages, by name."""
        return weights_by_name(self._average)

    def _train_step(
        self, step: tf.Tensor, values: tf.Tensor, covered: tf.Tensor, rims: tf.Tensor, kinds: tf.Tensor
    ) -> tf.Tensor:
        self._rate.set(step)
        with tf.GradientTape() as tape:
            logits, scores = self._network(values, training=True)
            entropies = tf.nn.sigmoid_cross_entropy_with_logits(covered, logits)
            share = tf.sigmoid(logits)
            both = tf.reduce_sum(share * covered, axis=(1, 2))
            dice = 1 - (2 * both + 1) / (tf.reduce_sum(share + covered, axis=(1, 2)) + 1)
            told = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(kinds, 0), scores)
            loss = (
                tf.reduce_mean(entropies) + tf.reduce_mean(dice)
                + RIM_WEIGHT * tf.reduce_sum(entropies * rims) / (tf.reduce_sum(rims) + 1)
                + KIND_WEIGHT * tf.reduce_mean(told * tf.cast(kinds >= 0, tf.float32))
            )  # fmt: skip
        update(self._optimiser, self._network, tape, loss)
        keep = tf.minimum(AVERAGING, tf.cast(step + 1, tf.float32) / tf.cast(step + 10, tf.float32))
        for average, weight in zip(self._average.weights, self._network.weights, strict=True):
            average.assign(keep * average + (1 - keep) * weight)
        return loss


def rims_of(coverings: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where a pixel lies within 3 pixels of a rim, bool (n, side, side)."""
    import cv2

    square = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    maps = coverings.astype(np.uint8)
    return np.stack([(cv2.dilate(one, square) - cv2.erode(one, square)) > 0 for one in maps])
