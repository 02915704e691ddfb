"""Faces are cut out of photographs: the largest one, at the wanted size, with its place; or the row says why not."""

import io

import numpy as np
import pytest
from PIL import Image as Pictures

from maskeraid_core.image_sanitiser import ImageRejected, SanitisedPicture
from maskeraid_curator.cropping import cut_out_face
from maskeraid_faces.alignment import USUAL_FRAME, PhotoFace
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.images import Image
from maskeraid_faces.measures import Measures, measure


def sent(photo: Image) -> SanitisedPicture:
    """A photograph as the limited child sends it."""
    return SanitisedPicture(photo.tobytes(), b"", None, "", photo.shape[1], photo.shape[0], grey=False)


def wall_with_face(side: int) -> Image:
    photo = np.full((240, 320, 3), (90, 110, 120), np.uint8)
    photo[40 : 40 + side, 60 : 60 + side] = draw_lifelike_face(side, np.random.default_rng(0))
    return photo


def face_at(left: int, side: int) -> PhotoFace:
    return PhotoFace((left, 10, side, side), 1.0, USUAL_FRAME * side + (left, 10))


class TestCuttingOut:
    def test_face_is_found_and_cut_out_at_the_wanted_size(self) -> None:
        photo = wall_with_face(160)
        found = cut_out_face(sent(photo), 64)
        assert isinstance(found, SanitisedPicture)
        assert (found.width, found.height, found.pixels) == (64, 64, b"")
        face = np.asarray(Pictures.open(io.BytesIO(found.png)))
        assert found.measures is not None
        measures = Measures.from_dict(found.measures)
        left, top, right, bottom = (int(part) for part in str(measures.box).split(","))
        assert 60 <= left < right <= 220
        assert 40 <= top < bottom <= 200
        assert measures.face_size == max(right - left, bottom - top)
        assert measures.look == measure(face).look

    def test_largest_of_several_is_taken(self) -> None:
        faces = (face_at(10, 70), face_at(100, 120), face_at(250, 60))
        found = cut_out_face(sent(wall_with_face(160)), 64, find=lambda _: faces)
        assert isinstance(found, SanitisedPicture)
        assert (found.measures or {})["box"] == "100,10,220,130"

    def test_none_is_told(self) -> None:
        found = cut_out_face(sent(np.full((240, 320, 3), 128, np.uint8)), 64)
        assert isinstance(found, ImageRejected)
        assert found.code == "no_face"

    def test_smaller_than_wanted_is_told_with_both_sizes(self) -> None:
        found = cut_out_face(sent(wall_with_face(160)), 128, find=lambda _: (face_at(10, 100),))
        assert isinstance(found, ImageRejected)
        assert (found.code, "100 x 100 pixels; 128 are wanted" in str(found)) == ("too_small", True)

    def test_rejected_pictures_stay_so(self) -> None:
        rejected = ImageRejected("unreadable_image", "broken")
        assert cut_out_face(rejected, 64) is rejected


@pytest.mark.parametrize("side", [16, 64, 256])
def test_any_size_of_a_dataset(side: int) -> None:
    found = cut_out_face(sent(wall_with_face(200)), side, find=lambda _: (face_at(10, 300),))
    assert isinstance(found, SanitisedPicture)
    assert (found.width, found.thumbnail is not None) == (side, side > 128)
