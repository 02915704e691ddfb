"""What training fits for filling: ridge's penalty and error, noise and temperature, and settled draws."""

import numpy as np
import pytest
from scipy.linalg import LinAlgError, cholesky
from tests.unit.faces.filling_models import make_basis, make_eigen_model, make_thesis_model

from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import Bank
from maskeraid_faces.filling import covering_system
from maskeraid_faces.filling.conditioning import fit_conditioning
from maskeraid_faces.filling.pool import effective_size, normalised, softened
from maskeraid_faces.filling.ridge import fit_ridge
from maskeraid_faces.filling.settling import settle
from maskeraid_faces.images import Images

LIGHT = draw_faces("faces-light").images


def noisy(seed: int) -> Images:
    noise = np.random.default_rng(seed).normal(0, 20, LIGHT[::2].shape)
    return np.clip(LIGHT[::2] + noise, 0, 255).astype(np.uint8)


class TestRidgeFit:
    def test_noise_asks_for_a_greater_penalty(self) -> None:
        clean, dirty = LIGHT[::2], noisy(0)
        assert fit_ridge(dirty, make_basis(dirty)).penalty > fit_ridge(clean, make_basis(clean), kind="drawn").penalty

    def test_every_pixel_has_an_honest_error(self) -> None:
        sigma = fit_ridge(noisy(1), make_basis(noisy(1))).pixel_sigma
        assert sigma.shape == (32 * 32 * 3,)
        assert (sigma > 0.05).all()  # the noise alone is 20 / 127.5 = 0.16, clipped at white

    def test_identities_stay_in_one_fold(self) -> None:
        """Copies of one person, split over folds, would answer for each other."""
        rng = np.random.default_rng(2)
        people = np.repeat(rng.integers(40, 216, (12, 32, 32, 3)), 4, axis=0)
        shots = (people + rng.integers(-8, 9, people.shape)).astype(np.uint8)
        basis, hole = make_basis(shots), np.repeat(lower_face(32).ravel(), 3)
        apart = fit_ridge(shots, basis).pixel_sigma[hole].mean()
        together = fit_ridge(shots, basis, [str(row // 4) for row in range(len(shots))]).pixel_sigma[hole].mean()
        assert together > 2 * apart

    def test_seed_decides(self) -> None:
        basis = make_basis(LIGHT)
        one, other = (fit_ridge(LIGHT, basis, kind="drawn", seed=4) for _ in range(2))
        assert np.array_equal(one.pixel_sigma, other.pixel_sigma)


class TestConditioning:
    def test_clean_draws_have_the_least_noise(self) -> None:
        model = make_eigen_model()
        assert fit_conditioning(LIGHT, model.basis, model.bank).noise_grey_levels == 2.0

    def test_scattered_draws_have_more(self) -> None:
        model = make_eigen_model()
        rng = np.random.default_rng(0)
        scattered = np.asarray(model.bank.draws, np.float32)
        scattered = scattered + rng.normal(0, 1.0, scattered.shape).astype(np.float32)
        assert fit_conditioning(LIGHT, model.basis, Bank(scattered, scattered)).noise_grey_levels > 2.0

    def test_images_of_a_thesis_bank(self) -> None:
        model = make_thesis_model()
        assert fit_conditioning(LIGHT, model.basis, model.bank).noise_grey_levels == 2.0


class TestSettling:
    def test_scattered_draws_come_together_at_the_faces(self) -> None:
        model = make_eigen_model()
        faces = np.asarray(model.bank.draws, np.float32)
        scatter = np.random.default_rng(0).normal(0, 0.15, faces.shape).astype(np.float32)
        settled = np.asarray(settle(Bank(faces, faces + scatter)).draws, np.float32)
        before, after = np.abs(scatter).mean(), np.abs(settled - faces).mean()
        assert after < before / 2


class TestSoftening:
    def test_enough_draws_are_heard(self) -> None:
        strict = np.random.default_rng(0).normal(0, 500, 2000).astype(np.float32)
        assert effective_size(normalised(strict)) < 2
        assert effective_size(softened(strict, 300)) == pytest.approx(300, rel=0.05)

    def test_soft_weights_stay(self) -> None:
        flat = np.random.default_rng(0).normal(0, 0.1, 2000).astype(np.float32)
        assert np.array_equal(softened(flat, 300), normalised(flat))


class TestRoots:
    def test_rounding_that_makes_a_matrix_indefinite_is_borne(self) -> None:
        """As of a small hole, where nearly all lies in three directions."""
        directions = np.linalg.qr(np.random.default_rng(0).standard_normal((80, 80)))[0]
        sizes = np.concatenate([[1.0, 0.5, 0.1], np.full(77, -2e-7)])
        gram = ((directions * sizes) @ directions.T).astype(np.float32)
        with pytest.raises(LinAlgError):
            cholesky(gram + np.float32(1e-5 * np.trace(gram) / 80) * np.eye(80, dtype=np.float32), lower=True)
        root = covering_system._root(gram)
        assert np.abs(root @ root.T - gram).max() < 1e-5


class TestCoveringSystem:
    @pytest.mark.parametrize("rows", [1, 9, 15, 17, 29])
    def test_what_is_seen_is_summed_rightly_however_much_is_hidden(self, rows: int) -> None:
        basis, covering = make_basis(noisy(3)), np.zeros((32, 32), np.bool_)
        covering[2 : 2 + rows] = True
        system = covering_system.covering_system(basis, covering, 0.2)
        seen = basis.components.astype(np.float64) * np.sqrt(covering_system.visibility(covering))
        hidden = basis.components[:, np.repeat(covering.ravel(), 3)].astype(np.float64)
        largest = float(np.abs(basis.gram).max())
        np.testing.assert_allclose(system.gram, seen @ seen.T, atol=1e-5 * largest)
        np.testing.assert_allclose(system.hole_gram, hidden @ hidden.T, atol=1e-5 * largest)
