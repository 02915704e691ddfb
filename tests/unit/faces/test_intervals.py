"""Nine in ten covered values lie in the intervals that a fill states, on faces that the model has not seen."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.inference.made_models import covered_face, make_model

from maskeraid_faces.coverings.shapes import lower_face, sunglasses
from maskeraid_faces.drawing.covered import COVERINGS
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import Bank, FaceModel, RidgeFit
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.filling.intervals import fit_interval, interval_around_ridge
from maskeraid_faces.images import Images
from maskeraid_faces.training.basis import fit_basis

SIDE = 32


def painted(first: int, number: int) -> Images:
    return np.stack([draw_lifelike_face(SIDE, np.random.default_rng(seed)) for seed in range(first, first + number)])


@pytest.fixture(scope="module")
def model() -> FaceModel:
    """A model of painted faces whose GAN nobody asks."""
    basis = fit_basis(painted(0, 150), kind="photo", seed=0)
    bank = Bank(np.zeros((4, 4), np.float32), np.zeros((4, basis.gan_rank), np.float32))
    made = replace(
        make_model(), kind="photo", basis=basis, ridge=RidgeFit(1.0, np.full(SIDE * SIDE * 3, 0.1, np.float32)),
        palette=None, bank=bank,
    )  # fmt: skip
    return replace(made, ridge=replace(made.ridge, interval=fit_interval(made, painted(200, 40), 0)))


class TestAroundRidge:
    @pytest.mark.parametrize("covering", [lower_face(SIDE), sunglasses(SIDE), COVERINGS["bar"]])
    def test_holds_nine_in_ten(self, model: FaceModel, covering: np.ndarray) -> None:
        inside, widths = [], []
        for face in painted(300, 40):
            ends = interval_around_ridge(face, covering, model)
            assert ends
            low, high = ends
            assert np.array_equal(low[~covering], face[~covering])
            assert np.array_equal(high[~covering], face[~covering])
            inside.append(((low <= face) & (face <= high))[covering].mean())
            widths.append((high.astype(int) - low)[covering].mean() / 255)
        assert 0.84 <= np.mean(inside) <= 0.96
        assert 0.05 < np.mean(widths) < 0.8  # they say something

    def test_too_few_unseen_faces_state_none(self, model: FaceModel) -> None:
        assert fit_interval(model, painted(200, 7), 0) == 0
        unknown = replace(model, ridge=replace(model.ridge, interval=0.0))
        assert fill(painted(300, 1)[0], lower_face(SIDE), unknown, k=1, engine="R").interval is None

    def test_a_fill_states_it_in_the_colours_of_the_face(self, model: FaceModel) -> None:
        face = painted(300, 1)[0]
        filled = fill(face, lower_face(SIDE), model, k=1, engine="R")
        assert filled.interval
        low, high = filled.interval
        assert (low <= high).all()
        assert np.array_equal(low[~lower_face(SIDE)], face[~lower_face(SIDE)])

    def test_draws_at_random_have_none(self, model: FaceModel) -> None:
        assert fill(painted(300, 1)[0], lower_face(SIDE), model, k=1, pick="random").interval is None


class TestOfDraws:
    def test_of_a_drawn_face_holds_what_is_possible(self) -> None:
        truths, covering = draw_faces("faces-light").images, COVERINGS["mask"]
        shares = []
        for number in (3, 50, 110):
            filled = fill(covered_face("light", "mask", number=number), covering, make_model(), k=2)
            assert filled.interval
            low, high = filled.interval
            truth = truths[number]
            shares.append(((low <= truth) & (truth <= high))[covering].mean())
        assert min(shares) >= 0.87
