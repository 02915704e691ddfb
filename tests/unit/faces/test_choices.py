"""Which architecture is chosen for which faces, and what becomes of a choice that fails."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.faces.filling_models import make_eigen_model

from maskeraid_faces.drawing.covered import COVERINGS
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadSettings
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.images import Images
from maskeraid_faces.training.choices import choose_architecture, make_plan, wants_detector
from maskeraid_faces.training.completion import consequences
from maskeraid_faces.training.image_set import FaceSet, prepare
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_faces.training.verdicts import Flag

LIGHT = draw_faces("faces-light").images


def photographs(number: int, size: int) -> FaceSet:
    images: Images = np.zeros((number, size, size, 3), np.uint8)
    return FaceSet(images, images[:0], None, "photo", None, is_grey=False)


class TestChoice:
    @pytest.mark.parametrize(
        ("number", "size", "has_gpu", "chosen", "because"),
        [
            (29, 128, True, "eigen", "too few"),
            (5000, 64, True, "eigen", "64 pixels"),
            (299, 128, True, "eigen", "from 300 on"),
            (300, 72, False, "eigen", "no GPU"),
            (300, 72, True, "r3", "300 photographs of 72 pixels and a GPU"),
        ],
    )
    def test_of_photographs(self, number: int, size: int, has_gpu: bool, chosen: str, because: str) -> None:
        architecture, reason = choose_architecture(photographs(number, size), TrainSettings(), lambda: has_gpu)
        assert architecture == chosen
        assert because in reason

    def test_drawn_faces_need_no_look_for_a_gpu(self) -> None:
        faces = prepare(LIGHT, TrainSettings(), None, 0)
        assert choose_architecture(faces, TrainSettings(), pytest.fail) == ("eigen", "eigen: drawn faces, 10 colours")

    def test_one_that_is_asked_for_is_obeyed(self) -> None:
        asked = TrainSettings(architecture="r3")
        assert choose_architecture(photographs(8, 16), asked, pytest.fail) == ("r3", "r3: asked for")

    def test_a_gan_on_pixels_ends_by_quality_or_after_half_an_hour(self) -> None:
        plan = make_plan("dcgan", photographs(3200, 64), TrainSettings(architecture="dcgan"))
        assert (plan.judge_every, plan.max_seconds, plan.target_quality) == (500, 1800, float("inf"))

    def test_a_detector_that_is_asked_for_needs_50_faces(self) -> None:
        asked = TrainSettings(detector=True)
        assert wants_detector(photographs(50, 16), asked)
        with pytest.raises(BadSettings, match="50 faces") as refused:
            wants_detector(photographs(49, 16), asked)
        assert refused.value.facts == {"field": "detector", "allowed": [False]}


class TestFailedChoice:
    collapse = (Flag("collapse", "It repeats itself."),)

    def test_an_automatic_choice_that_repeats_itself_gives_way_to_ridge(self) -> None:
        facts = consequences({"settings": {"architecture": "auto"}, "reasons": ["eigen: so"]}, self.collapse)
        assert facts["reasons"][0] == "eigen: so"
        assert "engine R" in facts["reasons"][1]
        model = make_eigen_model()
        fallen = replace(model, facts=facts)
        face, covering = LIGHT[3], COVERINGS["mask"]
        assert fill(face, covering, fallen).engine == "R"
        assert fill(face, covering, fallen, engine="A").engine == "A"
        assert fill(face, covering, fallen, pick="random").engine == "A"
        assert fill(face, covering, model).engine == "A"

    def test_one_that_is_undertrained_does_so_too_and_says_why(self) -> None:
        flags = (Flag("undertrained", "The model is undertrained."),)
        facts = consequences({"settings": {"architecture": "auto"}, "reasons": []}, flags)
        assert facts["fallback"] == "R"
        assert facts["reasons"][0].endswith("is undertrained")

    def test_one_that_was_asked_for_stays(self) -> None:
        assert consequences({"settings": {"architecture": "eigen"}, "reasons": []}, self.collapse) == {}

    def test_one_without_a_fault_stays(self) -> None:
        facts = {"settings": {"architecture": "auto"}, "reasons": []}
        assert consequences(facts, (Flag("copying", "It copies."),)) == {}
