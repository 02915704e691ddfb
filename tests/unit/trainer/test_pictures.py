"""Sheets show every face unchanged; curves are pictures that a browser can show."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image as PillowImage

from maskeraid_core.documents.reimagings import STATEMENT
from maskeraid_core.marks import XMP_IN_PNG, SourceType
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.sanitising import says_generated
from maskeraid_trainer.pictures import GAP, caption_of, draw_curves, draw_sheet

IDEAL = (0xFF, 0xF1, 0xC2)
HISTORY = [
    {"step": step, "seconds": step / 10}
    | {f"{m}_{c}": step / 9 for m in ("acc", "loss") for c in ("g", "d_real", "d_fake")}
    for step in range(1, 10)
]


def pixels(png: bytes) -> np.ndarray:
    with PillowImage.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))


def legends(axes: Axes) -> list[str]:
    return axes.get_legend_handles_labels()[1]


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

    @pytest.mark.parametrize("source", list(SourceType), ids=lambda source: source.name)
    def test_says_in_xmp_that_it_was_generated_and_is_refused_as_training_data(self, source: SourceType) -> None:
        png = draw_sheet(draw_faces("faces-light").images[:1], source=source)
        packet = ElementTree.fromstring(PillowImage.open(io.BytesIO(png)).info[XMP_IN_PNG])
        values = {name.partition("}")[2]: value for one in packet.iter() for name, value in one.attrib.items()}
        assert values["DigitalSourceType"] == source
        assert STATEMENT in {one.text for one in packet.iter()}
        assert says_generated(png)

    def test_a_caption_stands_below_and_touches_no_face(self) -> None:
        faces = draw_faces("faces-light").images[:1]
        bare, captioned = pixels(draw_sheet(faces)), pixels(draw_sheet(faces, caption=caption_of(1200)))
        assert np.array_equal(captioned[: len(bare)], bare)
        strip = captioned[len(bare) :]
        assert strip.min() < 100
        assert (strip[:, -2:] == 255).all()  # broken into lines that fit

    def test_a_caption_says_the_step_and_the_statement(self) -> None:
        assert caption_of(1200) == ("Step 1,200: faces that the model draws", STATEMENT)


class TestCurves:
    def test_one_point_is_seen_with_its_value_on_axes_that_begin_at_nought(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        figures: list[Figure] = []
        monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: figures.append(figure))
        draw_curves(HISTORY[:1], "loss", "Loss of faces $x_{y$")
        (axes,) = figures[0].axes
        assert axes.get_title(loc="left") == "Loss of faces $x_{y$"
        assert (axes.get_xlim()[0], axes.get_ylim()[0]) == (0, 0)
        assert {line.get_marker() for line in axes.lines} == {"o"}
        assert legends(axes)[0] == "discriminator on real faces (last 0.111)"
        draw_curves([*HISTORY, *[HISTORY[-1]] * 100], "acc", "Accuracy of faces")
        (axes,) = figures[1].axes
        assert "o" not in {line.get_marker() for line in axes.lines}
        assert any("pass for real" in text for text in legends(axes))

    @pytest.mark.parametrize("points", [1, 9])
    def test_three_lines_and_the_ideal_band(self, points: int) -> None:
        curves = pixels(draw_curves(HISTORY[:points], "acc", "Accuracy"))
        colours = {tuple(colour) for colour in curves.reshape(-1, 3)}
        assert {(0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (0x00, 0x9E, 0x73), IDEAL} <= colours

    def test_losses_have_no_ideal(self) -> None:
        curves = pixels(draw_curves(HISTORY, "loss", "Loss"))
        assert IDEAL not in {tuple(colour) for colour in curves.reshape(-1, 3)}
