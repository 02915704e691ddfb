"""What this machine trains on, and how exact its sums are. TensorFlow loads when asked."""

from functools import cache

FEWEST_A_REPLICA = 16  # images a step: fewer keep a device waiting for the others


@cache
def has_gpu() -> bool:
    """Whether TensorFlow finds a graphics card."""
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


def precision() -> str:
    """A Keras policy: 32 bits on a CPU, products of 16 bits on a graphics card."""
    return "mixed_bfloat16" if has_gpu() else "float32"


def replicas_for(batch: int, devices: int) -> int:
    """How many of the devices share a batch: equal parts of at least 16 images each; one when there are no such."""
    numbers = range(min(devices, batch // FEWEST_A_REPLICA), 1, -1)
    return next((number for number in numbers if batch % number == 0), 1)
