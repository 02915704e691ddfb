"""Random tensors from (seed, step, stream), whatever was drawn before. XLA draws other numbers than TensorFlow does."""

import tensorflow as tf

from maskeraid_faces.training.randomness import STREAMS, Stream


def draw_latents(shape: tuple[int, int], seed: int, step: tf.Tensor, stream: Stream) -> tf.Tensor:
    """Standard normal float32 of a shape (batch, latent_size)."""
    return tf.random.stateless_normal(shape, _key(seed, step, stream), alg="philox")


def draw_chances(shape: tuple[int, int], seed: int, step: tf.Tensor, stream: Stream) -> tf.Tensor:
    """Uniform float32 in [0, 1) of a shape (batch, numbers)."""
    return tf.random.stateless_uniform(shape, _key(seed, step, stream), alg="philox")


def draw_rows(batch: int, rows: int, seed: int, step: tf.Tensor) -> tf.Tensor:
    """Row numbers int32 (batch,), drawn with replacement from 0 to rows - 1."""
    key = _key(seed, step, Stream.ROWS)
    return tf.random.stateless_uniform((batch,), key, minval=0, maxval=rows, dtype=tf.int32, alg="philox")


def _key(seed: int, step: tf.Tensor, stream: Stream) -> tf.Tensor:
    further, place = divmod(int(stream), STREAMS)  # a seed has 31 bits: streams beyond the first ones go above them
    return tf.stack([tf.constant(seed + (further << 32), tf.int64), tf.cast(step, tf.int64) * STREAMS + place])
