"""Estimates for people: honest before there is a rate, and never backwards."""

from maskeraid_trainer.progress import Pace


class TestEta:
    def test_unknown_before_ten_seconds(self) -> None:
        pace = Pace()
        assert [pace.note(at, at * 10, 1000, "step").eta_seconds for at in (0, 5, 9.9)] == [None, None, None]

    def test_unknown_before_five_units(self) -> None:
        pace = Pace()
        pace.note(0, 0, 1000, "step")
        assert pace.note(30, 4, 1000, "step").eta_seconds is None

    def test_from_the_rate_of_the_last_minute(self) -> None:
        pace = Pace()
        for at in range(0, 61, 10):
            pace.note(at, at, 1000, "step")  # 1 a second at first
        for at in range(70, 121, 10):
            progress = pace.note(at, 60 + (at - 60) * 10, 1000, "step")  # then 10 a second
        assert progress.eta_seconds == (1000 - 660) / 10

    def test_a_resumed_training_counts_from_where_it_began(self) -> None:
        pace = Pace()
        pace.note(0, 500, 1000, "step")
        assert pace.note(10, 600, 1000, "step").eta_seconds == 40

    def test_unknown_without_a_total(self) -> None:
        pace = Pace()
        pace.note(0, 0, None, "step")
        progress = pace.note(20, 100, None, "step")
        assert (progress.percent, progress.eta_seconds) == (None, None)


class TestPercent:
    def test_never_falls_and_never_exceeds(self) -> None:
        pace = Pace()
        assert [pace.note(n, current, 200, "step").percent for n, current in enumerate((50, 100, 80, 250))] == [
            25, 50, 50, 100,
        ]  # fmt: skip
