"""The thesis's two loops are one: the plain one and the compiled one."""

import numpy as np
import pytest

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import Images
from maskeraid_faces.training.losses import CURVES
from maskeraid_faces.training.thesis import ThesisGan


@pytest.fixture(scope="module")
def faces() -> Images:
    return draw_faces("faces-light").images


class TestThesisLoops:
    def test_plain_and_fused_give_equal_weights_and_curves(self, faces: Images) -> None:
        plain, fused = (ThesisGan(faces, 32, loop, seed=1) for loop in ("plain", "fused"))
        plain_curves, fused_curves = plain.run_steps(0, 20), fused.run_steps(0, 20)
        assert tuple(fused_curves) == CURVES
        assert fused_curves == pytest.approx(plain_curves, abs=1e-4)
        for name, array in plain.state().items():
            np.testing.assert_allclose(fused.state()[name], array, atol=1e-4, err_msg=name)

    def test_both_know_a_label_of_09_and_a_falling_rate(self, faces: Images) -> None:
        asked = {"real_label": 0.9, "learning_rate": 1e-3, "final_learning_rate": 1e-4, "steps": 4}
        small = np.ascontiguousarray(faces[:, 8:24, 8:24])
        plain, fused = (ThesisGan(small, 8, loop, seed=1, **asked) for loop in ("plain", "fused"))  # type: ignore[arg-type]
        plain_curves, fused_curves = plain.run_steps(0, 4), fused.run_steps(0, 4)
        assert fused_curves == pytest.approx(plain_curves, abs=1e-4)
        assert fused_curves["acc_d_real"] > 0  # 0.9 counts as real
        for name, array in plain.state().items():
            np.testing.assert_allclose(fused.state()[name], array, atol=1e-4, err_msg=name)

    def test_a_label_of_09_is_told_to_the_discriminator_alone(self, faces: Images) -> None:
        small = np.ascontiguousarray(faces[:, 8:24, 8:24])
        hard, soft = (ThesisGan(small, 8, "fused", seed=1, real_label=label) for label in (1.0, 0.9))
        for gan in (hard, soft):
            gan.run_steps(0, 1)
        one, other = hard.state(), soft.state()
        np.testing.assert_array_equal(one["generator/output.kernel"], other["generator/output.kernel"])
        assert (one["discriminator/output.kernel"] != other["discriminator/output.kernel"]).any()

    def test_a_step_trains_both_networks(self, faces: Images) -> None:
        gan = ThesisGan(faces, 8, "fused", seed=1)
        before = gan.state()
        gan.run_steps(0, 1)
        assert all(
            (array != before[name]).any()
            for name, array in gan.state().items()
            if name.endswith((".kernel", "variance"))
        )
