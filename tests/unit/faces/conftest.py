"""What tests of the science share."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def without_compiling() -> Iterator[None]:
    """Steps run as they are written.

    For trainings of a few steps, of which compiling is the longest part by far, where that is not what is tested.
    """
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def uncompiled() -> Iterator[None]:
    with without_compiling():
        yield
