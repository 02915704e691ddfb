"""A training from the queue to the model, on the real servers, in real processes."""

import os
import signal
from collections.abc import Callable

import numpy as np
import pytest
from safetensors.numpy import load
from tests.chaos.setbacks import attempts_of, overdue, setbacks_of
from tests.integration.trainer.conftest import TENANT, Trainer, add_dataset
from tests.unit.trainer.fakes import is_alive, script

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.ids import parse_image_id
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.status_machine import JobAction
from maskeraid_faces.drawn import draw_faces
from maskeraid_trainer.known_faces import PARTS_RECUR

ASKED = {"target_quality": 1.0}
LONG = {"steps": 1_000_000, "batch": 32}
KILLS = 2


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


def has_gone_on(job: Job) -> bool:
    """Whether this attempt has kept something."""
    return has_checkpoint(job) and job.checkpoints[0].fence == job.fence


class TestSuccess:
    def test_the_model_appears(self, trainer: Trainer, unbroken: Job) -> None:
        version = version_of(trainer, unbroken)
        assert version is not None
        told = {"flags": version.card["flags"], "memorisation": "cannot_tell"}
        assert unbroken.result == {"model_id": version.model_id, "version": 1, "digest": version.digest, **told}
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
        assert [flag["code"] for flag in version.card["flags"]] == ["collapse"]
        assert version.lineage["data"] == [trainer.dataset.model_dump()]

    def test_of_drawn_faces_none_is_kept_to_tell_copies_by(self, trainer: Trainer, unbroken: Job) -> None:
        version = version_of(trainer, unbroken)
        assert version is not None
        assert version.inner_files == []
        assert version.card["near_copies"] == {"looked_for": False, "reason": PARTS_RECUR}

    def test_of_photographs_those_that_it_learned_from_are_kept_for_workers_alone(self, trainer: Trainer) -> None:
        data = add_dataset(trainer.port, noise=1)
        job = trainer.carry_out(trainer.accept(data=[data], hyperparameters={"steps": 2, **ASKED}))
        version = version_of(trainer, job)
        assert version is not None, job.error
        (file,) = version.inner_files
        content = trainer.port.call(trainer.port.stores.blobs.get, file.key, file.sha256)
        ids = {bytes(row).decode() for row in load(content)["ids"]}
        assert len(ids) == 25  # so few that none was held out
        assert {parse_image_id(one)[0] for one in ids} == {data.dataset_id}  # type: ignore[index]
        assert version.card["near_copies"]["faces"] == version.card["near_copies"]["of"] == 25
        assert version.file(file.name) is None

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
        assert [data["phase"] for kind, data in events if kind == "job.phase"] == [
            "loading_data", "preparing", "compiling", "training", "evaluating", "saving",
        ]  # fmt: skip
        points = [point for kind, data in events if kind == "job.metric" for point in data["points"]]
        assert points[-1]["step"] == 1200
        assert {"loss_g", "loss_d_real", "loss_d_fake", "acc_g", "acc_d_real", "acc_d_fake"} <= points[0].keys()
        assert {1, 200, 700, 1200} <= {data["step"] for kind, data in events if kind == "job.sample"}
        assert [data["code"] for kind, data in events if kind == "job.warning"] == ["collapse"]  # so short was it
        assert events[-1] == ("end", {"status": "succeeded"})
        assert unbroken.progress is not None
        assert (unbroken.progress.percent, unbroken.progress.unit) == (100, "step")


@pytest.mark.row("R9", "killed twice: weights equal the unbroken run's bit for bit, loss <= one interval a kill")
class TestKilledProcess:
    def test_it_resumes_and_ends_with_the_same_weights(
        self, trainer: Trainer, unbroken: Job, steps: dict[str, int]
    ) -> None:
        def kill_once(job: Job) -> None:
            trainer.wait_for(job, has_gone_on)
            os.kill(trainer.child_pid(), signal.SIGKILL)

        job = trainer.accept(hyperparameters={**steps, **ASKED})
        for _ in range(KILLS):
            queued = trainer.carry_out(job, meanwhile=kill_once)
            assert (queued.status, queued.crashes, queued.result) == (JobStatus.QUEUED, 1, None)
            assert version_of(trainer, job) is None

        ended = trainer.carry_out(job)
        assert (ended.status, ended.fence) == (JobStatus.SUCCEEDED, KILLS + 1)
        resumed, whole = weights_of(trainer, job), weights_of(trainer, unbroken)
        assert {name: sha256_hex(array.tobytes()) for name, array in resumed.items()} == {
            name: sha256_hex(array.tobytes()) for name, array in whole.items()
        }
        attempts = attempts_of(trainer.told(job))
        assert [setback.went_on_from for setback in setbacks_of(attempts)] == [
            max(attempt.kept) for attempt in attempts[:KILLS]
        ]
        assert overdue(attempts, trainer.settings.checkpoint_seconds) == []


class TestCancel:
    def test_no_model_and_no_process_are_left(self, trainer: Trainer, steps: dict[str, int]) -> None:
        pids: list[int] = []

        def cancel(job: Job) -> None:
            trainer.wait_for(job, lambda found: found.phase in ("compiling", "training"))
            pids.append(trainer.child_pid())
            trainer.ask(job, JobAction.CANCEL)

        job = trainer.accept(hyperparameters={**steps, "steps": 100_000, **ASKED})
        ended = trainer.carry_out(job, meanwhile=cancel)
        assert (ended.status, ended.result) == (JobStatus.CANCELLED, None)
        assert version_of(trainer, job) is None
        assert not any(map(is_alive, pids))


