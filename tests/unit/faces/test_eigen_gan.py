"""The GAN of eigenfaces: it resumes to the bit, draws what it was calibrated to, and its basis gives faces back."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import Kind
from maskeraid_faces.images import Floats, Images
from maskeraid_faces.networks.generate import run_generator
from maskeraid_faces.training.basis import coefficients_of, fit_basis
from maskeraid_faces.training.calibration import calibrated
from maskeraid_faces.training.eigen import EigenGan

State = Mapping[str, NDArray[Any]]


@pytest.fixture(scope="module")
def faces() -> Images:
    return draw_faces("faces-light").images


def eigen_gan(faces: Images, seed: int = 0, kind: Kind = "drawn", learning_rate: float | None = None) -> EigenGan:
    basis = fit_basis(faces, kind="drawn", seed=0)
    coefficients = coefficients_of(faces, basis)
    return EigenGan(coefficients, faces[:0], basis, kind, 16, seed, learning_rate=learning_rate)


def assert_same_bits(one: State, other: State) -> None:
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


class TestEigenGan:
    def test_the_same_seed_gives_the_same_bits_however_the_steps_are_cut(self, faces: Images) -> None:
        one, other = eigen_gan(faces, seed=5), eigen_gan(faces, seed=5)
        one.run_steps(0, 7)
        other.run_steps(0, 3)
        other.run_steps(3, 7)
        assert_same_bits(one.state(), other.state())

    def test_another_seed_gives_other_weights(self, faces: Images) -> None:
        one, other = eigen_gan(faces, seed=5), eigen_gan(faces, seed=6)
        assert (one.state()["generator/output.kernel"] != other.state()["generator/output.kernel"]).any()

    def test_the_average_follows_the_generator_slowly(self, faces: Images) -> None:
        gan = eigen_gan(faces)
        first = gan.state()["generator/output.kernel"]
        gan.run_steps(0, 1)
        state = gan.state()
        expected = 0.99 * first + 0.01 * state["generator/output.kernel"]
        np.testing.assert_allclose(state["average/output.kernel"], expected, atol=1e-6)

    def test_a_learning_rate_that_is_asked_for_is_used(self, faces: Images) -> None:
        gan = eigen_gan(faces, learning_rate=1e-6)
        first = gan.state()["generator/output.kernel"]
        gan.run_steps(0, 1)
        moved = np.abs(gan.state()["generator/output.kernel"] - first).max()
        assert moved == pytest.approx(1e-6, rel=0.1)  # Adam's first step is as long as the rate
        assert gan.recipe["learning_rate"] == gan.recipe["final_learning_rate"] == 1e-6

    def test_a_state_of_another_size_is_refused_whole(self, faces: Images) -> None:
        gan = eigen_gan(faces)
        before = gan.state()
        bad = {**before, "generator/output.bias": np.zeros(3, np.float32)}
        with pytest.raises(BadModelFile):
            gan.restore(bad)
        assert_same_bits(gan.state(), before)

    def test_a_state_of_release_0_1_goes_on(self, faces: Images) -> None:
        one, other = eigen_gan(faces), eigen_gan(faces, seed=6)
        one.run_steps(0, 2)
        kept = {name: array for name, array in one.state().items() if name != "pace"}  # which it had not
        other.restore(kept)
        assert_same_bits(other.state(), one.state())

    def test_samples_are_faces_of_the_set(self, faces: Images) -> None:
        gan = eigen_gan(faces)
        images = gan.sample(np.zeros((2, gan.latent_size), np.float32))
        assert images.shape == (2, 32, 32, 3)
        assert images.dtype == np.uint8


class TestCalibration:
    def test_draws_have_the_mean_and_the_covariance_of_the_training_faces(self, faces: Images) -> None:
        gan = eigen_gan(faces, kind="photo")
        assert_unit(gan)
        gan.run_steps(0, 300)
        learned = np.cov(draws_of(gan, {n.removeprefix("average/"): a for n, a in gan.state().items()}).T)
        assert np.abs(learned - np.eye(12)).max() > 0.1  # it needs it
        assert_unit(gan)

    def test_it_moves_no_draw_farther_than_it_must(self, faces: Images) -> None:
        gan = eigen_gan(faces, kind="photo")
        weights = gan.generator_weights()
        np.testing.assert_allclose(draws_of(gan, calibrated(weights, 1)), draws_of(gan, weights), atol=0.2)

    def test_what_is_lost_is_not_invented(self, faces: Images) -> None:
        """A generator that always draws the same is to be seen as such, not to be filled with noise."""
        gan = eigen_gan(faces, kind="photo")
        weights = gan.generator_weights()
        weights["straight.kernel"] = weights["straight.kernel"] * np.float32(0.01)
        assert draws_of(gan, calibrated(weights, 0)).std() < 0.05

    def test_drawn_faces_are_left_alone(self, faces: Images) -> None:
        gan = eigen_gan(faces)
        np.testing.assert_array_equal(gan.generator_weights()["output.kernel"], gan.state()["average/output.kernel"])


def draws_of(gan: EigenGan, weights: Mapping[str, Floats]) -> Floats:
    latents = np.random.default_rng(3).standard_normal((8192, gan.latent_size), np.float32)
    return run_generator("eigen", weights, latents)


def assert_unit(gan: EigenGan) -> None:
    draws = draws_of(gan, gan.generator_weights())
    np.testing.assert_allclose(draws.mean(axis=0), 0, atol=0.06)
    np.testing.assert_allclose(np.cov(draws.T), np.eye(draws.shape[1]), atol=0.1)


class TestBasis:
    def test_a_factorial_set_has_twelve_components_and_comes_back_exactly(self, faces: Images) -> None:
        basis = fit_basis(faces, kind="drawn", seed=0)
        assert (len(basis.components), basis.gan_rank) == (12, 12)
        coefficients = coefficients_of(faces, basis)
        np.testing.assert_allclose(coefficients.std(axis=0), 1, atol=1e-4)
        pixels = (basis.mean + coefficients @ basis.components + 1) * 127.5
        np.testing.assert_allclose(pixels.reshape(faces.shape), faces, atol=0.01)

    def test_a_photographs_gan_draws_at_most_half_as_many_components_as_faces(self) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3), np.uint8)
        basis = fit_basis(noise, kind="photo", seed=0)
        assert (len(basis.components), basis.gan_rank) == (19, 10)
        assert (np.diff(basis.deviations) <= 0).all()
