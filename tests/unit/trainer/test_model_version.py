"""What a training's end makes of it."""

from dataclasses import replace
from typing import Any

import pytest
from tests.factories import make_job
from tests.unit.faces.filling_models import make_eigen_model

from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.ids import twin_id
from maskeraid_core.jobs import JobKind
from maskeraid_faces.face_model import Gated
from maskeraid_faces.training.settings import TrainResult
from maskeraid_trainer.model_version import make_card, number_of


class TestNumber:
    @pytest.mark.parametrize(("is_new", "number"), [(True, 1), (False, 0)])
    def test_of_a_further_version_is_not_known_yet(self, is_new: bool, number: int) -> None:
        job = make_job(JobKind.TRAINING)
        model_id = twin_id("mdl", job.id) if is_new else "mdl_other"
        assert number_of(job, TrainingSpec(name="m", data=[], model_id=model_id, software="1")) == number


class TestCard:
    def test_tells_of_engine_b(self) -> None:
        facts: dict[str, Any] = {
            "images": 300, "held_out": 30, "kept_step": 7, "start": None, "warnings": [], "settings": {}, "recipe": {},
            "reasons": ["eigen: asked for"], "engine_b": {"gate": 0.35, "gain_db": 0.1},
        }  # fmt: skip
        model = replace(make_eigen_model(kind="photo"), facts=facts, gated=Gated({}, 2, 0.35, 1.0, leads=False))
        spec = TrainingSpec(name="m", data=[], model_id="mdl_1", software="1")
        card = make_card(spec, TrainResult(model, "finished", 7, 1.0, ()))
        assert card["engines"] == ["R", "A", "B"]
        assert card["engine_b"] == facts["engine_b"]
