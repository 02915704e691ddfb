"""What a training's end makes of it."""

import pytest
from tests.factories import make_job

from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.ids import twin_id
from maskeraid_core.jobs import JobKind
from maskeraid_trainer.model_version import number_of


class TestNumber:
    @pytest.mark.parametrize(("is_new", "number"), [(True, 1), (False, 0)])
    def test_of_a_further_version_is_not_known_yet(self, is_new: bool, number: int) -> None:
        job = make_job(JobKind.TRAINING)
        model_id = twin_id("mdl", job.id) if is_new else "mdl_other"
        assert number_of(job, TrainingSpec(name="m", data=[], model_id=model_id, software="1")) == number
