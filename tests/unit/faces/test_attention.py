"""A training that comes to nothing is told of while it runs, once, and a sound one never."""

import numpy as np
import pytest

from maskeraid_faces.images import Images
from maskeraid_faces.training.attention import looked_after
from maskeraid_faces.training.settings import Watch

Told = list[tuple[str, str]]


def images(spread: float, count: int = 25) -> Images:
    noise = np.random.default_rng(3).uniform(-127, 127, (count, 8, 8, 3))
    return (128 + spread * noise).astype(np.uint8)


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def watch(told: Told) -> Watch:
    watch = Watch(attention=lambda code, message: told.append((code, message)))
    return looked_after(watch, images(1.0, 200), steps=98_000)


class TestJudgements:
    def judge(self, watch: Watch, *judged: tuple[float, float]) -> None:
        for number, (quality, coverage) in enumerate(judged, 1):
            watch.progress(number * 100, number, {"loss_g": 1.0})
            watch.progress(number * 100, number, {"quality": quality, "coverage": coverage})

    def test_a_fall_of_coverage_is_a_collapse_when_it_is_seen_twice(self, watch: Watch, told: Told) -> None:
        self.judge(watch, (0.5, 0.6), (0.3, 0.2), (0.5, 0.6), (0.3, 0.2))
        assert told == []
        self.judge(watch, (0.3, 0.1), (0.3, 0.1))
        assert [code for code, _ in told] == ["collapse"]
        assert "from 60% to 10%" in told[0][1]

    def test_low_quality_that_does_not_rise_is_no_progress(self, watch: Watch, told: Told) -> None:
        self.judge(watch, (0.2, 0.1), *[(0.1, 0.1)] * 4)
        assert told == []
        self.judge(watch, *[(0.1, 0.1)] * 3)
        assert [code for code, _ in told] == ["no_progress"]

    def test_one_that_has_learned_what_it_can_is_sound(self, watch: Watch, told: Told) -> None:
        self.judge(watch, (-0.5, 0.1), (0.2, 0.4), *[(0.6, 0.5)] * 12)
        assert told == []


class TestSamples:
    def sample(self, watch: Watch, *looks: tuple[int, float]) -> None:
        for step, spread in looks:
            watch.samples(step, images(spread))

    def test_samples_that_become_alike_are_a_collapse(self, watch: Watch, told: Told) -> None:
        self.sample(watch, (2_000, 0.8), (5_000, 0.1), (10_000, 0.1))
        assert [code for code, _ in told] == ["collapse"]

    def test_samples_that_never_differ_are_no_progress_when_half_is_done(self, watch: Watch, told: Told) -> None:
        self.sample(watch, (1, 0.01), (2_000, 0.1), (20_000, 0.3))
        assert told == []
        self.sample(watch, (50_000, 0.3), (98_000, 0.3))
        assert [code for code, _ in told] == ["no_progress"]

    def test_a_short_training_is_not_judged_by_its_samples(self, told: Told) -> None:
        watch = Watch(attention=lambda code, message: told.append((code, message)))
        watch = looked_after(watch, images(1.0, 200), steps=500)
        self.sample(watch, (1, 0.01), (500, 0.1))
        assert told == []

    def test_sound_ones_are_left_alone(self, watch: Watch, told: Told) -> None:
        self.sample(watch, (1, 1.0), (200, 0.05))  # noise, then much the same face: so it begins
        self.sample(watch, *[(step, 0.9) for step in (500, 2_000, 20_000, 54_000, 98_000)])
        assert told == []

    def test_other_windows_stay_open(self) -> None:
        seen: list[object] = []
        watch = Watch(lambda step, *_: seen.append(step), lambda step, faces: seen.append(faces.shape))
        watch = looked_after(watch, images(1.0, 30), steps=10)
        watch.progress(7, 0.1, {})
        watch.samples(8, images(1.0))
        assert seen == [7, (25, 8, 8, 3)]
