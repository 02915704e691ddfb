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

    def test_faces_that_are_all_much_alike_are_one_too(self) -> None:
        assert flag_of_spread(Spread(coverage=0.9, diversity=0.4)) is not None


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
