"""Evaluations from the queue to the card, on the real servers, in real processes."""

import io
import json
from typing import Any

import numpy as np
import pytest
from tests.factories import make_job
from tests.integration.trainer.conftest import TENANT, Trainer, add_dataset

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.documents.evaluations import EvaluationSpec
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.measuring import note_measured
from maskeraid_core.repositories.datasets import DatasetVersionRepository
from maskeraid_core.repositories.evaluations import EvaluationRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelVersionRepository
from maskeraid_trainer.judging import is_generated


def version_of(trainer: Trainer, training: Job) -> ModelVersion:
    versions = ModelVersionRepository(trainer.port.stores.database, TENANT)
    found = trainer.port.call(versions.of_model, training.spec["model_id"], 1)
    assert found is not None
    return found


def evaluate(trainer: Trainer, training: Job, kind: str, **facts: Any) -> Job:  # noqa: ANN401 any field of the spec
    wanted = {"kind": kind, "model_id": training.spec["model_id"], "version": 1, "n": 100, "software": "0.1.0", **facts}
    job = make_job(
        JobKind.EVALUATION, TENANT, id=new_id("evl"), spec=EvaluationSpec.model_validate(wanted).model_dump(mode="json")
    )
    return trainer.carry_out(trainer.port.call(JobRepository(trainer.port.stores.database, TENANT).accept, job))


def file_of(trainer: Trainer, job: Job, name: str) -> bytes:
    assert job.result is not None
    file = job.result["files"][name]
    assert file["key"].startswith(job.attempt_prefix)
    return trainer.port.call(trainer.port.stores.blobs.get, file["key"], file["sha256"])


class TestCardOfATraining:
    def test_it_says_whether_it_copies_and_what_it_is_sure_to_draw(self, trainer: Trainer, unbroken: Job) -> None:
        version = version_of(trainer, unbroken)
        found = version.card["memorisation"]
        assert (found["verdict"], found["reason"]) == ("cannot_tell", "all combinations were training images")
        assert found["gate"] == "blocks"  # nobody knows where this test's images come from
        for row in version.guarantees:
            assert 0 <= row["lower_bound"] <= row["share"] <= 1
            assert row["measured_by"] == "resemblance"

    def test_it_is_a_file_for_people_and_one_for_programs(self, trainer: Trainer, unbroken: Job) -> None:
        version = version_of(trainer, unbroken)
        text, plain = (read(trainer, version, name).decode() for name in ("card.md", "card.json"))
        assert "A plausible face, not a reconstruction. Not evidence of identity." in text
        assert "all combinations were training images" in text
        assert trainer.dataset.dataset_id not in text + plain  # whoever may see the model may read them
        assert json.loads(plain)["memorisation"] == version.card["memorisation"]
        assert json.loads(plain)["guarantees"] == version.guarantees


def read(trainer: Trainer, version: ModelVersion, name: str) -> bytes:
    file = version.file(name)
    assert file is not None
    return trainer.port.call(trainer.port.stores.blobs.get, file.key, file.sha256)


class TestSamples:
    def test_the_same_seed_gives_the_same_bytes(self, trainer: Trainer, unbroken: Job) -> None:
        jobs = [evaluate(trainer, unbroken, "samples", n=4, seed=seed) for seed in (7, 7)]
        assert [job.status for job in jobs] == [JobStatus.SUCCEEDED] * 2, jobs[0].error
        digests = [[sha256_hex(file_of(trainer, job, f"samples.{end}")) for end in ("png", "npy")] for job in jobs]
        assert digests[0] == digests[1]
        array = np.load(io.BytesIO(file_of(trainer, jobs[0], "samples.npy")))
        assert (array.shape, array.dtype) == ((4, 32, 32, 3), np.float32)
        assert -1 <= array.min() < array.max() <= 1


class TestGuarantees:
    def test_images_that_a_filter_kept_away_tell_the_values_apart(self, trainer: Trainer, unbroken: Job) -> None:
        before = version_of(trainer, unbroken)
        job = evaluate(trainer, unbroken, "guarantees", n=200)
        assert job.result is not None, job.error
        (mouth,) = [row for row in job.result["guarantees"] if row["attribute"] == "mouth"]
        assert (mouth["value"], mouth["measured_by"], mouth["classifier_error"]) == ("2", "classifier", 0)
        version = version_of(trainer, unbroken)
        assert (version.guarantees, version.combinations) == (job.result["guarantees"], 25)
        assert json.loads(read(trainer, version, "card.json"))["guarantees"] == version.guarantees
        assert version.card == before.card  # what else is known stays
        assert (version.digest, len(version.files)) == (before.digest, len(before.files))
        assert file_of(trainer, job, "guarantees.png")[:4] == b"\x89PNG"


class TestMemorisation:
    def test_faces_that_somebody_names_do_not_acquit_a_model(self, trainer: Trainer, unbroken: Job) -> None:
        """Those that it has not learned from are 100, and of them its own mirror images are left out."""
        others = trainer.dataset.model_copy(update={"where": ["mouth:1", "mouth:3", "mouth:4", "mouth:5"]})
        job = evaluate(trainer, unbroken, "memorisation", n=1000, data=others.model_dump())
        assert job.result is not None, job.error
        assert (job.result["held_out"], job.result["training_images"]) == (100, 25)
        assert job.result["is_on_card"] == (job.result["verdict"] == "copying")
        on_card = version_of(trainer, unbroken).card["memorisation"]["verdict"]
        assert on_card == ("copying" if job.result["is_on_card"] else "cannot_tell")
        assert file_of(trainer, job, "memorisation.png")[:4] == b"\x89PNG"


