"""The balance of the two networks: how much augmentation they need, and when one has won for good."""

import keras
import tensorflow as tf

from maskeraid_faces.training.augmentation import BATCHES_BETWEEN, FEW_IMAGES, FIRST_P, LARGEST_P, adapted

WON = 1.94  # accuracy on real and on generated faces together (Desentz 2021, section 2.4: neither should be near 1)
PATIENCE = 5  # judgements
RAISE = 0.2


class Balance:
    """p of the augmentation and what moves it; all of it is part of a training's state."""

    def __init__(self, images: int, batch: int, *, is_augmented: bool = True) -> None:
        self._is_augmented, self._batch = is_augmented, batch
        self._is_adapting = is_augmented and images < FEW_IMAGES
        first = {"p": FIRST_P if self._is_adapting else 0.0}
        self.variables = {
            name: keras.Variable(first.get(name, 0.0), trainable=False, name=name)
            for name in ("p", "told_apart", "accuracies", "steps", "times_won", "times_raised")
        }

    @property
    def p(self) -> tf.Tensor:
        """Of each change of each image."""
        return self.variables["p"].value

    def update(self, step: tf.Tensor, accuracy_real: tf.Tensor, accuracy_fake: tf.Tensor) -> None:
        """After a step, inside its compiled function."""
        v = self.variables
        v["accuracies"].assign(v["accuracies"].value + accuracy_real + accuracy_fake)
        v["steps"].assign(v["steps"].value + 1)
        if self._is_adapting:
            told_apart = v["told_apart"].value + 2 * accuracy_real - 1
            is_due = tf.equal(step % BATCHES_BETWEEN, BATCHES_BETWEEN - 1)
            new = adapted(self.p, told_apart / BATCHES_BETWEEN, self._batch * BATCHES_BETWEEN)
            v["p"].assign(tf.where(is_due, new, self.p))
            v["told_apart"].assign(tf.where(is_due, 0.0, told_apart))

    def judge(self) -> bool:
        """Look at the steps since the last judgement; whether the discriminator has won for good.

        When it has won five times in a row, it sees more of the augmentation, once; then that is the end. Where there
        is none it may win: `dense` learns drawn faces from a discriminator that is always right.
        """
        if not self._is_augmented:
            return False
        v = self.variables
        steps = float(v["steps"].numpy())
        has_won = steps > 0 and float(v["accuracies"].numpy()) / steps > WON
        times = float(v["times_won"].numpy()) + 1 if has_won else 0.0
        for name in ("accuracies", "steps"):
            v[name].assign(0.0)
        is_over = times >= PATIENCE and float(v["times_raised"].numpy()) > 0
        if times >= PATIENCE and not is_over:
            v["p"].assign(min(LARGEST_P, float(self.p.numpy()) + RAISE))
            v["times_raised"].assign(1.0)
            times = 0.0
        v["times_won"].assign(times)
        return is_over
