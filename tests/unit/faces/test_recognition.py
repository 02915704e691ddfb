"""Whether fills help a recogniser: they do where they are right and tell something, and it is said when they do not."""

import numpy as np
import pytest

from maskeraid_faces.errors import TooFewImages
from maskeraid_faces.evaluation.recognition import FALSE_MATCHES, Recognition, measure_recognition
from maskeraid_faces.images import Image, Images
from maskeraid_faces.metrics.recogniser import LinearRecogniser

PERSONS, PICTURES, SIDE = 24, 6, 8
NAMES = [f"person {row // PICTURES}" for row in range(PERSONS * PICTURES)]
LOWER = np.zeros((SIDE, SIDE), np.bool_)
LOWER[SIDE // 2 :] = True


def portraits(weight_above: float, weight_below: float) -> Images:
    """Persons who differ by so much above and below, each in pictures of other noise."""
    rng = np.random.default_rng(0)
    looks = rng.normal(0, 40, (PERSONS, SIDE, SIDE, 3))
    looks[:, ~LOWER] *= weight_above
    looks[:, LOWER] *= weight_below
    noise = rng.normal(0, 25, (PERSONS * PICTURES, SIDE, SIDE, 3))
    return np.clip(128 + looks.repeat(PICTURES, axis=0) + noise, 0, 255).astype(np.uint8)


def knowing(images: Images) -> dict[bytes, Image]:
    return {image[~LOWER].tobytes(): image for image in images}


def nonsense(face: Image) -> Image:
    """The visible pixels, and any below."""
    filled = face.copy()
    filled[LOWER] = np.random.default_rng(face.sum()).integers(0, 256, filled[LOWER].shape)
    return filled


@pytest.fixture(scope="module")
def found() -> Recognition:
    return measure_recognition(nonsense, portraits(1, 1), NAMES, LOWER, seed=3)


class TestVerdict:
    def test_of_right_fills_that_tell_who_it_is_says_helps(self) -> None:
        images = portraits(0.1, 1)
        truths = knowing(images)
        found = measure_recognition(lambda face: truths[face[~LOWER].tobytes()], images, NAMES, LOWER)
        assert found.verdict == "helps"
        assert found.states["reimaged"].matched.tolist() == found.states["uncovered"].matched.tolist()

    def test_of_nonsense_says_hurts(self) -> None:
        """A deliberately bad generator lies below what the visible part alone reaches."""
        found = measure_recognition(nonsense, portraits(1, 1), NAMES, LOWER)
        assert found.states["reimaged"].matched.mean() < found.states["visible"].matched.mean()
        assert found.verdict == "hurts"

    def test_of_right_fills_that_tell_nothing_says_so(self) -> None:
        images = portraits(1, 0)
        truths = knowing(images)
        found = measure_recognition(lambda face: truths[face[~LOWER].tobytes()], images, NAMES, LOWER)
        assert found.verdict == "does not help"


class TestFigures:
    def test_are_equal_for_equal_seeds_alone(self, found: Recognition) -> None:
        again, other = (measure_recognition(nonsense, portraits(1, 1), NAMES, LOWER, seed=seed) for seed in (3, 4))
        assert again.to_dict() == found.to_dict() != other.to_dict()

    def test_are_of_persons_who_taught_nothing(self) -> None:
        taught: set[str] = set()

        def learn(images: Images, persons: list[str], seen: object) -> LinearRecogniser:
            taught.update(persons)
            return LinearRecogniser(images, persons)

        found = measure_recognition(nonsense, portraits(1, 1), NAMES, LOWER, learn=learn)  # type: ignore[arg-type]
        assert len(taught) == PERSONS // 2
        assert not taught & set(found.persons)

    def test_come_with_their_intervals_and_the_rate_of_false_matches(self, found: Recognition) -> None:
        shown = found.to_dict()
        assert (shown["persons"], shown["probes"]) == (PERSONS // 2, PERSONS // 2 * (PICTURES // 2))
        assert shown["false_match_rate"] == FALSE_MATCHES
        assert set(shown["states"]) == {"uncovered", "visible", "reimaged", "covered"}
        for one in shown["states"].values():
            assert one["true_match_rate_95"][0] <= one["true_match_rate"] <= one["true_match_rate_95"][1]
        assert shown["states"]["uncovered"]["rank_1"] > 2 * shown["states"]["reimaged"]["rank_1"]
        assert shown["states"]["uncovered"]["equal_error_rate"] < shown["states"]["reimaged"]["equal_error_rate"]

    def test_need_eight_persons_of_four_pictures(self) -> None:
        images = portraits(1, 1)[: 8 * PICTURES]
        with pytest.raises(TooFewImages, match="found 7"):
            measure_recognition(nonsense, images[:-3], NAMES[: len(images) - 3], LOWER)
