"""Suggested values: right where they can be learned, silent where not, and as sure as they are right."""

import numpy as np
import pytest

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import Images
from maskeraid_faces.suggesting import SIDE, NothingToSuggest, Suggester, fit_basis, learn, small_picture

DRAWN = draw_faces("faces-light-balanced")
VALUES = np.array([str(row["hair_colour"]) for row in DRAWN.attributes])


def jittered(seed: int, noise: float = 16) -> Images:
    rng = np.random.default_rng(seed)
    images = DRAWN.images * rng.normal(1, 0.08, (len(VALUES), 1, 1, 1)) + rng.normal(0, noise, DRAWN.images.shape)
    return np.stack([small_picture(one) for one in np.clip(images, 0, 255).astype(np.uint8)])


PICTURES = jittered(0)
FEATURES = fit_basis(PICTURES, 0).features(PICTURES)
IS_HIDDEN = np.arange(len(VALUES)) % 5 == 0


def coin(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).choice(["heads", "tails"], len(VALUES))


@pytest.fixture(scope="module")
def learned() -> Suggester:
    return learn(FEATURES[~IS_HIDDEN], VALUES[~IS_HIDDEN])


class TestFeatures:
    def test_are_standardised_components_of_small_pictures(self) -> None:
        assert PICTURES.shape == (len(VALUES), SIDE, SIDE, 3)
        assert np.allclose(FEATURES.mean(axis=0), 0, atol=1e-2)
        assert np.allclose(FEATURES.std(axis=0), 1, atol=1e-2)

    def test_are_the_same_by_the_same_seed(self) -> None:
        assert (fit_basis(PICTURES, 0).features(PICTURES) == FEATURES).all()


class TestSuggester:
    def test_suggests_what_images_have_that_it_has_not_seen(self, learned: Suggester) -> None:
        values, confidence = learned.suggest(FEATURES[IS_HIDDEN])
        right = (values == VALUES[IS_HIDDEN]).mean()
        assert right >= 0.95
        assert learned.low <= right <= 1
        assert (confidence <= 1).all()
        assert confidence.min() > 1 / len(learned.values)

    def test_is_as_sure_as_it_is_right(self) -> None:
        """Of eyes, which are nearly always told; and of values of which one in eight was given at random."""
        eyes = np.array([str(row["eye_colour"]) for row in DRAWN.attributes])
        rng = np.random.default_rng(3)
        spoiled = np.where(rng.random(len(VALUES)) < 1 / 8, rng.choice(sorted(set(VALUES)), len(VALUES)), VALUES)
        assert learn(FEATURES, eyes).calibration_error < 0.03
        found = learn(FEATURES, spoiled)
        _, confidence = found.suggest(fit_basis(PICTURES, 0).features(jittered(9)))
        assert abs(confidence.mean() - found.accuracy) < 0.06

    def test_is_never_certain(self, learned: Suggester) -> None:
        assert learned.suggest(1e3 * FEATURES)[1].max() == pytest.approx(401 / 402)

    def test_is_the_same_by_the_same_seed(self, learned: Suggester) -> None:
        again = learn(FEATURES[~IS_HIDDEN], VALUES[~IS_HIDDEN])
        assert (again.suggest(FEATURES)[1] == learned.suggest(FEATURES)[1]).all()


class TestNothing:
    def test_of_chance(self) -> None:
        with pytest.raises(NothingToSuggest, match="should be for 80%"):
            learn(FEATURES, coin())

    def test_of_what_the_commonest_value_tells_as_well(self) -> None:
        rare = np.where(np.random.default_rng(1).random(len(VALUES)) < 0.05, "yes", "no")
        with pytest.raises(NothingToSuggest, match="always saying no"):
            learn(FEATURES, rare)

    @pytest.mark.parametrize(("first", "second"), [(7, 60), (19, 20), (60, 0)])
    def test_of_too_few(self, first: int, second: int) -> None:
        labels = np.array(["a"] * first + ["b"] * second)
        with pytest.raises(NothingToSuggest, match="give more images a value"):
            learn(FEATURES[: len(labels)], labels)

    def test_of_too_many_values(self) -> None:
        labels = np.array([str(row % 21) for row in range(len(VALUES))])
        with pytest.raises(NothingToSuggest, match="21 values"):
            learn(FEATURES, labels)

    def test_of_values_that_are_learned_from_the_same_persons_alone(self) -> None:
        """Each person has a value of chance and looks alike in all pictures: only a leak between folds tells it."""
        persons = np.repeat([f"p{number}" for number in range(50)], len(VALUES) // 50)
        luck = np.random.default_rng(2).permutation(["heads", "tails"] * 25)
        labels = np.repeat(luck, len(VALUES) // 50)
        alike = np.repeat(FEATURES[:: len(VALUES) // 50], len(VALUES) // 50, axis=0)
        assert learn(alike, labels).accuracy > 0.9
        with pytest.raises(NothingToSuggest, match="should be for 80%"):
            learn(alike, labels, persons)

    def test_of_few_persons(self) -> None:
        persons = np.array([f"p{row % 4}" for row in range(len(VALUES))])
        with pytest.raises(NothingToSuggest, match="4 persons"):
            learn(FEATURES, VALUES, persons)


def test_unknown_persons_are_one_each() -> None:
    found = learn(FEATURES, VALUES, np.full(len(VALUES), ""))
    assert found.learned_from == len(VALUES)
    assert found.low > 0.95
