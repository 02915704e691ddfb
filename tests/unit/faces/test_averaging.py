"""Faces keep most of what they show when they are averaged to 32 pixels a side; noise loses nearly all."""

import cv2
import numpy as np
import pytest

from maskeraid_faces.coverings.worn import wear_any
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import Image
from maskeraid_faces.selection.averaging import MOST_LOST, share_lost

NOTHING = {side: np.zeros((side, side), np.bool_) for side in (32, 64, 100, 256)}


def noise(side: int, seed: int = 0) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)


@pytest.mark.parametrize("interpolation", [cv2.INTER_NEAREST, cv2.INTER_CUBIC])
@pytest.mark.parametrize("side", [64, 100, 256])
def test_of_resized_faces_little_is_lost(side: int, interpolation: int) -> None:
    rng = np.random.default_rng(0)
    for face in [*draw_faces("faces-test").images[:20], *(draw_lifelike_face(64, rng) for _ in range(20))]:
        worn = wear_any(cv2.resize(face, (side, side), interpolation=interpolation), rng)
        assert share_lost(worn.image, worn.covering) < 0.3


def test_grain_makes_no_noise_of_a_face() -> None:
    rng = np.random.default_rng(0)
    face = draw_lifelike_face(256, rng).astype(np.float32)
    grainy = np.clip(face + rng.normal(0, 25, face.shape), 0, 255).astype(np.uint8)
    assert share_lost(grainy, NOTHING[256]) < MOST_LOST


@pytest.mark.parametrize("side", [64, 100, 256])
def test_of_noise_nearly_all_is_lost(side: int) -> None:
    assert share_lost(noise(side), NOTHING[side]) > MOST_LOST


def test_nothing_is_lost_of_a_small_picture_nor_said_of_next_to_nothing() -> None:
    covering = np.ones((256, 256), np.bool_)
    covering[:64] = False
    assert share_lost(noise(32), NOTHING[32]) == 0
    assert share_lost(noise(256), covering) > MOST_LOST
    covering[60:64] = True
    assert share_lost(noise(256), covering) == 0


def test_faint_grain_on_an_even_ground_is_not_noise() -> None:
    rng = np.random.default_rng(0)
    ground = np.clip(200 + rng.normal(0, 3, (256, 256, 3)), 0, 255).astype(np.uint8)
    assert share_lost(ground, NOTHING[256]) == 0


def test_what_the_covering_hides_does_not_count() -> None:
    face = cv2.resize(draw_faces("faces-test").images[0], (256, 256), interpolation=cv2.INTER_CUBIC)
    covering = NOTHING[256].copy()
    covering[100:200, 40:220] = True
    worn = np.where(covering[..., None], noise(256), face)
    assert share_lost(worn, covering) == pytest.approx(share_lost(face, covering))
