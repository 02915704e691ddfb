"""The files and the result of a re-imaging."""

import io
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image as Pictures
from tests.unit.inference.made_models import covered_face
from tests.unit.inference.test_reimaging import ask, run

from maskeraid_core.documents.reimagings import STATEMENT
from maskeraid_core.marks import SourceType
from maskeraid_faces.blending.harmonise import harmonise
from maskeraid_faces.coverings.shapes import box
from maskeraid_faces.filling.filled import Stages, Starts
from maskeraid_faces.images import Image
from maskeraid_faces.metrics.colour_difference import colour_difference
from maskeraid_inference import answer as answer_module
from maskeraid_inference.answer import LEGEND, LEGEND_OF_RIDGE, Answer, write_answer
from maskeraid_inference.contact_sheet import Panel, draw_contact_sheet
from maskeraid_inference.labelled import SIDE_BY_TEXT, SMALLEST_TEXT, label
from maskeraid_inference.lettering import line_of_text
from maskeraid_inference.seam_picture import GAP, STRONGEST, draw_seam

RDF, DC = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}", "{http://purl.org/dc/elements/1.1/}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(scope="module")
def answer() -> Answer:
    spec = ask(seed=7, purpose="art", case_reference="2026-118")
    return write_answer(run(covered_face(), spec), spec, "rim_1")


def pixels_of(content: bytes) -> Image:
    return np.asarray(Pictures.open(io.BytesIO(content)))


class TestFiles:
    def test_are_those_that_the_result_names(self, answer: Answer) -> None:
        shown = answer.result["combinations"]["shown"]
        of_candidates = {f"{index}-{step}.png" for index in range(shown) for step in ("generated", "smoothed", "final")}
        steps = set(answer.result["steps"].values())
        others = {
            "covering.png", "uncertainty.png", "generated.npy", "contact-sheet.png", "labelled.png", "interval-low.png",
            "interval-high.png", "seam.png",
        }  # fmt: skip
        assert set(answer.files) == of_candidates | steps | others

    def test_every_picture_has_the_statement_and_says_what_made_it(self, answer: Answer) -> None:
        """Read as XML; those without anything generated in them say no source."""
        without_source = set()
        for name in (name for name in answer.files if name.endswith(".png")):
            packet = Pictures.open(io.BytesIO(answer.files[name])).info["XML:com.adobe.xmp"]
            (said,) = ElementTree.fromstring(packet).iter(f"{RDF}Description")
            values = {key.partition("}")[2]: value for key, value in said.attrib.items()}
            assert (values["ModelDigest"], values["JobId"]) == ("sha256:light", "rim_1")
            (statement,) = said.findall(f"{DC}description/{RDF}Alt/{RDF}li")
            assert (statement.get(LANGUAGE), statement.text) == ("x-default", STATEMENT)
            if values.get("DigitalSourceType") != SourceType.COMPOSITE:
                without_source.add(name)
        assert without_source == {"covering.png", "clipped.png"}

    def test_marking_touches_no_pixel(self, answer: Answer) -> None:
        filling = run(covered_face(), ask(seed=7)).filling
        assert filling is not None
        assert np.array_equal(pixels_of(answer.files["0-final.png"]), filling.finals[0])

    def test_the_steps_are_the_best_candidate_s(self, answer: Answer) -> None:
        for step in ("generated", "smoothed", "final"):
            assert answer.files[f"{step}.png"] == answer.files[f"0-{step}.png"]

    def test_the_steps_of_photographs_are_told_to_the_register_and_those_of_drawn_faces_are_not(
        self, answer: Answer
    ) -> None:
        assert answer.steps == ()
        reimaged, spec = run(covered_face(), ask(seed=7)), ask(seed=7)
        assert reimaged.filling is not None
        finals = [np.random.default_rng(0).integers(0, 256, one.shape, np.uint8) for one in reimaged.filling.finals]
        as_photo = replace(reimaged, filling=replace(reimaged.filling, finals=finals))
        written = write_answer(as_photo, spec, "rim_1")
        names = [name for name in written.files if name.endswith(("-generated.png", "-smoothed.png"))]
        expected = [pixels_of(written.files[name]) for name in (*names, "labelled.png")]
        assert {one.tobytes() for one in written.steps} == {one.tobytes() for one in expected}

    def test_the_array_holds_the_faces_as_drawn(self, answer: Answer) -> None:
        array = np.load(io.BytesIO(answer.files["generated.npy"]))
        assert (array.dtype, array.shape) == (np.float32, (answer.result["combinations"]["shown"], 32, 32, 3))
        assert -1 <= array.min() < array.max() <= 1
        drawn = np.rint((array[0] + 1) * 127.5)
        assert np.array_equal(drawn, pixels_of(answer.files["generated.png"]))

    def test_clipped_shows_what_is_replaced(self, answer: Answer) -> None:
        covering = pixels_of(answer.files["covering.png"]) > 0
        clipped = pixels_of(answer.files["clipped.png"])
        assert np.array_equal(clipped[covering], covered_face()[covering])
        assert (clipped[~covering] == 255).all()

    def test_the_sheet_shows_the_input_in_blocks(self, answer: Answer) -> None:
        sheet = pixels_of(answer.files["contact-sheet.png"])
        assert np.array_equal(sheet[16:144, 16:144], covered_face().repeat(4, axis=0).repeat(4, axis=1))

    def test_of_engine_r_it_speaks_of_no_draws(self, monkeypatch: pytest.MonkeyPatch) -> None:
        drawn: list[tuple[Any, ...]] = []

        def draw(*what: object) -> Image:
            drawn.append(what)
            return covered_face()

        monkeypatch.setattr(answer_module, "draw_contact_sheet", draw)
        write_answer(run(covered_face(), ask(seed=7, engine="R")), ask(seed=7, engine="R"), "rim_1")
        (_, candidates, legend, _) = drawn[0]
        assert [panel.caption for panel in candidates] == ["0"]
        assert "fitting draws" not in legend

    @pytest.mark.parametrize("legend", [LEGEND, LEGEND_OF_RIDGE])
    def test_the_legend_fits_on_the_narrowest_sheet(self, legend: str) -> None:
        """One of a single version: six steps wide."""
        steps = [Panel(covered_face(), "") for _ in range(6)]
        sheet = draw_contact_sheet(steps, steps[:1], legend, STATEMENT)
        assert (sheet[:, -8:] == 255).all()


class TestNearCopies:
    """The image is told to the model's owner alone."""

    def result(self, *, is_for_owner: bool) -> dict[str, Any]:
        spec = ask(seed=7)
        reimaged = run(covered_face(), spec)
        assert reimaged.filling
        filled = reimaged.filling.filled
        first = replace(filled.candidates[0], is_near_copy=True, near_copy_of="img_1")
        filled = replace(filled, candidates=(first, *filled.candidates[1:]), faces_compared=(5, 9))
        reimaged = replace(reimaged, filling=replace(reimaged.filling, filled=filled))
        return write_answer(reimaged, spec, "rim_1", is_for_owner=is_for_owner).result

    @pytest.mark.parametrize(("is_for_owner", "image"), [(True, "img_1"), (False, None)])
    def test_name_the_image_to_the_owner(self, is_for_owner: bool, image: str | None) -> None:
        first, second, *_ = self.result(is_for_owner=is_for_owner)["candidates"]
        assert (first["near_copy"], first["near_copy_of"]) == (True, image)
        assert (second["near_copy"], second["near_copy_of"]) == (None, None)

    def test_say_with_how_many_faces_of_how_many_they_were_compared(self, answer: Answer) -> None:
        assert self.result(is_for_owner=False)["near_copies"] == {"faces": 5, "of": 9}
        assert answer.result["near_copies"] is None  # of drawn faces nobody can tell


class TestStarts:
    def test_are_told_where_a_search_was_made(self, answer: Answer) -> None:
        spec = ask(seed=7)
        reimaged = run(covered_face(), spec)
        assert reimaged.filling
        filled = reimaged.filling.filled
        first = replace(filled.candidates[0], starts=Starts(12, 20))
        filled = replace(filled, candidates=(first, *filled.candidates[1:]))
        found = write_answer(replace(reimaged, filling=replace(reimaged.filling, filled=filled)), spec, "rim_1").result
        assert found["candidates"][0]["starts"] == {"ended_here": 12, "of": 20}
        assert answer.result["candidates"][0]["starts"] is None


class TestSeam:
    def test_is_drawn_and_named(self, answer: Answer) -> None:
        assert (answer.result["seam"]["url"], answer.result["seam"]["brightest"]) == ("seam.png", STRONGEST)
        assert pixels_of(answer.files["seam.png"]).shape == (256, 2 * 256 + GAP, 3)

    def test_colours_the_ring_by_what_differs_across_it_and_nothing_else(self) -> None:
        """Left a filling of another colour, right one of the same: the scale's end and its beginning."""
        covering = np.zeros((32, 32), np.bool_)
        covering[12:20, 12:20] = True
        face, other = np.full((32, 32, 3), 150, np.uint8), np.full((32, 32, 3), 60, np.uint8)
        seam = draw_seam(other, face, face, covering)[::8, ::8]
        left, right = seam[:, :32], seam[:, 33:]
        assert {tuple(left[12, 16]), tuple(left[11, 16])} == {(253, 231, 37)}  # viridis ends yellow
        assert {tuple(right[12, 16]), tuple(right[11, 16])} == {(68, 1, 84)}
        assert (tuple(left[16, 16]), tuple(right[16, 16]), tuple(left[2, 2])) == ((60,) * 3, (150,) * 3, (150,) * 3)

    def test_of_a_filling_that_is_right_on_one_side_colours_the_other_side_alone(self) -> None:
        covering = np.zeros((32, 32), np.bool_)
        covering[12:20, 4:28] = True
        face = np.full((32, 32, 3), 150, np.uint8)
        half = face.copy()
        half[:, :16] = 60
        seam = draw_seam(half, half, face, covering)[::8, ::8]
        assert (tuple(seam[12, 8]), tuple(seam[12, 24])) == ((253, 231, 37), (68, 1, 84))


class TestSeamInNumbers:
    """A filling of plain skin that is darker than the face by a known CIEDE2000."""

    SKIN, DARKER = (np.array(colour, np.uint8) for colour in ((205, 160, 130), (165, 125, 100)))
    COVERING = box(32, (14, 28), (8, 24))

    def seam(self, shade: Image) -> tuple[dict[str, Any], Image, Image]:
        """What the result says, the image, and the blended filling."""
        noise = np.random.default_rng(0).integers(-3, 4, (32, 32, 1))
        image, drawn = ((colour + noise).astype(np.uint8) for colour in (self.SKIN, shade))
        blended = harmonise(drawn, image, self.COVERING, kind="photo")
        reimaged = run(covered_face(), ask(seed=7, candidates=1))
        assert reimaged.filling
        filled = reimaged.filling.filled
        stages = Stages(drawn, drawn, image, blended)
        filled = replace(filled, candidates=(replace(filled.candidates[0], stages=stages),))
        made = replace(
            reimaged, image=image, found=replace(reimaged.found, covering=self.COVERING),
            filling=replace(reimaged.filling, filled=filled),
        )  # fmt: skip
        return write_answer(made, ask(seed=7), "rim_1").result["seam"], image, blended

    def test_says_how_far_it_was_and_how_near_it_came(self) -> None:
        known = float(colour_difference(self.SKIN, self.DARKER))
        assert known > 10
        said, image, blended = self.seam(self.DARKER)
        assert said["de00_before"] == pytest.approx(known, abs=1)
        assert said["de00_after"] <= 2
        assert np.array_equal(blended[~self.COVERING], image[~self.COVERING])

    def test_of_the_right_colour_is_none(self) -> None:
        said, _, _ = self.seam(self.SKIN)
        assert max(said["de00_before"], said["de00_after"]) <= 1


class TestLabel:
    def test_stands_below_the_best_candidate_as_it_is(self, answer: Answer) -> None:
        labelled = pixels_of(answer.files[answer.result["labelled"]])
        assert np.array_equal(labelled[:32, :32], pixels_of(answer.files["final.png"]))
        assert (labelled[:32, 32:] == 255).all()

    @pytest.mark.parametrize("side", [16, 32, 300, 512, 2048])
    def test_is_written_whole_below_a_picture_of_any_size(self, side: int) -> None:
        picture = np.full((side, side, 3), 90, np.uint8)
        labelled = label(picture, STATEMENT)
        assert np.array_equal(labelled[:side, :side], picture)
        size = max(SMALLEST_TEXT, side // SIDE_BY_TEXT)
        lines = [STATEMENT] if side >= 512 else STATEMENT.replace(". ", ".\n").split("\n")
        ink = sum(int((line_of_text(line, size) < 255).sum()) for line in lines)
        assert (labelled[side:] < 255).sum() == ink

    def test_of_a_small_picture_is_no_wider_than_its_longer_sentence(self) -> None:
        labelled = label(covered_face(), STATEMENT)
        assert labelled.shape[1] < line_of_text(STATEMENT, SMALLEST_TEXT).shape[1]


class TestResult:
    def test_says_what_it_is(self, answer: Answer) -> None:
        assert (answer.result["statement"], answer.result["synthetic"]) == (STATEMENT, True)

    def test_proves_the_visible_pixels(self, answer: Answer) -> None:
        proof = answer.result["proof"]
        assert proof["equal"] is True
        assert proof["uncovered_pixels_in"] == proof["uncovered_pixels_out"]

    def test_can_be_made_again(self, answer: Answer) -> None:
        assert answer.result["provenance"] == {
            "model_digest": "sha256:light", "data": [{"dataset_id": "ds_light", "version": 1}], "seed": 7,
            "software": "0.1.0", "purpose": "art", "case_reference": "2026-118",
        }  # fmt: skip

    def test_gives_weights_that_sum_to_one(self, answer: Answer) -> None:
        assert sum(one["weight"] for one in answer.result["candidates"]) == pytest.approx(1, abs=1e-3)

    def test_knows_how_many_answers_there_are(self, answer: Answer) -> None:
        assert answer.result["combinations"] == {"possible": 25, "shown": 8}

    def test_doubts_only_what_is_covered(self, answer: Answer) -> None:
        assert answer.result["uncertainty"]["outside_covering"] == 0.0
        assert answer.result["uncertainty"]["mean"] > 0

    @pytest.mark.parametrize(
        ("until", "files", "parts"),
        [("covering", {"covering.png"}, set()), ("selection", {"covering.png"}, {"selection", "visible"})],
    )
    def test_of_an_early_stop_is_shorter(self, until: str, files: set[str], parts: set[str]) -> None:
        spec = ask(until=until)
        stopped = write_answer(run(covered_face(), spec), spec, "rim_1")
        assert set(stopped.files) == files
        assert {"selection", "visible", "candidates", "steps"} & set(stopped.result) == parts
