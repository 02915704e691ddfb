"""What the generator of engine B minimises beside its discriminator's judgement."""

import math

import tensorflow as tf

DRAWS = 2  # a face and step
FIRST_BETA = math.sqrt(2 / (math.pi * DRAWS * (DRAWS + 1)))  # right for normal posteriors: 0.326
APART = 0.886  # sqrt(pi) / 2: of the mean |y1 - y2| of normal draws, their standard deviation
COARSER, COARSER_WEIGHT = (2, 4), 0.5  # pixels a side that are averaged
RIM, RIM_WEIGHT = 2, 0.1  # pixels on each side of the covering's edge


def draws_loss(first: tf.Tensor, second: tf.Tensor, truth: tf.Tensor, hole: tf.Tensor, beta: tf.Tensor) -> tf.Tensor:
    """L1 of the mean of two draws, less what they differ by, of all scales; of the hole alone.

    Args:
        first, second, truth: (batch, side, side, 3) in [-1, 1] units.
        hole: (batch, side, side, 1), 1 where covered.
        beta: how much difference is worth.

    Minimised. Source: Bendel, Ahmad, Schniter 2023 (arXiv 2210.13389); the coarser scales are ours.
    """
    error, apart = (first + second) / 2 - truth, first - second
    total = tf.zeros(())
    for side, weight in ((1, 1.0), *((side, COARSER_WEIGHT) for side in COARSER)):
        total += weight * (_mean_size(error, hole, side) - beta * APART * _mean_size(apart, hole, side))
    return total


def rim_loss(mean: tf.Tensor, truth: tf.Tensor, hole: tf.Tensor) -> tf.Tensor:
    """L1 of the mean of draws within 2 pixels of the covering's edge, on both sides of it: there seams are seen."""
    rim = _widened(hole) * _widened(1 - hole)
    return RIM_WEIGHT * _mean_size(mean - truth, rim, 1)


def _mean_size(values: tf.Tensor, where: tf.Tensor, side: int) -> tf.Tensor:
    """Mean |values| where `where` is 1, of squares of so many pixels."""
    kept = values * where
    if side > 1:
        kept = tf.nn.avg_pool2d(kept, side, side, "SAME") * float(side**2)
    return tf.reduce_sum(tf.abs(kept)) / (3 * tf.reduce_sum(where) + 1)


def _widened(flags: tf.Tensor) -> tf.Tensor:
    return tf.nn.max_pool2d(flags, 2 * RIM + 1, 1, "SAME")
