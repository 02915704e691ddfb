"""What a training cannot begin with is refused when it is ordered."""

import pytest
from tests.factories import make_job

from maskeraid_api.training_beginnings import Beginning
from maskeraid_core.documents.trainings import StartFrom
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.jobs import CheckpointEntry, JobKind
from maskeraid_core.repositories.repository import now

ENTRY = CheckpointEntry(key="k", sha256="0", step=60, fence=1, created_at=now())


class TestPlainLoop:
    def test_cannot_begin_with_a_checkpoint(self) -> None:
        beginning = Beginning(32, "thesis", checkpoint=(make_job(JobKind.TRAINING), ENTRY))
        beginning.check(32, "thesis", "fused")
        with pytest.raises(ValidationFailed, match="choose another loop") as caught:
            beginning.check(32, "thesis", "plain")
        assert caught.value.facts["pointer"] == "/hyperparameters/loop"

    def test_can_begin_with_a_model(self) -> None:
        Beginning(32, "thesis", model=StartFrom(model_id="mdl_1", version=1)).check(32, "thesis", "plain")
