"""What changes with the steps of a training: a fall by half a cosine, and the learning rate that follows it."""

import math
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

FULL_PACE = {"pace": np.array(1.0, np.float32)}  # of a state
FALL_STEPS = 6_000  # of every architecture but `thesis`; its number is known before, that of the others is not


def falling(first: float, last: float, step: tf.Tensor, steps: int) -> tf.Tensor:
    """From `first` at step 0 to `last` at `steps` by half a cosine, and `last` from there on."""
    share = tf.minimum(tf.cast(step, tf.float32) / steps, 1.0)
    return last + (first - last) * 0.5 * (1 + tf.cos(math.pi * share))


class LearningRate:
    """The learning rate of some optimisers; `pace` is part of a training's state."""

    def __init__(self, first: float, last: float, steps: int, optimisers: Sequence[keras.optimizers.Optimizer]) -> None:
        self.pace = keras.Variable(1.0, trainable=False, name="pace")
        self._first, self._last, self._steps, self._optimisers = first, last, steps, optimisers

    def set(self, step: tf.Tensor) -> None:
        """Give the optimisers the rate of a step."""
        rate = falling(self._first, self._last, step, self._steps) * self.pace.value
        for optimiser in self._optimisers:
            optimiser.learning_rate.assign(rate)

    def slow_down(self) -> None:
        """Halve it from now on."""
        self.pace.assign(self.pace.value / 2)
