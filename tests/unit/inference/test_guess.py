"""The guess of a covering, on every kind of drawn covering."""

import numpy as np
import pytest
from tests.unit.inference.made_models import covered_face, make_model

from maskeraid_faces.coverings.colour_guess import guess_covering
from maskeraid_faces.drawing.covered import COVERINGS, HAT, PURPLE, TEAL
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import NothingCovered

TONES = ("light", "medium", "dark")
MODELS = [make_model(tone) for tone in TONES]


class TestGuess:
    @pytest.mark.parametrize("tone", TONES)
    @pytest.mark.parametrize("kind", [*COVERINGS])
    def test_finds_a_flat_covering_exactly(self, kind: str, tone: str) -> None:
        guess = guess_covering(covered_face(tone, kind, number=37), MODELS)
        assert np.array_equal(guess.covering & ~HAT, COVERINGS[kind])

    def test_names_the_colours(self) -> None:
        guess = guess_covering(covered_face(kind="patterned-mask"), MODELS)
        assert set(guess.colours) == {TEAL, PURPLE}
        assert guess.share == pytest.approx(COVERINGS["patterned-mask"].mean())

    def test_works_at_other_sizes_than_the_models(self) -> None:
        large = covered_face().repeat(3, axis=0).repeat(3, axis=1)
        expected = COVERINGS["mask"].repeat(3, axis=0).repeat(3, axis=1)
        assert np.array_equal(guess_covering(large, MODELS).covering, expected)

    @pytest.mark.parametrize("tone", TONES)
    def test_takes_no_uncovered_face_for_covered(self, tone: str) -> None:
        for face in draw_faces(f"faces-{tone}").images[::25]:
            with pytest.raises(NothingCovered, match="name the covering's colours"):
                guess_covering(face, MODELS)

    def test_skin_of_another_tone_is_no_covering(self) -> None:
        guess = guess_covering(covered_face("dark"), [make_model("light")])
        assert np.array_equal(guess.covering, COVERINGS["mask"])

    def test_needs_a_model(self) -> None:
        with pytest.raises(NothingCovered, match="no model"):
            guess_covering(covered_face(), [])
