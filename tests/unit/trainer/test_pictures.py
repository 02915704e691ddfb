"""Sheets show every face unchanged; curves are pictures that a browser can show."""

import io

import numpy as np
import pytest
from PIL import Image as PillowImage

from maskeraid_faces.drawn import draw_faces
from maskeraid_trainer.pictures import GAP, draw_curves, draw_sheet

IDEAL = (0xFF, 0xF1, 0xC2)
HISTORY = [
    {"step": step, "seconds": step / 10}
    | {f"{m}_{c}": step / 9 for m in ("acc", "loss") for c in ("g", "d_real", "d_fake")}
    for step in range(1, 10)
]


def pixels(png: bytes) -> np.ndarray:
    with PillowImage.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))


class TestSheet:
    def test_each_face_has_its_place_enlarged_by_whole_pixels(self) -> None:
        faces = draw_faces("faces-light").images[:5]
        sheet = pixels(draw_sheet(faces))
        assert sheet.shape == (GAP + 2 * (128 + GAP), GAP + 3 * (128 + GAP), 3)  # 2 rows of 3
        fifth = sheet[GAP + 128 + GAP :, GAP + 128 + GAP :][:128:4, :128:4]
        assert np.array_equal(fifth, faces[4])

    def test_large_faces_stay_as_they_are(self) -> None:
        sheet = pixels(draw_sheet(np.zeros((1, 256, 256, 3), np.uint8)))
        assert sheet.shape == (256 + 2 * GAP,) * 2 + (3,)


class TestCurves:
    @pytest.mark.parametrize("points", [1, 9])
    def test_three_lines_and_the_ideal_band(self, points: int) -> None:
        curves = pixels(draw_curves(HISTORY[:points], "acc", "Accuracy"))
        colours = {tuple(colour) for colour in curves.reshape(-1, 3)}
        assert {(0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (0x00, 0x9E, 0x73), IDEAL} <= colours

    def test_losses_have_no_ideal(self) -> None:
        curves = pixels(draw_curves(HISTORY, "loss", "Loss"))
        assert IDEAL not in {tuple(colour) for colour in curves.reshape(-1, 3)}
