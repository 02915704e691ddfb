"""The drawn faces of 2,700 covered and 1,875 plain images: the numbers that everything else stands on."""

from itertools import pairwise, product

import numpy as np
import pytest

from maskeraid_faces.drawing import face
from maskeraid_faces.drawing.face import Features, draw_face
from maskeraid_faces.drawn import DATASETS, DrawnSet, TestTruth, draw_faces
from maskeraid_faces.errors import BadSettings
from maskeraid_faces.metrics.colour_difference import colour_difference

PLAIN = ("faces-light", "faces-medium", "faces-dark")


def difference(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """CIEDE2000."""
    return float(colour_difference(np.array(one, np.uint8), np.array(other, np.uint8)))


def varying_rows(drawn: DrawnSet, part: str) -> set[int]:
    """The rows in which images differ when only one part changes."""
    others = [name for name in ("eyes", "nose", "mouth") if name != part]
    alike = [image for image, words in zip(drawn.images, drawn.attributes, strict=True)
             if all(words[name] == "1" for name in others)]  # fmt: skip
    changes = (np.stack(alike) != alike[0]).any(axis=(0, 2, 3))
    return set(np.flatnonzero(changes).tolist())


@pytest.fixture(scope="module")
def test_set() -> DrawnSet:
    return draw_faces("faces-test")


@pytest.fixture(scope="module")
def truth(test_set: DrawnSet) -> TestTruth:
    assert test_set.truth is not None
    return test_set.truth


class TestTones:
    def test_lie_as_far_apart_as_published(self) -> None:
        pairs = [(face.LIGHT, face.MEDIUM), (face.MEDIUM, face.DARK), (face.LIGHT, face.DARK)]
        assert [round(difference(*pair), 1) for pair in pairs] == [16.9, 29.5, 45.7]

    @pytest.mark.parametrize(
        ("tone", "other", "distance"),
        [
            ((212, 171, 132), face.LIGHT, 6.5),
            ((212, 171, 132), face.MEDIUM, 12.2),
            ((168, 110, 56), face.MEDIUM, 9.3),
            ((168, 110, 56), face.DARK, 18.6),
            ((142, 88, 46), face.DARK, 9.5),
            ((142, 88, 46), face.MEDIUM, 19.1),
            ((155, 99, 51), face.MEDIUM, 14.0),
            ((155, 99, 51), face.DARK, 14.0),
        ],
    )
    def test_of_the_figures_lie_where_they_should(
        self, tone: tuple[int, int, int], other: tuple[int, int, int], distance: float
    ) -> None:
        assert difference(tone, other) == pytest.approx(distance, abs=0.1)


@pytest.mark.parametrize("name", PLAIN)
class TestPlainSets:
    def test_have_125_different_faces(self, name: str) -> None:
        drawn = draw_faces(name)
        assert drawn.images.shape == (125, 32, 32, 3)
        assert drawn.images.dtype == np.uint8
        assert len(np.unique(drawn.images.reshape(125, -1), axis=0)) == 125

    def test_have_ten_colours_and_rank_twelve(self, name: str) -> None:
        images = draw_faces(name).images
        flat = images.reshape(125, -1).astype(np.float64)
        assert len(np.unique(images.reshape(-1, 3), axis=0)) == 10
        assert np.linalg.matrix_rank(flat - flat.mean(0)) == 12  # 3 parts x (5 - 1)

    def test_parts_never_touch(self, name: str) -> None:
        drawn = draw_faces(name)
        assert varying_rows(drawn, "eyes") == set(range(12, 16))
        assert varying_rows(drawn, "nose") == set(range(16, 20))
        assert varying_rows(drawn, "mouth") == set(range(23, 26))

    def test_names_tell_the_parts(self, name: str) -> None:
        drawn = draw_faces(name)
        for file, words in zip(drawn.names, drawn.attributes, strict=True):
            assert file == f"{name}_e{words['eyes']}_n{words['nose']}_m{words['mouth']}.png"
            assert words["tone"] == name.removeprefix("faces-")


def test_hair_and_eyes_are_confounded_with_tone_only_in_plain_sets() -> None:
    looks = {name: {(w["hair_colour"], w["eye_colour"]) for w in draw_faces(name).attributes} for name in DATASETS}
    assert looks["faces-light"] == {("blond", "blue")}
    assert looks["faces-medium"] == looks["faces-dark"] == {("black", "black")}
    for name in PLAIN:
        assert looks[f"{name}-balanced"] == set(product(("blond", "black"), ("blue", "black")))
        assert len(set(draw_faces(f"{name}-balanced").names)) == 500


def test_pairs_of_light_faces_lie_as_far_apart_as_published() -> None:
    flat = draw_faces("faces-light").images.reshape(125, -1).astype(np.float64)
    distances = np.sqrt(np.square(flat[:, None] - flat).mean(-1))[np.triu_indices(125, 1)]
    assert distances.mean() == pytest.approx(18.1, abs=0.05)
    assert distances.min() == pytest.approx(4.2, abs=0.05)


def test_drawing_twice_gives_the_same_bytes() -> None:
    assert all(draw_faces(name).images.tobytes() == draw_faces(name).images.tobytes() for name in DATASETS)


class TestCoveredFaces:
    def test_equal_their_twins_wherever_uncovered(self, test_set: DrawnSet, truth: TestTruth) -> None:
        visible = ~truth.coverings
        np.testing.assert_array_equal(test_set.images[visible], truth.twins[visible])
        assert (test_set.images != truth.twins).any(axis=(1, 2, 3)).all()

    def test_show_nothing_of_what_is_hidden(self, test_set: DrawnSet) -> None:
        hides = {"mask": ("nose", "mouth"), "mouth-mask": ("mouth",), "sunglasses": ("eyes",), "bar": ("eyes",)}
        for kind, hidden in hides.items():
            seen: dict[tuple[str, ...], set[bytes]] = {}
            for name, image, words in zip(test_set.names, test_set.images, test_set.attributes, strict=True):
                if name.endswith(f"_{kind}.png") and name.startswith("faces-"):
                    key = tuple(value for part, value in sorted(words.items()) if part not in hidden)
                    seen.setdefault(key, set()).add(image.tobytes())
            assert len(seen) == 3 * 5 ** (3 - len(hidden))  # three tones
            assert all(len(images) == 1 for images in seen.values())

    def test_have_names_twins_and_right_models(self, test_set: DrawnSet, truth: TestTruth) -> None:
        assert len(set(test_set.names)) == len(test_set.names) == 7 * 375 + 5 * 15
        plain = {name for dataset in PLAIN for name in draw_faces(dataset).names}
        plain_twins = {name for name in truth.twin_names if name.startswith("faces-") and not name.endswith("_hat.png")}
        assert plain_twins == plain
        assert set().union(*truth.right_models) == set(PLAIN)

    def test_of_the_exact_middle_allow_two_models(self, test_set: DrawnSet, truth: TestTruth) -> None:
        middle = [right for right, words in zip(truth.right_models, test_set.attributes, strict=True)
                  if words["tone"] == "medium-dark-50"]  # fmt: skip
        assert set(middle) == {frozenset({"faces-medium", "faces-dark"})}

    def test_hats_count_for_neither_side(self, test_set: DrawnSet, truth: TestTruth) -> None:
        hats = np.array([name.endswith("_hat.png") for name in test_set.names])
        assert truth.uncounted.any(axis=(1, 2)).tolist() == hats.tolist()
        assert not (truth.uncounted & truth.coverings).any()


class TestOneFace:
    def test_hair_styles_differ_only_in_hair(self) -> None:
        styles = [draw_face(Features(face.LIGHT, face.BLOND, face.BLUE, 1, 1, 1, style)) for style in (1, 2, 3)]
        for one, other in pairwise(styles):
            changed = (one != other).any(-1)
            assert changed.any()
            assert not changed[12:, 9:23].any()

    @pytest.mark.parametrize("wrong", [{"eyes": 6}, {"nose": 0}, {"hair_style": 4}, {"tone": (256, 0, 0)}])
    def test_impossible_features_are_refused(self, wrong: dict[str, object]) -> None:
        right: dict[str, object] = {"tone": face.LIGHT, "hair": face.BLOND, "eye_colour": face.BLUE}
        with pytest.raises(BadSettings, match=next(iter(wrong))):
            Features(**{**right, "eyes": 1, "nose": 1, "mouth": 1, **wrong})  # type: ignore[arg-type]


def test_unknown_set_names_the_allowed_ones() -> None:
    with pytest.raises(BadSettings) as caught:
        draw_faces("faces-green")
    assert caught.value.facts["allowed"] == sorted(DATASETS)
