"""Faces are found in photographs, cut out upright, and put back without touching another pixel."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.inference.made_models import load_made, make_version

from maskeraid_faces.alignment import (
    USUAL_FRAME,
    PhotoFace,
    align,
    choose_face,
    crop_covering,
    face_from,
    find_faces,
    frame_of,
    put_into_photo,
    within_reach,
)
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.errors import BadSettings, NoFace, SeveralFaces
from maskeraid_faces.images import Image

SIDE = 160


def painted(seed: int) -> Image:
    return draw_lifelike_face(SIDE, np.random.default_rng(seed))


def photograph(*seeds: int) -> Image:
    """Painted faces side by side on a wall."""
    photo = np.full((260, 40 + len(seeds) * (SIDE + 60), 3), (90, 110, 120), np.uint8)
    for place, seed in enumerate(seeds):
        left = 40 + place * (SIDE + 60)
        photo[50 : 50 + SIDE, left : left + SIDE] = painted(seed)
    return photo


def placed(turn: float, side: float, middle: tuple[float, float]) -> PhotoFace:
    """A face whose points lie exactly as in the usual frame, turned by degrees."""
    matrix = cv2.getRotationMatrix2D((0, 0), turn, side)
    points = (USUAL_FRAME - 0.5) @ matrix[:, :2].T + middle
    return PhotoFace((0, 0, 1, 1), 1.0, points)


class TestFindFaces:
    def test_numbers_them_from_left_to_right(self) -> None:
        faces = find_faces(photograph(0, 6))
        assert len(faces) == 2
        for face, left in zip(faces, (40, 40 + SIDE + 60), strict=True):
            eyes = face.points[:2] - (left, 50)
            assert np.abs(eyes / SIDE - USUAL_FRAME[:2]).max() < 0.1
            assert face.confidence > 0.9

    def test_finds_none_on_a_wall(self) -> None:
        assert find_faces(np.full((200, 300, 3), 128, np.uint8)) == ()

    def test_a_large_photograph_keeps_its_own_pixels(self) -> None:
        large = cv2.resize(photograph(0), None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)
        (small_face,), (face,) = find_faces(photograph(0)), find_faces(np.asarray(large, np.uint8))
        assert np.abs(face.points / 6 - small_face.points).max() < 6

    def test_is_written_and_read(self) -> None:
        (face,) = find_faces(photograph(0))
        again = face_from(face.to_dict())
        assert again.box == face.box
        assert np.allclose(again.points, face.points, atol=0.05)
        assert len(again.points) == len(USUAL_FRAME)


class TestChooseFace:
    FACES = (placed(0, 80, (100, 100)), placed(0, 80, (300, 100)))

    def test_the_only_one_needs_no_choice(self) -> None:
        assert choose_face(self.FACES[:1], None) == 0

    def test_none(self) -> None:
        with pytest.raises(NoFace, match="square picture"):
            choose_face((), None)

    def test_several_are_told_with_their_boxes(self) -> None:
        with pytest.raises(SeveralFaces, match="0 to 1 from left") as caught:
            choose_face(self.FACES, None)
        assert [face["index"] for face in caught.value.facts["faces"]] == [0, 1]  # type: ignore[attr-defined]

    @pytest.mark.parametrize("number", [-1, 2])
    def test_no_such_one(self, number: int) -> None:
        with pytest.raises(BadSettings, match="0 to 1") as caught:
            choose_face(self.FACES, number)
        assert caught.value.facts == {"field": "face", "allowed": [0, 1]}


class TestAlign:
    @pytest.mark.parametrize(("turn", "side"), [(0, 100), (25, 100), (-40, 180), (8, 40)])
    def test_turns_a_face_upright_at_its_own_size(self, turn: float, side: float) -> None:
        photo = np.zeros((400, 400, 3), np.uint8)
        face = placed(turn, side, (200, 190))
        for point in face.points:
            cv2.circle(photo, np.rint(point).astype(int).tolist(), max(1, round(side / 40)), (255, 255, 255), -1)
        aligned = align(photo, face)
        assert aligned.quality > 0.99
        assert aligned.crop.shape[0] == pytest.approx(max(64, side), abs=1)
        for x, y in USUAL_FRAME * aligned.crop.shape[0]:
            assert aligned.crop[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].max() > 100

    def test_a_face_unlike_the_frame_has_less_quality(self) -> None:
        points = placed(0, 100, (200, 200)).points + np.array([[0, 0], [0, 0], [9, 6], [0, 0], [12, 0]])
        assert align(np.zeros((400, 400, 3), np.uint8), PhotoFace((0, 0, 1, 1), 1.0, points)).quality < 0.9

    def test_a_map_follows_the_face(self) -> None:
        face = placed(30, 120, (200, 200))
        drawn = np.zeros((400, 400, 3), np.uint8)
        cv2.circle(drawn, np.rint(face.points[2]).astype(int).tolist(), 15, (255, 255, 255), -1)
        cropped = crop_covering(drawn[..., 0] > 0, align(drawn, face))
        middle = np.argwhere(cropped).mean(axis=0)[::-1] / cropped.shape[0]
        assert np.abs(middle - USUAL_FRAME[2]).max() < 0.02


class TestPutIntoPhoto:
    @settings(max_examples=25, deadline=None)
    @given(
        turn=st.floats(-180, 180), side=st.floats(20, 400), x=st.floats(-50, 350), y=st.floats(-50, 250),
        seed=st.integers(0, 99),
    )  # fmt: skip
    def test_touches_what_is_covered_alone(self, turn: float, side: float, x: float, y: float, seed: int) -> None:
        rng = np.random.default_rng(seed)
        photo = rng.integers(0, 256, (200, 300, 3), np.uint8)
        aligned = align(photo, placed(turn, side, (x, y)))
        covering = np.zeros(aligned.crop.shape[:2], np.bool_)
        covering[covering.shape[0] // 2 :] = True
        made, covered = put_into_photo(photo, 255 - aligned.crop, covering, aligned.matrix)
        assert made.shape == photo.shape
        assert np.array_equal(made[~covered], photo[~covered])

    @settings(max_examples=40, deadline=None)
    @given(
        turn=st.floats(-180, 180), side=st.sampled_from([20, 64, 90, 1500, 3900]), seed=st.integers(0, 99),
        share=st.sampled_from([0.02, 0.5]),
    )  # fmt: skip
    def test_what_somebody_drew_is_what_changes(self, turn: float, side: float, seed: int, share: float) -> None:
        """To the pixel, at every scale, and no colour of the covering comes back, nor is seen beside it."""
        rng = np.random.default_rng(seed)
        small = rng.random((30, 45)) < share
        drawn = cv2.resize(small.astype(np.uint8), (90, 60), interpolation=cv2.INTER_NEAREST) > 0
        photo = np.where(drawn[..., None], 255, rng.integers(50, 60, (60, 90, 3))).astype(np.uint8)
        aligned = align(photo, placed(turn, side, (45, 30)))
        drawn, covering = within_reach(drawn, aligned), crop_covering(drawn, aligned)
        filled = np.where(covering[..., None], np.uint8(0), aligned.crop)
        made, covered = put_into_photo(photo, filled, covering, aligned.matrix, drawn)
        assert np.array_equal(covered, drawn)
        assert np.array_equal((made != photo).any(-1), drawn)
        assert made[drawn].max(initial=0) < 60
        assert aligned.crop[~covering].max(initial=0) <= 80

    def test_a_crop_goes_back_to_where_it_was(self) -> None:
        photo = photograph(0)
        aligned = align(photo, find_faces(photo)[0])
        covering = np.zeros(aligned.crop.shape[:2], np.bool_)
        covering[60:90, 40:90] = True
        made, covered = put_into_photo(photo, aligned.crop, covering, aligned.matrix)
        assert 0.7 < covered.sum() / covering.sum() < 1.4
        assert np.abs(made[covered].astype(int) - photo[covered]).mean() < 4


class TestFrameOf:
    def test_drawn_faces_have_the_usual_one(self) -> None:
        assert frame_of(load_made(make_version("light"))) is USUAL_FRAME
