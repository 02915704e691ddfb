"""What rows of both suites use: one note for the table, and environments that several rows share."""

from collections.abc import Callable

import pytest

Note = Callable[[object], None]


@pytest.fixture
def measured(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Note:
    """Write what a row has measured into its report, beside the row's number and bar."""
    row = request.node.get_closest_marker("row")
    assert row is not None, "a row of the table names its number and its bar"
    number, bar = row.args
    record_property("row", number)
    record_property("bar", bar)
    return lambda what: record_property("measured", str(what))
