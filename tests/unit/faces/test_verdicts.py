"""What a finished training says of itself: collapse and lost curves are found, honest draws are not accused."""

import numpy as np
import pytest

from maskeraid_faces.face_model import Floats
from maskeraid_faces.training.verdicts import Spread, flag_of_curves, flag_of_spread, measure_spread

DIMENSIONS = 6


def points(number: int, seed: int, scale: float = 1.0) -> Floats:
    return (scale * np.random.default_rng(seed).standard_normal((number, DIMENSIONS))).astype(np.float32)


class TestSpread:
    training = points(700, 0)

    @pytest.mark.parametrize("is_drawn", [False, True])
    def test_of_the_same_distribution_is_whole(self, is_drawn: bool) -> None:
        spread = measure_spread(points(512, 1), self.training, is_drawn=is_drawn)
        assert spread.coverage > 0.8
        assert spread.diversity == pytest.approx(1, abs=0.05)
        assert flag_of_spread(spread) is None

    @pytest.mark.parametrize("is_drawn", [False, True])
    def test_of_a_few_faces_is_a_collapse(self, is_drawn: bool) -> None:
        repeated = np.repeat(self.training[:8], 64, axis=0)
        flag = flag_of_spread(measure_spread(repeated, self.training, is_drawn=is_drawn))
        assert flag is not None
        assert flag.code == "collapse"
        assert "Train it longer" in flag.message

    def test_faces_that_are_all_much_alike_are_one_too(self) -> None:
        assert flag_of_spread(Spread(coverage=0.9, diversity=0.4)) is not None
        alike = measure_spread(points(512, 1, scale=0.3), self.training, is_drawn=False)
        assert (flag := flag_of_spread(alike)) is not None
        assert flag.code == "collapse"

    @pytest.mark.parametrize("is_drawn", [False, True])
    def test_varied_faces_far_from_all_that_were_learned_are_no_collapse(self, is_drawn: bool) -> None:
        """After one step: noise beside faces that lie near a plane."""
        flat = self.training * np.float32([2, 2, 0.05, 0.05, 0.05, 0.05])
        noise = points(512, 1) * np.float32(1.2)
        spread = measure_spread(noise, flat + np.float32([9, 0, 0, 0, 0, 0]), is_drawn=is_drawn)
        assert spread.coverage < 0.5
        assert (spread.diversity > 0.9, spread.distinct > 0.9) == (True, True)
        flag = flag_of_spread(spread)
        assert flag is not None
        assert flag.code == "undertrained"
        assert "repeats" not in flag.message

    def test_training_faces_that_are_there_twice_are_one_face(self) -> None:
        twice = self.training[:100].repeat(5, axis=0)
        again = self.training[np.random.default_rng(1).integers(100, size=512)]
        assert measure_spread(again, twice, is_drawn=False).distinct > 0.9


class TestCurves:
    def history(self, accuracy: float, loss: float, steps: int = 3000) -> list[dict[str, float]]:
        values = {"acc_d_real": accuracy, "acc_d_fake": accuracy, "loss_d_real": loss, "loss_d_fake": loss}
        return [{"step": step, **values} for step in range(100, steps + 1, 100)]

    def test_about_ninety_percent_is_well(self) -> None:
        assert flag_of_curves(self.history(0.9, 0.3)) is None

    @pytest.mark.parametrize(("accuracy", "loss"), [(0.995, 0.1), (0.95, 0.01)])
    def test_nearly_always_right_or_nearly_no_loss_is_told(self, accuracy: float, loss: float) -> None:
        flag = flag_of_curves(self.history(accuracy, loss))
        assert flag is not None
        assert flag.code == "overfit"
        assert "90 %" in flag.message

    def test_a_short_while_says_nothing(self) -> None:
        assert flag_of_curves(self.history(1.0, 0.0, steps=1900)) is None
        assert flag_of_curves([*self.history(0.9, 0.3), *self.history(1.0, 0.0)[-3:]]) is None
