"""The thesis's two loops are one: the plain one and the compiled one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.training.losses import CURVES
from maskeraid_faces.training.thesis import ThesisGan

STEPS = 4
SOFT = {"real_label": 0.9, "final_learning_rate": 1e-5, "steps": STEPS}


@dataclass(frozen=True)
class Trained:
    """A GAN's weights before, after its first step, and at the end, and the curves of the steps behind the first."""

    states: tuple[Mapping[str, NDArray[Any]], ...]
    curves: Mapping[str, float]


@pytest.fixture(scope="module")
def trained() -> dict[tuple[str, str], Trained]:
    """By loop: hard labels as in the thesis, and soft ones with a rate that falls. Each is compiled once."""
    faces = np.ascontiguousarray(draw_faces("faces-light").images[:, 8:24, 8:24])
    made = {}
    for labels, asked in (("hard", {}), ("soft", SOFT)):
        for loop in ("plain", "fused"):
            gan = ThesisGan(faces, 8, loop, seed=1, **asked)  # type: ignore[arg-type]
            states = [gan.state()]
            gan.run_steps(0, 1)
            states.append(gan.state())
            curves = gan.run_steps(1, STEPS)
            made[labels, loop] = Trained((*states, gan.state()), curves)
    return made


class TestThesisLoops:
    @pytest.mark.parametrize("labels", ["hard", "soft"])
    def test_plain_and_fused_give_equal_weights_and_curves(
        self, trained: dict[tuple[str, str], Trained], labels: str
    ) -> None:
        plain, fused = trained[labels, "plain"], trained[labels, "fused"]
        assert tuple(fused.curves) == CURVES
        assert fused.curves == pytest.approx(plain.curves, abs=1e-4)
        for name, array in plain.states[-1].items():
            np.testing.assert_allclose(fused.states[-1][name], array, atol=1e-4, err_msg=name)

    def test_a_label_of_09_counts_as_real(self, trained: dict[tuple[str, str], Trained]) -> None:
        assert trained["soft", "fused"].curves["acc_d_real"] > 0

    def test_a_label_of_09_is_told_to_the_discriminator_alone(self, trained: dict[tuple[str, str], Trained]) -> None:
        """But for the last bit, for a rate that falls is another graph."""
        one, other = (trained[labels, "fused"].states[1] for labels in ("hard", "soft"))
        np.testing.assert_allclose(one["generator/output.kernel"], other["generator/output.kernel"], atol=1e-7)
        assert np.abs(one["discriminator/output.kernel"] - other["discriminator/output.kernel"]).max() > 1e-5

    def test_a_rate_that_falls_trains_less(self, trained: dict[tuple[str, str], Trained]) -> None:
        hard, soft = (trained[labels, "fused"].states for labels in ("hard", "soft"))
        name = "discriminator/output.kernel"
        assert np.abs(soft[-1][name] - soft[1][name]).max() < np.abs(hard[-1][name] - hard[1][name]).max()

    def test_a_step_trains_both_networks(self, trained: dict[tuple[str, str], Trained]) -> None:
        before, after, _ = trained["hard", "fused"].states
        assert all(
            (array != before[name]).any() for name, array in after.items() if name.endswith((".kernel", "variance"))
        )
