"""Checkpoints as things to look at, to promote, and to begin with; on the real servers, in real processes."""

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage
from tests.integration.trainer.conftest import TENANT, Trainer, add_dataset
from tests.integration.trainer.test_training import ASKED, LONG, version_of

from maskeraid_core.documents.datasets import StoredFile
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.reimagings import STATEMENT
from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.jobs import CHECKPOINT_FILES, Job, JobStatus
from maskeraid_core.marks import XMP_IN_PNG, SourceType
from maskeraid_core.status_machine import JobAction
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.training.image_set import prepare
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_trainer.training_faces import read_training_faces

SPEC = {**LONG, **ASKED}


def png_of(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    PillowImage.fromarray(pixels).save(buffer, "png")
    return buffer.getvalue()


def put(trainer: Trainer, name: str, data: bytes) -> StoredFile:
    key = f"t/{TENANT}/inbox/{name}"
    trainer.port.call(trainer.port.stores.blobs.put, key, data)
    return StoredFile(name=name, bytes=len(data), sha256=None, keys=[key])


def mask_map() -> np.ndarray:
    covered = np.zeros((64, 64, 3), np.uint8)
    covered[36:58] = 255
    return covered


def pictures(trainer: Trainer, job: Job, name: str) -> dict[int, bytes]:
    """What the history names, by step; the newest of each."""
    told = [data for kind, data in trainer.events(job) if kind == "job.sample" and data["name"] == name]
    return {data["step"]: trainer.port.call(trainer.port.stores.blobs.get, data["key"]) for data in told}


def file_of(trainer: Trainer, version: ModelVersion, name: str) -> bytes:
    file = version.file(name)
    assert file is not None, name
    return trainer.port.call(trainer.port.stores.blobs.get, file.key, file.sha256)


def copied(trainer: Trainer, job: Job) -> dict[str, Any]:
    """The start of another training at a job's newest checkpoint, as the API copies it."""
    entry, blobs = job.checkpoints[0], trainer.port.stores.blobs
    key = f"t/{TENANT}/inbox/copy-{job.id}"
    for name in CHECKPOINT_FILES:
        trainer.port.call(blobs.copy, f"{entry.key}/{name}", f"{key}/{name}")
    return {
        "training_id": job.id, "step": entry.step, "key": key, "sha256": entry.sha256, "spec_digest": job.spec_digest
    }  # fmt: skip


@pytest.fixture(scope="module")
def looked_at(trainer: Trainer) -> Job:
    """A training with a probe that was cancelled after some checkpoints."""
    face = draw_faces("faces-test").images[0]
    probe = {
        "image": {"upload": put(trainer, "face", png_of(face))},
        "covering": {"upload": put(trainer, "map", png_of(mask_map()))},
    }  # fmt: skip

    def cancel(job: Job) -> None:
        trainer.wait_for(job, lambda found: len(found.checkpoints) == 2)
        trainer.ask(job, JobAction.CANCEL)

    ended = trainer.carry_out(trainer.accept(hyperparameters=SPEC, probe=probe), meanwhile=cancel)
    assert ended.status is JobStatus.CANCELLED
    return ended


class TestPictures:
    def test_every_checkpoint_has_its_sheet(self, trainer: Trainer, looked_at: Job) -> None:
        drawn = pictures(trainer, looked_at, "samples.png")
        assert {entry.step for entry in looked_at.checkpoints} <= drawn.keys()
        assert len({hash(png) for png in drawn.values()}) == len(drawn)

    def test_the_probe_is_filled_by_the_model_of_the_step(self, trainer: Trainer, looked_at: Job) -> None:
        probes = pictures(trainer, looked_at, "probe.png")
        assert 1 in probes
        picture = PillowImage.open(io.BytesIO(probes[1]))
        packet = picture.info[XMP_IN_PNG]
        assert SourceType.COMPOSITE in packet
        assert STATEMENT in packet
        sheet = np.asarray(picture)
        face, filled = sheet[4:132, 4:132][::4, ::4], sheet[4:132, 136:264][::4, ::4]
        np.testing.assert_array_equal(face, draw_faces("faces-test").images[0])
        np.testing.assert_array_equal(face[:17], filled[:17])  # above the covering nothing is changed
        assert (face[19:28] != filled[19:28]).any()


@pytest.fixture(scope="module")
def promoted(trainer: Trainer, looked_at: Job) -> Job:
    """A model of its newest checkpoint."""
    ended = trainer.carry_out(
        trainer.accept(hyperparameters=SPEC, start_from=copied(trainer, looked_at), is_promotion=True)
    )
    assert ended.status is JobStatus.SUCCEEDED, ended.error
    return ended


class TestPromotion:
    def test_its_samples_equal_the_snapshots_bit_for_bit(self, trainer: Trainer, looked_at: Job, promoted: Job) -> None:
        version, step = version_of(trainer, promoted), looked_at.checkpoints[0].step
        assert version is not None
        sheet = file_of(trainer, version, f"samples-{step:06d}.png")
        assert sheet == pictures(trainer, looked_at, "samples.png")[step]
        assert version.lineage["start_from"] == {"training_id": looked_at.id, "step": step}
        assert version.card["reasons"][-1] == "stopped: promoted"
        curves = json.loads(file_of(trainer, version, "curves.json"))
        assert (curves["steps"][-1], len(curves["curves"])) == (step, 6)

    def test_its_copy_of_the_checkpoint_is_deleted_with_its_success(self, trainer: Trainer, promoted: Job) -> None:
        assert not trainer.port.call(
            trainer.port.stores.blobs.exists, f"{promoted.spec['start_from']['key']}/state.json"
        )


class TestTransfer:
    def test_a_training_begins_with_a_model_and_without_a_probe_that_nobody_can_read(
        self, trainer: Trainer, promoted: Job
    ) -> None:
        start = {
            "model_id": promoted.spec["model_id"], "version": 1, "owner": TENANT, "data": promoted.spec["data"],
            "is_whole": True,
        }  # fmt: skip
        probe = {"image": {"upload": put(trainer, "junk", b"no picture")}}
        job = trainer.accept(hyperparameters={"steps": 2, **ASKED}, start_from=start, probe=probe, seed=8)
        ended = trainer.carry_out(job)
        version = version_of(trainer, ended)
        assert version is not None, ended.error
        assert version.lineage["start_from"] == {"model_id": promoted.spec["model_id"], "version": 1}
        assert version.card["transfer"]["networks"] == ["generator"]
        assert (version.ancestors, version.knows_ancestors) == (version.data, True)
        assert ended.warnings[0]["code"] == "probe_left_out"

    def test_a_model_that_is_gone_fails_it(self, trainer: Trainer) -> None:
        start = {"model_id": "mdl_none", "version": 1}
        ended = trainer.carry_out(trainer.accept(hyperparameters={"steps": 2}, start_from=start))
        assert ended.error is not None
        assert (ended.status, ended.error.code) == (JobStatus.FAILED, "input_gone")


@pytest.fixture(scope="module")
def of_two(trainer: Trainer, looked_at: Job) -> Job:
    """Of two datasets with the same twelve persons, each under a filter of its own; begun with a set that differs."""
    persons = [f"person {index % 12}" for index in range(125)]
    parts = [
        add_dataset(trainer.port, persons=persons, noise=seed).model_copy(update={"where": [f"mouth:{mouth}"]})
        for seed, mouth in ((1, 2), (2, 3))
    ]
    start = copied(trainer, looked_at)
    return trainer.carry_out(trainer.accept(hyperparameters={"steps": 2, **ASKED}, data=parts, start_from=start))


class TestSeveralDatasets:
    def test_one_model_learns_from_both(self, trainer: Trainer, of_two: Job) -> None:
        version = version_of(trainer, of_two)
        assert version is not None, of_two.error
        assert [part["where"] for part in version.lineage["data"]] == [["mouth:2"], ["mouth:3"]]
        assert "50 photographs" in version.card["summary"]
        assert {"attribute": "mouth", "values": 2} in version.varies

    def test_what_does_not_fit_begins_afresh_and_says_so(self, trainer: Trainer, of_two: Job) -> None:
        version = version_of(trainer, of_two)
        assert version is not None
        assert "begins_afresh" in [row["code"] for row in of_two.warnings]
        assert any("begins afresh" in sentence for sentence in version.card["warnings"])
        assert (version.ancestors, version.knows_ancestors) == ([], True)

    def test_a_person_of_both_is_on_one_side(self, trainer: Trainer, of_two: Job) -> None:
        spec = TrainingSpec.model_validate(of_two.spec)
        faces = trainer.port.call(read_training_faces, trainer.port.stores, TENANT, spec.data, trainer.settings)
        assert faces.groups is not None
        split = prepare(faces.images, TrainSettings(), faces.groups, spec.seed)
        assert split.training_groups is not None
        shown = {image.tobytes(): group for image, group in zip(faces.images, faces.groups, strict=True)}
        held_out = {shown[image.tobytes()] for image in split.held_out}
        assert held_out & set(faces.groups[:25]) & set(faces.groups[25:])  # of both datasets
        assert not held_out & set(split.training_groups)


class TestSides:
    @pytest.mark.slow
    def test_128_pixels_are_trained(self, trainer: Trainer) -> None:
        data = add_dataset(trainer.port, side=128).model_copy(update={"where": ["mouth:2"]})
        ended = trainer.carry_out(trainer.accept(hyperparameters={"steps": 2, **ASKED}, data=[data]))
        version = version_of(trainer, ended)
        assert version is not None, ended.error
        assert version.resolution == 128
