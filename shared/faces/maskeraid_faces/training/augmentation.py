"""Differentiable augmentation for few images: translation and cutout by p, colour by 0.3 at the most.

Zhao et al. 2020 (arXiv 2006.10738) change the colours of every image; then no discriminator sees what tone a skin has.
"""

import tensorflow as tf

CHANCES = 9  # uniform numbers that an image needs
MOST_RECOLOURED = 0.3  # of the images, whatever p
BRIGHTNESS, CONTRAST = 0.2, 0.2  # at the most, in [-1, 1] units and as a share
FARTHEST, SIDE_CUT = 1 / 8, 1 / 2  # of the side

FEW_IMAGES = 1000  # p adapts below this number and is 0 from it on
FIRST_P, LARGEST_P = 0.2, 0.8  # above, the generator learns to draw what augmentation makes (Karras et al. 2020)
TARGET, BATCHES_BETWEEN = 0.6, 4
IMAGES_FROM_0_TO_1 = 100_000  # how fast p moves


def augment(images: tf.Tensor, chances: tf.Tensor, p: tf.Tensor) -> tf.Tensor:
    """Change some images, real and generated ones alike; the result has gradients with respect to them.

    Args:
        images: float32 (batch, side, side, 3) in [-1, 1].
        chances: uniform float32 (batch, CHANCES).
        p: of each change of each image, a scalar; for colour at most 0.3.
    """
    side = images.shape[1]
    images = _recolour(images, chances[:, :3], tf.minimum(p, MOST_RECOLOURED))
    images = _translate(images, chances[:, 3:6], p, side)
    return _cut_out(images, chances[:, 6:], p, side)


def adapted(p: tf.Tensor, signs: tf.Tensor, images: int) -> tf.Tensor:
    """p after so many images, of which the discriminator told `signs` apart: -1 none, 1 all. 0.6 is wanted.

    Source: Karras et al. 2020 (arXiv 2006.06676); relativistic logits have no sign, so "apart" means above the mean
    of the generated images.
    """
    return tf.clip_by_value(p + tf.sign(signs - TARGET) * (images / IMAGES_FROM_0_TO_1), 0.0, LARGEST_P)


def _recolour(images: tf.Tensor, chances: tf.Tensor, p: tf.Tensor) -> tf.Tensor:
    chosen, brightness, contrast = tf.split(chances[:, None, None], 3, axis=-1)  # (batch, 1, 1, 1) each
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    recoloured = (images - mean) * (1 + CONTRAST * (2 * contrast - 1)) + mean + BRIGHTNESS * (2 * brightness - 1)
    return tf.where(chosen < p, recoloured, images)


def _translate(images: tf.Tensor, chances: tf.Tensor, p: tf.Tensor, side: int) -> tf.Tensor:
    """By whole pixels; the outermost ones are repeated. Two products with matrices of 0 and 1: gradients stay cheap."""
    farthest = max(1.0, side * FARTHEST)
    shifts = tf.round((2 * chances[:, 1:] - 1) * farthest)
    shifts = tf.where(chances[:, :1] < p, shifts, 0.0)  # (batch, 2)
    places = tf.range(side, dtype=tf.float32) - shifts[..., None]  # (batch, 2, side)
    matrices = tf.one_hot(tf.cast(tf.clip_by_value(places, 0, side - 1), tf.int32), side)  # (batch, 2, side, side)
    images = tf.einsum("bij,bjkc->bikc", matrices[:, 0], images)
    return tf.einsum("bij,bkjc->bkic", matrices[:, 1], images)


def _cut_out(images: tf.Tensor, chances: tf.Tensor, p: tf.Tensor, side: int) -> tf.Tensor:
    """A square of half the side, anywhere, made grey."""
    distances = tf.abs(tf.range(side, dtype=tf.float32) + 0.5 - chances[:, 1:, None] * side)  # (batch, 2, side)
    inside = distances < side * SIDE_CUT / 2
    cut = inside[:, 0, :, None] & inside[:, 1, None, :] & (chances[:, :1, None] < p)  # (batch, side, side)
    return tf.where(cut[..., None], 0.0, images)
