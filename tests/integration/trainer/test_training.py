"""A training from the queue to the model, on the real servers, in real processes."""

import os
import signal

import numpy as np
import pytest
from safetensors.numpy import load
from tests.integration.trainer.conftest import TENANT, Trainer
from tests.unit.trainer.fakes import is_alive

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository

ASKED = {"target_quality": 1.0}


def version_of(trainer: Trainer, job: Job) -> ModelVersion | None:
    versions = ModelVersionRepository(trainer.port.stores.database, TENANT)
    return trainer.port.call(versions.of_model, job.spec["model_id"], 1)


def weights_of(trainer: Trainer, job: Job) -> dict[str, np.ndarray]:
    version = version_of(trainer, job)
    assert version is not None
    file = version.file("weights.safetensors")
    assert file is not None
    return load(trainer.port.call(trainer.port.stores.blobs.get, file.key, file.sha256))


def has_checkpoint(job: Job) -> bool:
    return bool(job.checkpoints)


class TestSuccess:
    def test_the_model_appears(self, trainer: Trainer, unbroken: Job) -> None:
        version = version_of(trainer, unbroken)
        assert version is not None
        assert unbroken.result == {"model_id": version.model_id, "version": 1, "digest": version.digest}
        model = trainer.port.call(ModelRepository(trainer.port.stores.database, TENANT).get, version.model_id)
        assert model is not None
        assert (model.name, model.latest_version, model.aliases) == ("faces-light", 1, {"champion": 1})

    def test_it_says_what_it_guarantees_and_what_it_varies(self, trainer: Trainer, unbroken: Job) -> None:
        version = version_of(trainer, unbroken)
        assert version is not None
        assert {row["attribute"]: row["value"] for row in version.guarantees} == {
            "tone": "light", "hair_colour": "blond", "eye_colour": "blue", "hair_style": "1", "mouth": "2",
        }  # fmt: skip
        assert version.varies == [{"attribute": "eyes", "values": 5}, {"attribute": "nose", "values": 5}]
        assert (version.combinations, version.kind, version.resolution) == (25, "drawn", 32)
        assert version.card["limits"] == ["A plausible face, not a reconstruction. Not evidence of identity."]
        assert version.lineage["data"] == [trainer.dataset.model_dump()]

    def test_its_layers_add_up(self, trainer: Trainer, unbroken: Job) -> None:
        version = version_of(trainer, unbroken)
        assert version is not None
        for table in version.layers.values():
            assert sum(row["parameters"] for row in table["rows"]) == table["total"]

    def test_every_file_is_there_with_its_digest(self, trainer: Trainer, unbroken: Job) -> None:
        version = version_of(trainer, unbroken)
        assert version is not None
        names = {file.name for file in version.files}
        assert {"samples.png", "samples-000001.png", "curves-accuracy.png", "curves-loss.png", "card.json"} <= names
        for file in version.files:
            data = trainer.port.call(trainer.port.stores.blobs.get, file.key, file.sha256)
            assert (file.bytes, file.key.startswith(unbroken.attempt_prefix)) == (len(data), True)

    def test_its_history_has_phases_curves_samples_and_an_end(self, trainer: Trainer, unbroken: Job) -> None:
        events = trainer.events(unbroken)
        assert [data["phase"] for kind, data in events if kind == "job.phase"] == ["loading_data", "training", "saving"]
        points = [point for kind, data in events if kind == "job.metric" for point in data["points"]]
        assert points[-1]["step"] == 1200
        assert {"loss_g", "loss_d_real", "loss_d_fake", "acc_g", "acc_d_real", "acc_d_fake"} <= points[0].keys()
        assert {1, 200, 700, 1200} <= {data["step"] for kind, data in events if kind == "job.sample"}
        assert "job.warning" not in [kind for kind, _ in events]  # of few images the API told at acceptance
        assert events[-1] == ("end", {"status": "succeeded"})
        assert unbroken.progress is not None
        assert (unbroken.progress.percent, unbroken.progress.unit) == (100, "step")


class TestSpentBudget:
    def test_a_budget_that_the_preparation_uses_up_still_gives_a_model(self, trainer: Trainer) -> None:
        ended = trainer.carry_out(trainer.accept(hyperparameters={"max_seconds": 0}))
        assert (ended.status, ended.error) == (JobStatus.SUCCEEDED, None)


class TestKilledProcess:
    def test_it_resumes_and_ends_with_the_same_weights(
        self, trainer: Trainer, unbroken: Job, steps: dict[str, int]
    ) -> None:
        def kill_once(job: Job) -> None:
            trainer.wait_for(job, has_checkpoint)
            os.kill(trainer.child_pid(), signal.SIGKILL)

        job = trainer.accept(hyperparameters={**steps, **ASKED})
        queued = trainer.carry_out(job, meanwhile=kill_once)
        assert (queued.status, queued.crashes, queued.result) == (JobStatus.QUEUED, 1, None)
        assert version_of(trainer, job) is None

        ended = trainer.carry_out(job)
        assert (ended.status, ended.fence) == (JobStatus.SUCCEEDED, 2)
        resumed, whole = weights_of(trainer, job), weights_of(trainer, unbroken)
        assert {name: sha256_hex(array.tobytes()) for name, array in resumed.items()} == {
            name: sha256_hex(array.tobytes()) for name, array in whole.items()
        }


class TestCancel:
    def test_no_model_and_no_process_are_left(self, trainer: Trainer, steps: dict[str, int]) -> None:
        pids: list[int] = []

        def cancel(job: Job) -> None:
            trainer.wait_for(job, has_checkpoint)
            pids.append(trainer.child_pid())
            jobs = JobRepository(trainer.port.stores.database, TENANT)
            assert trainer.port.call(jobs.wish_cancel, job.id)

        job = trainer.accept(hyperparameters={**steps, "steps": 100_000, **ASKED})
        ended = trainer.carry_out(job, meanwhile=cancel)
        assert (ended.status, ended.result) == (JobStatus.CANCELLED, None)
        assert version_of(trainer, job) is None
        assert not any(map(is_alive, pids))


class TestRefusal:
    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"hyperparameters": {"batches": 3}}, "bad_settings"),
            ({"data": [{"dataset_id": "ds_gone", "version": 1, "where": []}]}, "input_gone"),
        ],
    )
    def test_the_domains_code_ends_the_job_at_once(self, trainer: Trainer, facts: dict[str, object], code: str) -> None:
        ended = trainer.carry_out(trainer.accept(**facts))
        assert ended.error is not None
        assert (ended.status, ended.error.code, ended.fence) == (JobStatus.FAILED, code, 1)
