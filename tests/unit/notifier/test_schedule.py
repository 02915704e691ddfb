"""The retry table: ten attempts in about 75 hours, ±10 %, never sooner than the receiver asked (bar S10)."""

from random import Random

import pytest

from maskeraid_notifier.schedule import wait_seconds

TABLE = [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]


class TestWait:
    @pytest.mark.parametrize(("attempts_made", "seconds"), list(enumerate(TABLE)))
    def test_is_that_of_the_table_within_a_tenth(self, attempts_made: int, seconds: float) -> None:
        waits = [wait_seconds(attempts_made, 0, Random(seed)) for seed in range(50)]
        assert all(wait is not None and 0.9 * seconds <= wait <= 1.1 * seconds for wait in waits)

    def test_differs_between_deliveries(self) -> None:
        assert len({wait_seconds(2, 0, Random(seed)) for seed in range(50)}) == 50

    def test_ends_after_ten_attempts(self) -> None:
        assert wait_seconds(10, 60, Random(1)) is None

    def test_is_never_shorter_than_the_receiver_asked(self) -> None:
        assert wait_seconds(1, 900, Random(1)) == 900

    def test_is_not_shortened_by_the_receiver(self) -> None:
        assert (wait_seconds(4, 1, Random(1)) or 0) >= 0.9 * 7200

    @pytest.mark.parametrize("days", [2, 30])
    def test_of_days_is_not_shortened_to_that_of_the_table(self, days: int) -> None:
        assert wait_seconds(1, days * 86400, Random(1)) == days * 86400

    @pytest.mark.parametrize("seconds", [30 * 86400 + 1, 365 * 86400, float("inf")])
    def test_of_more_than_the_log_is_kept_has_no_next_attempt(self, seconds: float) -> None:
        assert wait_seconds(1, seconds, Random(1)) is None
