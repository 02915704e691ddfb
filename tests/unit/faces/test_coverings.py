"""Coverings: the colour rule with its known failures, growth, and the usual shapes."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pictures

from maskeraid_faces.coverings.find import find_covering
from maskeraid_faces.coverings.grow import grow, growth
from maskeraid_faces.coverings.shapes import box, lower_face, sunglasses
from maskeraid_faces.drawing.covered import PURPLE, SHADES, TEAL
from maskeraid_faces.drawn import DrawnSet, TestTruth, draw_faces
from maskeraid_faces.errors import BadImage, BadSettings

Colours = list[tuple[int, int, int]]


@pytest.fixture(scope="module")
def test_set() -> DrawnSet:
    return draw_faces("faces-test")


@pytest.fixture(scope="module")
def truth(test_set: DrawnSet) -> TestTruth:
    assert test_set.truth is not None
    return test_set.truth


def rows_of(test_set: DrawnSet, kind: str) -> list[int]:
    return [row for row, name in enumerate(test_set.names) if name.endswith(f"_{kind}.png")][::50]


class TestColourRule:
    @pytest.mark.parametrize(
        ("kind", "colours"),
        [("mask", [TEAL]), ("mouth-mask", [TEAL]), ("sunglasses", [SHADES]), ("patterned-mask", [TEAL, PURPLE])],
    )
    def test_finds_the_true_covering(self, test_set: DrawnSet, truth: TestTruth, kind: str, colours: Colours) -> None:
        for row in rows_of(test_set, kind):
            found = find_covering(test_set.images[row], method="colour", colours=colours)
            np.testing.assert_array_equal(found.covering, truth.coverings[row])
            assert found.share == pytest.approx(truth.coverings[row].mean())

    def test_survives_jpeg_of_quality_90(self, test_set: DrawnSet, truth: TestTruth) -> None:
        for row in rows_of(test_set, "mask"):
            packed = io.BytesIO()
            Pictures.fromarray(test_set.images[row]).save(packed, "JPEG", quality=90, subsampling=0)
            image = np.asarray(Pictures.open(packed).convert("RGB"))
            found = find_covering(image, method="colour", colours=[TEAL]).covering
            both, either = found & truth.coverings[row], found | truth.coverings[row]
            assert both.sum() / either.sum() >= 0.97

    def test_takes_a_hat_of_the_masks_colour_for_covering(self, test_set: DrawnSet, truth: TestTruth) -> None:
        for row in rows_of(test_set, "hat"):
            found = find_covering(test_set.images[row], method="colour", colours=[TEAL]).covering
            np.testing.assert_array_equal(found, truth.coverings[row] | truth.uncounted[row])

    def test_finds_nothing_of_a_colour_that_is_not_there(self, test_set: DrawnSet) -> None:
        found = find_covering(test_set.images[0], method="colour", colours=[(255, 0, 255)])
        assert found.share == 0
        assert not found.covering.any()

    def test_drops_specks(self) -> None:
        image = np.zeros((64, 64, 3), np.uint8)
        image[2:6, 2:7] = 255  # 20 pixels, under 0.5 % of 4,096
        image[30:37, 30:33] = 255  # 21 pixels
        covering = find_covering(image, method="colour", colours=[(255, 255, 255)]).covering
        np.testing.assert_array_equal(covering, box(64, (30, 37), (30, 33)))

    def test_counts_corners_as_touching(self) -> None:
        slanted = np.eye(64, dtype=np.bool_)
        image = np.where(slanted[..., None], np.uint8(255), np.zeros((64, 64, 3), np.uint8))
        found = find_covering(image, method="colour", colours=[(255, 255, 255)])
        np.testing.assert_array_equal(found.covering, slanted)


class TestRefusals:
    def test_an_unknown_method_names_the_known_ones(self) -> None:
        with pytest.raises(BadSettings) as caught:
            find_covering(np.zeros((32, 32, 3), np.uint8), method="magic")  # type: ignore[arg-type]
        assert caught.value.facts == {"field": "method", "allowed": ["learned", "colour"]}

    @pytest.mark.parametrize(
        ("colours", "tolerance", "field"),
        [
            ([], 24, "colours"),
            ([(0, 0, 256)], 24, "colours"),
            ([(0, 0)], 24, "colours"),
            ([(0, 0, 0)], 256, "tolerance"),
        ],
    )
    def test_settings_out_of_range(self, colours: Colours, tolerance: int, field: str) -> None:
        with pytest.raises(BadSettings) as caught:
            find_covering(np.zeros((32, 32, 3), np.uint8), method="colour", colours=colours, tolerance=tolerance)
        assert caught.value.facts["field"] == field

    def test_image_of_a_wrong_shape(self) -> None:
        with pytest.raises(BadImage):
            find_covering(np.zeros((32, 40, 3), np.uint8), method="colour", colours=[TEAL])


class TestGrow:
    @pytest.mark.parametrize(("side", "pixels"), [(16, 1), (32, 1), (64, 2), (128, 3), (256, 4), (512, 16)])
    def test_widens_by_the_side(self, side: int, pixels: int) -> None:
        middle = (side // 2, side // 2 + 1)
        grown = grow(box(side, middle, middle))
        assert growth(side) == pixels
        assert grown.sum() == (2 * pixels + 1) ** 2

    def test_by_nothing_changes_nothing(self) -> None:
        np.testing.assert_array_equal(grow(lower_face(64), 0), lower_face(64))


class TestShapes:
    @pytest.mark.parametrize(("covering", "share"), [(lower_face(64), 0.295), (sunglasses(64), 0.18)])
    def test_hide_the_published_share(self, covering: NDArray[np.bool_], share: float) -> None:
        assert covering.mean() == pytest.approx(share, abs=0.005)

    def test_do_not_touch_one_another(self) -> None:
        assert not (lower_face(128) & sunglasses(128)).any()
