"""How many candidates a result has room for."""

import numpy as np
import pytest
from tests.unit.inference.made_models import covered_face
from tests.unit.inference.test_reimaging import ask, run

from maskeraid_core.documents.reimagings import LARGEST_BUNDLE
from maskeraid_faces.errors import BadSettings
from maskeraid_faces.png import encode_png
from maskeraid_inference import room
from maskeraid_inference.answer import write_answer
from maskeraid_inference.room import check_room, most_candidates

USUAL = 8  # candidates, when nobody says how many


class TestMost:
    @pytest.mark.parametrize(
        ("side", "model_side", "photo_pixels", "most"),
        [(64, 64, 0, 64), (512, 256, 0, 64), (1024, 64, 0, 64), (2048, 64, 0, 14), (1024, 256, 4096**2, 16)],
    )
    def test_by_the_sides(self, side: int, model_side: int, photo_pixels: int, most: int) -> None:
        assert most_candidates(side, model_side, photo_pixels) == most
        assert most >= USUAL

    def test_noise_at_the_most_stays_below_what_can_be_verified(self) -> None:
        """The largest face, of pixels that no packing makes smaller."""
        noise = encode_png(np.random.default_rng(0).integers(0, 256, (2048, 2048, 3), np.uint8), has_repeats=True)
        finals = most_candidates(2048, 256) + 1  # the best one twice
        assert (finals + 4) * len(noise) + finals * room.OF_CANDIDATE * 256**2 < LARGEST_BUNDLE - room.REST / 2

    def test_one_more_is_refused_with_the_number_that_fits(self) -> None:
        check_room(14, 2048, 64)
        with pytest.raises(BadSettings, match=r"15 candidates of 2048 x 2048 pixels .* ask for 14 or fewer") as refused:
            check_room(15, 2048, 64)
        assert refused.value.facts == {"field": "candidates", "allowed": [1, 14]}


class TestReimage:
    def test_is_refused_before_anything_is_drawn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(room, "LARGEST_BUNDLE", room.REST + 300_000)
        with pytest.raises(BadSettings) as refused:
            run(covered_face(), ask(candidates=64))
        assert refused.value.facts["field"] == "candidates"

    def test_every_file_is_counted(self) -> None:
        """The pixels of the pictures that a result has are what the constants say."""
        spec = ask(candidates=3)
        files = write_answer(run(covered_face(), spec), spec, "rim_1").files
        shown = sum(name.endswith("-final.png") for name in files)
        at_input = {name for name in files if name.endswith("final.png")} | {"clipped.png", "labelled.png"}
        at_input |= {"covering.png", "uncertainty.png"}
        at_model = {name for name in files if name.endswith(("generated.png", "smoothed.png"))}
        at_model |= {"interval-low.png", "interval-high.png", "seam.png", "generated.npy"}
        assert set(files) == at_input | at_model | {"contact-sheet.png"}
        assert len(at_input) == 5 + shown
        assert len(at_model) == 6 + 2 * shown