class TestPauseAndStop:
    def test_a_paused_training_that_is_stopped_is_only_finished(self, trainer: Trainer) -> None:
        def pause(job: Job) -> None:
            trainer.ask(trainer.wait_for(job, has_checkpoint), JobAction.PAUSE)

        paused = trainer.carry_out(trainer.accept(hyperparameters={**LONG, **ASKED}), meanwhile=pause)
        assert (paused.status, paused.pause_requested, paused.crashes) == (JobStatus.PAUSED, False, 0)

        assert trainer.ask(paused, JobAction.STOP).status is JobStatus.QUEUED
        ended = trainer.carry_out(paused)
        assert (ended.status, ended.checkpoints) == (JobStatus.SUCCEEDED, paused.checkpoints)
        assert ended.result is not None
        assert ended.result["stopped_early"]
        version = version_of(trainer, ended)
        assert version is not None
        assert f"in {paused.checkpoints[0].step:,} steps" in version.card["summary"]

    def test_a_running_one_is_stopped_before_its_end(self, trainer: Trainer) -> None:
        def stop(job: Job) -> None:
            trainer.ask(trainer.wait_for(job, lambda found: found.phase is not None), JobAction.STOP)

        ended = trainer.carry_out(trainer.accept(hyperparameters={**LONG, **ASKED}), meanwhile=stop)
        assert ended.result is not None
        assert (ended.status, ended.result["stopped_early"]) == (JobStatus.SUCCEEDED, True)
        assert version_of(trainer, ended) is not None  # of one step at least


@pytest.mark.row(
    "R12", "a child that kills itself, wants memory, hangs, or ends silently: failed after 3, others wait <= one slot"
)
class TestPoison:
    @pytest.mark.parametrize(
        ("body", "code", "how"),
        [
            ("os.write(2, b'last words\\n'); os.kill(os.getpid(), signal.SIGKILL)", "poisoned", "SIGKILL (Killed)"),
            ("os.write(2, b'last words\\n'); time.sleep(60)", "poisoned", "silence: no report for 1 s"),
            ("os.write(2, b'last words\\n')", "poisoned", "exit 0"),
            (
                "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**29,) * 2)\n"
                "print('last words', file=sys.stderr); bytearray(2**40)",
                "out_of_memory", "exit 1",
            ),
        ],
    )  # fmt: skip
    def test_the_third_crash_is_the_last_and_tells_its_cause(
        self, trainer: Trainer, monkeypatch: pytest.MonkeyPatch, body: str, code: str, how: str
    ) -> None:
        monkeypatch.setattr(trainer.settings, "child_silence_seconds", 0.5)
        job = trainer.accept()
        attempts = [trainer.carry_out(job, command=script(body)) for _ in range(3)]
        assert [(found.status, found.crashes) for found in attempts] == [
            (JobStatus.QUEUED, 1), (JobStatus.QUEUED, 2), (JobStatus.FAILED, 3),
        ]  # fmt: skip
        error = attempts[-1].error
        assert error is not None
        assert (error.code, error.facts["how"]) == (code, how)
        assert error.facts["log"][0] == "last words"

    def test_another_training_waits_for_one_attempt_of_it_at_most(
        self, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(trainer.settings, "crash_delay_seconds", 10)
        poison, other = trainer.accept(), trainer.accept()
        refusal = {"code": "bad_settings", "message": "That is its whole work."}
        bodies = {poison.id: "os.kill(os.getpid(), signal.SIGKILL)", other.id: f"say(type='outcome', error={refusal})"}
        carried_out = trainer.carry_out_until(other, {job_id: script(body) for job_id, body in bodies.items()})
        assert carried_out == [poison.id, other.id]
        assert trainer.ask(poison, JobAction.CANCEL).crashes == 1


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

    @pytest.mark.parametrize(
        ("change", "facts", "code"),
        [
            (lambda faces: [faces[0]] * len(faces), {}, "too_few_images"),
            (lambda faces: [face[: 32 - 8 * (place % 2), : 32 - 8 * (place % 2)] for place, face in enumerate(faces)],
             {}, "mixed_sizes"),
            (lambda faces: [face[:24] for face in faces], {}, "bad_image"),
            (lambda faces: [np.random.default_rng(place).integers(0, 256, face.shape, np.uint8)
                            for place, face in enumerate(faces)],
             {"hyperparameters": {"kind": "drawn"}}, "bad_settings"),
        ],
        ids=["all_the_same", "mixed_sizes", "bad_image", "drawn_of_noise"],
    )  # fmt: skip
    def test_faces_that_teach_nothing_leave_no_model(
        self,
        trainer: Trainer,
        change: Callable[[np.ndarray], list[np.ndarray]],
        facts: dict[str, object],
        code: str,
    ) -> None:
        part = add_dataset(trainer.port, images=change(draw_faces("faces-light").images))
        ended = trainer.carry_out(trainer.accept(data=[part], **facts))
        assert ended.error is not None
        assert (ended.status, ended.error.code, ended.fence, ended.result) == (JobStatus.FAILED, code, 1, None)
        assert version_of(trainer, ended) is None
        models = ModelRepository(trainer.port.stores.database, TENANT)
        assert trainer.port.call(models.get, ended.spec["model_id"]) is None
