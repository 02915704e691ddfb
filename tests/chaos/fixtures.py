"""What rows of both suites use."""

from collections.abc import Callable

import pytest

Note = Callable[[object], None]


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Note:
    """Write what a row has measured into its report."""
    return lambda what: request.node.user_properties.append(("measured", str(what)))
