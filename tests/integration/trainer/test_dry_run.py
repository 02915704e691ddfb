"""A dry run on the real servers, in a real process: it measures, and leaves nothing."""

import pytest
from tests.integration.trainer.conftest import TENANT, Trainer

from maskeraid_core.documents.trainings import Estimate
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.repositories.models import ModelRepository


@pytest.fixture(scope="module")
def dry_run(trainer: Trainer) -> Job:
    """Of a training that would take half a minute and keep two checkpoints; a fifth of a second lies between them."""
    return trainer.carry_out(trainer.accept(hyperparameters={"max_seconds": 30, "target_quality": 1.0}, dry_run=True))


class TestDryRun:
    def test_it_answers_what_the_training_would_take(self, dry_run: Job) -> None:
        assert dry_run.status is JobStatus.SUCCEEDED, dry_run.error
        assert dry_run.result is not None
        estimate = Estimate.model_validate(dry_run.result["estimate"])
        assert (estimate.decided_by, estimate.device, estimate.gpu_memory_mb) == ("time", "CPU", None)
        assert 30 < estimate.seconds < 120  # of which 30 are steps
        assert 200 < estimate.memory_mb < 4000
        assert 1 <= estimate.disk_mb < 100
        assert [warning["code"] for warning in dry_run.warnings] == ["time_decides"]

    def test_it_leaves_no_object_no_model_and_no_checkpoint(self, trainer: Trainer, dry_run: Job) -> None:
        stores = trainer.port.stores
        assert trainer.port.call(stores.blobs.keys, f"t/{TENANT}/jobs/{dry_run.id}/") == []
        assert dry_run.checkpoints == []
        model_id = dry_run.spec["model_id"]
        assert trainer.port.call(ModelRepository(stores.database, TENANT).get, model_id) is None

    def test_its_history_has_two_phases_and_no_sample(self, trainer: Trainer, dry_run: Job) -> None:
        events = trainer.events(dry_run)
        assert [data["phase"] for kind, data in events if kind == "job.phase"] == [
            "loading_data", "preparing", "measuring",
        ]  # fmt: skip
        assert not {"job.sample", "job.checkpoint", "job.metric"} & {kind for kind, _ in events}