class TestQuality:
    def test_it_is_measured_beside_real_images_and_ranked(self, trainer: Trainer, unbroken: Job) -> None:
        whole = trainer.dataset.model_copy(update={"where": []})
        job = evaluate(trainer, unbroken, "quality", n=0, data=whole.model_dump(), group_by="mouth")
        assert job.result is not None, job.error
        assert {"kid", "precision", "recall", "density", "coverage", "diversity"} <= job.result["figures"].keys()
        assert job.result["score"] < job.result["real"]["score"]
        assert job.result["worst_group"] == job.result["groups"][0]["group"] != "2"
        assert [fill["engine"] for fill in job.result["fills"]] == ["R", "A"]
        assert job.result["is_seen_in_training"]
        evaluations = EvaluationRepository(trainer.port.stores.database, TENANT)
        assert [one.id for one in trainer.port.call(evaluations.ranked, whole.dataset_id)] == [job.id]


class TestRecognition:
    def test_it_says_whether_fills_help_a_recogniser(self, trainer: Trainer, unbroken: Job) -> None:
        part = add_dataset(trainer.port, persons=[f"person {number % 20}" for number in range(125)])
        job = evaluate(trainer, unbroken, "recognition", n=0, data=part.model_copy(update={"where": []}).model_dump())
        assert job.result is not None, job.error
        assert job.result["verdict"] in ("helps", "does not help", "hurts")
        assert (job.result["persons"], job.result["covering"]) == (10, "lower face")
        assert job.result["states"].keys() == {"uncovered", "visible", "reimaged", "covered"}
        assert not job.result["is_seen_in_training"]
        assert file_of(trainer, job, "recognition.png")[:4] == b"\x89PNG"


class TestRefusal:
    def test_a_model_that_is_gone(self, trainer: Trainer, unbroken: Job) -> None:
        job = evaluate(trainer, unbroken, "samples", version=2)
        assert job.error is not None
        assert (job.status, job.error.code) == (JobStatus.FAILED, "input_gone")


class TestEffect:
    @pytest.fixture
    def verdict(self, unbroken: Job) -> dict[str, Any]:
        found = {"verdict": "cannot_tell", "reason": "a test's", "gate": "blocks"}
        return {"model_id": unbroken.spec["model_id"], "version": 1, "card": {"memorisation": found}}

    def test_told_twice_it_is_written_once(self, trainer: Trainer, unbroken: Job, verdict: dict[str, Any]) -> None:
        for _ in range(2):
            trainer.port.call(note_measured, trainer.port.stores, unbroken, verdict)
        version = version_of(trainer, unbroken)
        assert version.card["memorisation"] == verdict["card"]["memorisation"]
        assert [file.name for file in version.files].count("card.json") == 1
        assert "a test's" in read(trainer, version, "card.md").decode()

    def test_of_a_version_that_is_gone_nothing_is_written(
        self, trainer: Trainer, unbroken: Job, verdict: dict[str, Any]
    ) -> None:
        trainer.port.call(note_measured, trainer.port.stores, unbroken, {**verdict, "version": 9})

    def test_a_card_that_has_changed_meanwhile_is_not_overwritten(self, trainer: Trainer, unbroken: Job) -> None:
        versions = ModelVersionRepository(trainer.port.stores.database, TENANT)
        version = version_of(trainer, unbroken)
        stale = version.model_copy(
            update={"files": [file.model_copy(update={"sha256": "0" * 64}) for file in version.files]}
        )
        assert not trainer.port.call(versions.note_measured, stale, version)


class TestOrigin:
    def test_only_what_imports_of_drawn_sets_made_shows_nobody(self, trainer: Trainer) -> None:
        stores = trainer.port.stores
        versions, jobs = DatasetVersionRepository(stores.database, TENANT), JobRepository(stores.database, TENANT)
        first = trainer.port.call(versions.of_dataset, trainer.dataset.dataset_id, 1)
        assert first is not None

        def add(source: str) -> DataPart:
            """A dataset of two versions: a drawn one, and one of another source."""
            dataset_id = new_id("ds")
            for number, made_by in ((1, "generator"), (2, source)):
                job = make_job(JobKind.IMPORT, TENANT, spec={"source": made_by})
                trainer.port.call(jobs.add, job)
                facts = {"id": versions.key(dataset_id, number), "dataset_id": dataset_id, "version": number}
                trainer.port.call(versions.put, first.model_copy(update={**facts, "import_id": job.id}))
            return DataPart(dataset_id=dataset_id, version=2)

        def is_drawn(*data: DataPart) -> bool:
            return trainer.port.call(is_generated, stores, TENANT, data)

        drawn, uploaded = add("generator"), add("upload")
        assert is_drawn(drawn)
        assert is_drawn(uploaded.model_copy(update={"version": 1}))
        assert not is_drawn(uploaded)
        assert not is_drawn(drawn, uploaded)
        assert not is_drawn(trainer.dataset)  # its import is unknown
        assert not is_drawn()
