"""Faces are found by NumPy as the package finds them whose weights they are."""

from typing import Any

import cv2
import numpy as np
import pytest

from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.face_detector import detect_faces
from maskeraid_faces.images import Image

POINTS = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")


def scene(seed: int) -> Image:
    """Two painted faces of different sizes on a cloudy wall, one of them beyond the rim."""
    random = np.random.default_rng(seed)
    wall = random.integers(60, 200, (9, 12, 3)).astype(np.uint8)
    photo = np.asarray(cv2.resize(wall, (420, 300), interpolation=cv2.INTER_CUBIC), np.uint8).copy()
    for left, top, side in ((20, 40, 150), (300, 150, 130)):
        face = draw_lifelike_face(side, random)[: 300 - top, : 420 - left]
        photo[top : top + face.shape[0], left : left + face.shape[1]] = face
    return photo


@pytest.fixture(scope="module")
def original() -> Any:  # noqa: ANN401 the package has no types
    from mtcnn import MTCNN

    return MTCNN()


@pytest.mark.parametrize("seed", range(4))
def test_same_faces_as_the_package_finds(seed: int, original: Any) -> None:  # noqa: ANN401
    photo = scene(seed)
    ours, theirs = detect_faces(photo, 0.6), original.detect_faces(photo, threshold_onet=0.6)
    assert len(ours) == len(theirs) > 0
    for one, other in zip(ours, theirs, strict=True):
        left, top, width, height = other["box"]
        assert np.abs(one.box - [left, top, left + width, top + height]).max() <= 4
        assert one.confidence == pytest.approx(float(other["confidence"]), abs=0.01)
        assert np.abs(one.points - [other["keypoints"][name] for name in POINTS]).max() <= 3


@pytest.mark.parametrize("shape", [(8, 8), (12, 300), (40, 40)])
def test_none_where_there_is_hardly_a_picture(shape: tuple[int, int]) -> None:
    assert detect_faces(np.full((*shape, 3), 128, np.uint8), 0.6) == []
