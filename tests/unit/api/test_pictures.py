"""Sheets of thumbnails, and arrays of images."""

import io

import numpy as np
import pytest
from PIL import Image

from maskeraid_api.pictures import Sheet, as_array, decode, pack_sheet
from maskeraid_core.errors import ArtifactCorrupt
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import to_network


def packed(pixels: np.ndarray, form: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form)
    return file.getvalue()


class TestSheet:
    def test_tiles_of_small_images_are_the_images(self) -> None:
        faces = draw_faces("faces-light").images[:7]
        sheet = Sheet(7, 32)
        pixels = np.asarray(Image.open(io.BytesIO(pack_sheet(sheet, [packed(face) for face in faces]))))
        assert pixels.shape == (3 * 32, 3 * 32, 3)
        for number, face in enumerate(faces):
            left, top = sheet.place(number)
            assert (pixels[top : top + 32, left : left + 32] == face).all()

    def test_a_larger_picture_is_reduced_and_a_smaller_one_lies_in_the_middle(self) -> None:
        pictures = [packed(np.full(shape, 200, np.uint8)) for shape in ((128, 64, 3), (16, 16, 3))]
        pixels = np.asarray(Image.open(io.BytesIO(pack_sheet(Sheet(2, 32), pictures))))
        bright = pixels[..., 0] > 100
        assert bright[:, 8:24].all()
        assert not bright[:, :8].any()
        assert bright[8:24, 40:56].all()
        assert bright.sum() == 32 * 16 + 16 * 16

    def test_what_is_gone_or_broken_leaves_the_others_as_they_are(self) -> None:
        face = draw_faces("faces-dark").images[0]
        pixels = np.asarray(Image.open(io.BytesIO(pack_sheet(Sheet(3, 32), [None, b"no picture", packed(face)]))))
        assert not pixels[:32].any()
        assert (pixels[32:, :32] == face).all()

    def test_of_nothing_is_one_black_tile(self) -> None:
        assert Image.open(io.BytesIO(pack_sheet(Sheet(0, 64), []))).size == (64, 64)

    def test_of_the_most_is_within_what_webp_can_hold(self) -> None:
        sheet = Sheet(500, 128)
        assert max(sheet.columns, sheet.rows) * sheet.tile < 16_383


class TestArrays:
    def test_have_the_values_that_networks_take(self) -> None:
        face = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
        array = np.load(io.BytesIO(as_array(packed(face))), allow_pickle=False)
        assert (array.dtype, array.shape) == (np.float32, (24, 32, 3))
        assert (array == to_network(face)).all()

    def test_of_a_grey_image_have_three_channels(self) -> None:
        assert np.load(io.BytesIO(as_array(packed(np.full((8, 8), 255, np.uint8))))).shape == (8, 8, 3)


class TestDecoding:
    @pytest.mark.parametrize("form", ["GIF", "JPEG", "BMP", "TIFF"])
    def test_refuses_what_this_service_does_not_encode(self, form: str) -> None:
        with pytest.raises(ArtifactCorrupt):
            decode(packed(np.zeros((8, 8, 3), np.uint8), form))

    def test_refuses_a_broken_one(self) -> None:
        with pytest.raises(ArtifactCorrupt):
            decode(packed(np.zeros((64, 64, 3), np.uint8))[:60])
