"""What tests of the science share."""

from collections.abc import Iterator

import pytest


@pytest.fixture
def uncompiled() -> Iterator[None]:
    """Steps run as they are written: for trainings of a few, where compiling takes longest and is not what is tested."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
