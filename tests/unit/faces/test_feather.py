"""Feathering a filling, and tidying a covering."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maskeraid_faces.blending.feather import WIDEST, feather
from maskeraid_faces.coverings.clean import cleaned
from maskeraid_faces.coverings.shapes import box
from maskeraid_faces.errors import BadSettings

HOLE = box(24, (8, 24), (6, 18))
LIT = np.where(HOLE[..., None], 0, 100).astype(np.uint8).repeat(3, axis=2)  # a black filling in a grey picture


class TestFeather:
    @given(
        picture=arrays(np.uint8, (20, 20, 3)),
        covering=arrays(np.bool_, (20, 20)),
        pixels=st.integers(0, WIDEST),
    )
    def test_leaves_every_visible_pixel(self, picture: np.ndarray, covering: np.ndarray, pixels: int) -> None:
        before = picture.copy()
        feathered = feather(picture, covering, pixels)
        assert np.array_equal(feathered[~covering], picture[~covering])
        assert np.array_equal(picture, before), "the filling is another's"

    def test_fades_from_the_rim_inwards(self) -> None:
        row = feather(LIT, HOLE, 3)[16, :, 0]
        assert row[:6].tolist() == [100] * 6
        assert row[6:12].tolist() == [75, 50, 25, 0, 0, 0]

    def test_of_one_pixel_is_half(self) -> None:
        row = feather(LIT, HOLE, 1)[16, 6:10, 0]
        assert row.tolist() == [50, 0, 0, 0]

    def test_of_none_changes_nothing(self) -> None:
        assert np.array_equal(feather(LIT, HOLE, 0), LIT)

    def test_does_not_fade_towards_the_edge_of_the_picture(self) -> None:
        """Nothing visible is there."""
        assert feather(LIT, HOLE, 8)[23, 11, 0] < 50

    def test_takes_the_nearest_colour_and_none_from_under_the_covering(self) -> None:
        picture = LIT.copy()
        picture[:, :6] = (200, 0, 0)
        picture[:, 18:] = (0, 0, 200)
        feathered = feather(picture, HOLE, 2)
        assert feathered[16, 6].tolist() == [133, 0, 0]
        assert feathered[16, 17].tolist() == [0, 0, 133]

    @pytest.mark.parametrize("covering", [np.zeros((24, 24), np.bool_), np.ones((24, 24), np.bool_)])
    def test_without_a_rim_changes_nothing(self, covering: np.ndarray) -> None:
        assert np.array_equal(feather(LIT, covering, 4), LIT)

    @pytest.mark.parametrize("pixels", [-1, WIDEST + 1])
    def test_out_of_range_is_refused(self, pixels: int) -> None:
        with pytest.raises(BadSettings) as refused:
            feather(LIT, HOLE, pixels)
        assert refused.value.facts == {"field": "feather", "allowed": [0, WIDEST]}


class TestCleaned:
    def test_drops_specks_and_fills_holes(self) -> None:
        drawn = box(64, (10, 40), (10, 40))
        seen = drawn.copy()
        seen[20:23, 20:23] = False  # 9 pixels: a hole
        seen[50:53, 50:53] = True  # 9 pixels: a speck; 0.5 % are 20.48
        assert np.array_equal(cleaned(seen), drawn)

    def test_keeps_what_is_large(self) -> None:
        drawn = box(64, (10, 40), (10, 40)) & ~box(64, (20, 25), (20, 25))
        drawn |= box(64, (50, 55), (50, 55))
        assert np.array_equal(cleaned(drawn), drawn)

    def test_fills_no_corner_of_the_picture(self) -> None:
        drawn = np.ones((64, 64), np.bool_)
        drawn[:3, :3] = False
        assert np.array_equal(cleaned(drawn), drawn)

    def test_leaves_nothing_of_specks_alone(self) -> None:
        assert not cleaned(box(64, (0, 4), (0, 4))).any()
