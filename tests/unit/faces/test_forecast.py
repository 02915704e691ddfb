"""How long a training will take, reckoned from its first seconds."""

import math

import pytest

from maskeraid_faces.training.forecast import Forecast, forecast, is_enough
from maskeraid_faces.training.progress import Plan

THESIS = Plan(steps=1000)
BY_QUALITY = Plan(steps=10_000_000, judge_every=500, max_seconds=60, target_quality=0.87)
BY_TIME = Plan(steps=10_000_000, judge_every=500, max_seconds=165)

Point = dict[str, float]


def points(*rows: tuple[float, ...]) -> list[Point]:
    """Of steps, seconds, and perhaps the quality."""
    return [dict(zip(("step", "seconds", "quality"), row, strict=False)) for row in rows]


COMPILED = (1, 10.0)  # the first step takes all of the compiling


class TestSteps:
    def test_the_time_to_compile_is_counted_once(self) -> None:
        found = forecast(THESIS, points(COMPILED, (101, 12.0)))
        assert (found.steps, found.decided_by) == (1000, "steps")
        assert found.seconds == pytest.approx(10 + 999 * 0.02)

    def test_a_training_that_has_ended_took_what_it_took(self) -> None:
        assert forecast(Plan(steps=101), points(COMPILED, (101, 12.0))) == Forecast(101, 12.0, "steps")

    def test_one_call_was_all(self) -> None:
        assert forecast(Plan(steps=1), points(COMPILED)) == Forecast(1, 10.0, "steps")

    def test_the_time_may_end_it_before(self) -> None:
        plan = Plan(steps=1000, max_seconds=20)
        assert forecast(plan, points(COMPILED, (101, 12.0))) == Forecast(501, 20, "time")

    def test_the_preparation_alone_may_take_longer(self) -> None:
        assert forecast(Plan(steps=9, max_seconds=5), points(COMPILED)) == Forecast(1, 5, "time")


class TestQuality:
    # `faces-light`, seed 1: 0.87 after 6,500 steps.
    MEASURED = points(COMPILED, (500, 10.5, 0.552), (1000, 11.0, 0.629), (1500, 11.5, 0.679))

    def test_the_way_to_the_milestone_tells_the_whole_way(self) -> None:
        found = forecast(BY_QUALITY, self.MEASURED)
        assert found.decided_by == "quality"
        assert found.steps == pytest.approx(6500, rel=0.15)
        assert found.steps % 500 == 0  # it is judged then and not before
        assert found.seconds == pytest.approx(10 + found.steps * 0.001, rel=0.01)

    def test_a_quality_that_was_reached_needs_no_rule(self) -> None:
        plan = Plan(steps=10_000_000, judge_every=500, target_quality=0.6)
        assert forecast(plan, self.MEASURED) == Forecast(1000, 11.5, "quality")

    def test_fewer_steps_than_it_would_need_decide(self) -> None:
        plan = Plan(steps=2000, judge_every=500, target_quality=0.87)
        assert forecast(plan, self.MEASURED).decided_by == "steps"

    def test_what_cannot_be_reached_ends_with_the_time(self) -> None:
        for plan in (BY_TIME, Plan(steps=10_000_000, judge_every=500, max_seconds=165, target_quality=1.0)):
            assert forecast(plan, self.MEASURED).decided_by == "time"
            assert forecast(plan, self.MEASURED).seconds == 165

    def test_without_the_milestone_nothing_is_promised_but_the_limit(self) -> None:
        assert forecast(BY_QUALITY, points(COMPILED, (500, 14.0, 0.3))).seconds == 60


class TestEnough:
    def test_steps_of_some_seconds_after_the_compiling(self) -> None:
        assert not is_enough(THESIS, points(COMPILED))
        assert not is_enough(THESIS, points(COMPILED, (101, 12.0)))
        assert is_enough(THESIS, points(COMPILED, (301, 16.0)))

    def test_a_judgement_is_part_of_the_pace(self) -> None:
        assert not is_enough(BY_TIME, points(COMPILED, (301, 16.0)))
        assert is_enough(BY_TIME, points(COMPILED, (500, 16.0, 0.3)))

    def test_the_milestone_where_quality_decides(self) -> None:
        assert not is_enough(BY_QUALITY, points(COMPILED, (500, 16.0, 0.6)))
        assert is_enough(BY_QUALITY, points(COMPILED, (500, 16.0, 0.6), (1000, 17.0, 0.66)))

    def test_a_slow_machine_is_not_waited_for(self) -> None:
        assert is_enough(BY_QUALITY, points(COMPILED, (20, 31.0)))
        assert math.isfinite(forecast(BY_QUALITY, points(COMPILED, (20, 31.0))).seconds)
