"""What the bars of drawn faces compute, for samplers of which theory knows the figures."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.benchmarks.drawn_answers import (
    Answers,
    Case,
    agreement,
    cases,
    decoded,
    is_valid,
    mean_distinct,
    nearest_error,
    share_of_truth,
    tone_differences,
    uniformity,
    weights_error,
)
from tests.benchmarks.drawn_models import budgets, faces_of, seen_rows

from maskeraid_faces.blending.composite import superimpose
from maskeraid_faces.drawing.covered import MASK

SAME_EYES = range(25)  # of the light faces: all noses and mouths
EVEN = np.full(25, 1 / 25)


def answers_of(case: Case, rows: Sequence[int] | NDArray[np.integer], weights: NDArray[np.float64]) -> Answers:
    """Candidates that show the faces of these rows under the covering."""
    generated = faces_of(case.tone)[np.asarray(rows)]
    finals = np.stack([superimpose(case.image, one, case.covering) for one in generated])
    return Answers(finals, generated, weights, np.arange(len(generated), dtype=np.float64), 0.0)


def answered(rows: Sequence[int], weights: NDArray[np.float64]) -> list[tuple[Case, Answers]]:
    """The same answers to all 25 faces of the same eyes, as nothing visible tells them apart."""
    return [(case, answers_of(case, rows, weights)) for case in cases("mask", "light")[:25]]


class TestCases:
    def test_are_all_faces_of_a_tone_in_the_covering(self) -> None:
        found = cases("mask", "dark")
        assert len(found) == 125
        assert all(np.array_equal(case.covering, MASK) for case in found)
        np.testing.assert_array_equal([case.twin for case in found], faces_of("dark"))

    def test_of_the_same_eyes_look_the_same(self) -> None:
        assert len({case.image.tobytes() for case in cases("mask", "light")}) == 5


class TestAPerfectSampler:
    said = answered(SAME_EYES, EVEN)

    def test_tells_the_truth_as_often_as_chance(self) -> None:
        shares = [share_of_truth(self.said, top) for top in (1, 8, 25)]
        assert shares == pytest.approx([0.04, 0.32, 1])
        assert share_of_truth(self.said, 1, ["mouth"]) == pytest.approx(0.2)

    def test_has_honest_weights(self) -> None:
        assert weights_error(self.said) == pytest.approx(0)
        assert nearest_error(self.said) == pytest.approx(0)

    def test_has_even_draws(self) -> None:
        assert uniformity(decoded(self.said[0][1].finals, "light")) == {
            "combinations": 25,
            "least": pytest.approx(0.04),
            "variation": pytest.approx(0),
        }
        drawn = uniformity(np.random.default_rng(0).integers(0, 25, 5_000))
        assert drawn["variation"] == pytest.approx((25 / (2 * np.pi * 5_000)) ** 0.5, abs=0.01)

    def test_of_independent_draws_shows_7_of_8(self) -> None:
        random, case = np.random.default_rng(0), cases("mask", "light")[0]
        said = [(case, answers_of(case, random.integers(0, 25, 8), np.full(8, 1 / 8))) for _ in range(200)]
        assert mean_distinct(said) == pytest.approx(25 * (1 - 0.96**8), abs=0.2)

    def test_is_valid_and_has_the_visible_skin(self) -> None:
        assert all(is_valid(answers.finals, "light").all() for _, answers in self.said[:3])
        assert tone_differences(*self.said[0]) == [0] * 25

    def test_agrees_with_what_is_visible(self) -> None:
        assert agreement(*self.said[7]) == {"eyes": True, "hair": True, "tone": True}


class TestAFaultySampler:
    def test_that_sees_through_the_covering_tells_too_much(self) -> None:
        said = [(case, answers_of(case, [row], np.ones(1))) for row, case in enumerate(cases("mask", "light")[:25])]
        assert share_of_truth(said, 1) == 1

    def test_that_is_too_sure_has_dishonest_weights(self) -> None:
        said = answered(SAME_EYES, np.array([0.76, *[0.01] * 24]))
        assert weights_error(said) == pytest.approx((0.72 + 24 * 0.03) / 25)
        assert nearest_error(said) == pytest.approx((0.72 + 24 * 0.03) / 25)

    def test_that_repeats_itself_is_not_even(self) -> None:
        said = answered([3] * 8, np.full(8, 1 / 8))
        assert mean_distinct(said) == 1
        assert uniformity(decoded(said[0][1].finals, "light"))["variation"] == pytest.approx(0.96)
        assert share_of_truth(said, 8) == pytest.approx(0.04)

    def test_of_another_tone_and_other_eyes_is_told(self) -> None:
        case = cases("mask", "light")[0]
        other = replace(answers_of(case, [0], np.ones(1)), generated=faces_of("medium")[30:31])
        assert agreement(case, other) == {"eyes": False, "hair": False, "tone": False}
        pasted = replace(other, finals=np.stack([superimpose(case.image, other.generated[0], MASK)]))
        assert tone_differences(case, pasted) == pytest.approx([16.9], abs=0.1)


class TestModels:
    def test_a_training_for_unseen_combinations_sees_every_part(self) -> None:
        shapes = np.stack(np.unravel_index(seen_rows(), (5, 5, 5)))
        assert len(seen_rows()) == 100
        assert [len(np.unique(part)) for part in shapes] == [5, 5, 5]

    def test_budgets_can_be_changed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BARS_SECONDS", "thesis=7,dcgan=0")
        found = budgets.__wrapped__()
        assert found["thesis"] == 7
        assert set(found) == {"eigen", "thesis", "dense"}
        monkeypatch.setenv("BARS_SECONDS", "tesis=7")
        with pytest.raises(ValueError, match="tesis"):
            budgets.__wrapped__()
