"""What this machine trains on, and how exact its sums are. TensorFlow loads when asked."""

from functools import cache


@cache
def has_gpu() -> bool:
    """Whether TensorFlow finds a graphics card."""
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


def precision() -> str:
    """A Keras policy: 32 bits on a CPU, products of 16 bits on a graphics card."""
    return "mixed_bfloat16" if has_gpu() else "float32"
