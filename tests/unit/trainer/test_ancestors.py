"""What a model began with counts when it is judged: by those faces too, and without them nobody is acquitted."""

from typing import Any

import numpy as np
import pytest

from maskeraid_faces.evaluation.memorisation import Memorisation
from maskeraid_faces.training.image_set import FaceSet
from maskeraid_trainer import ancestors
from maskeraid_trainer.ancestors import NONE, NOT_WHOLE, Ancestors, has_taken_over, measure_with


def faces(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 3), np.uint8)


OWN, BEFORE = faces(4, 1), faces(3, 2)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The faces that were measured by; the verdict is `measured["verdict"]`."""
    seen: dict[str, Any] = {"verdict": "healthy"}

    def measure(
        model: object,
        training: np.ndarray,
        held_out: object,
        groups: object,
        *,
        n: int,
        seed: int,
    ) -> Memorisation:
        seen.update(training=training[:], groups=groups)
        return Memorisation(seen["verdict"], "as measured", n, len(training), 0, None)

    monkeypatch.setattr(ancestors, "measure_memorisation", measure)
    return seen


def judged(before: Ancestors, groups: tuple[str, ...] | None = None) -> Memorisation:
    face_set = FaceSet(OWN, OWN[:0], groups, "photo", None, is_grey=False)
    return measure_with(None, face_set, before, OWN[:0], n=10, seed=7)  # type: ignore[arg-type]


class TestFaces:
    def test_of_what_it_began_with_are_judged_by_once(self, measured: dict[str, Any]) -> None:
        both = np.concatenate([BEFORE, OWN[:1], OWN[1:2, :, ::-1]])  # one as it is, one mirrored
        judged(Ancestors([(both, ["a", "b", "a", "c", "d"])]))
        np.testing.assert_array_equal(measured["training"], np.concatenate([OWN, BEFORE]))
        assert measured["groups"] == ["own 0", "own 1", "own 2", "own 3", "a", "b", "a"]

    def test_of_one_person_in_both_are_of_one_person(self, measured: dict[str, Any]) -> None:
        judged(Ancestors([(BEFORE, ["ann", "bob", "ann"])]), ("ann", "bob", "cy", "di"))
        assert measured["groups"] == ["ann", "bob", "cy", "di", "ann", "bob", "ann"]

    def test_none_leave_all_as_it_was(self, measured: dict[str, Any]) -> None:
        assert judged(NONE).verdict == "healthy"
        assert (len(measured["training"]), measured["groups"]) == (4, None)


class TestVerdict:
    @pytest.mark.parametrize(
        ("verdict", "judged_as", "reason"),
        [
            ("healthy", "cannot_tell", NOT_WHOLE),
            ("cannot_tell", "cannot_tell", f"as measured; {NOT_WHOLE}"),
            ("copying", "copying", "as measured"),
        ],
    )
    def test_without_some_of_them_is_at_best_that_it_cannot_be_told(
        self, measured: dict[str, Any], verdict: str, judged_as: str, reason: str
    ) -> None:
        measured["verdict"] = verdict
        found = judged(Ancestors(is_whole=False))
        assert (found.verdict, found.reason) == (judged_as, reason)
        assert found.gate(is_generated=False) == "blocks"


@pytest.mark.parametrize(
    ("start", "counts"), [(None, True), ({"networks": ("generator",)}, True), ({"networks": ()}, False)]
)
def test_what_began_afresh_has_learned_nothing_before(start: object, counts: bool) -> None:
    class Model:
        facts = {"start": start}  # noqa: RUF012

    assert has_taken_over(Model()) is counts  # type: ignore[arg-type]
