"""A selector is trained in the child from what its tenant's models learned from, with the real network of Table 4."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.factories import make_job

from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.documents.models import Model, ModelVersion
from maskeraid_core.documents.selectors import Selector, SelectorSpec
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.selectors import SelectorRepository
from maskeraid_core.status_machine import JobAction
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.selection.network import probabilities
from maskeraid_faces.selection.network_files import load_selector

from .conftest import TENANT, Trainer, add_dataset, open_trainer


def add_model(trainer: Trainer, name: str, data: Sequence[DataPart]) -> Model:
    """A model that learned from parts of datasets; of itself nothing is needed."""
    database, model_id, at = trainer.port.stores.database, new_id("mdl"), now()
    version = ModelVersion(
        id=f"{model_id}:1", tenant=TENANT, model_id=model_id, name=name, version=1, digest="sha256:0",
        architecture="eigen", kind="drawn", resolution=32, files=[], prototypes=[], created_at=at,
        lineage={"training_id": twin_id("trn", model_id), "data": [part.model_dump() for part in data]},
    )  # fmt: skip
    trainer.port.call(ModelVersionRepository(database, TENANT).add, version)
    model = Model(id=model_id, tenant=TENANT, name=name, latest_version=1, created_at=at, updated_at=at)
    return trainer.port.call(ModelRepository(database, TENANT).add, model)


def order(trainer: Trainer, *, is_stopped: bool = False, **facts: Any) -> Job:  # noqa: ANN401 any field
    spec = SelectorSpec(software="0.1.0", **facts).model_dump()
    job = make_job(JobKind.TRAINING, TENANT, spec=spec, stop_requested=is_stopped)
    return trainer.port.call(JobRepository(trainer.port.stores.database, TENANT).accept, job)


@pytest.fixture(scope="module")
def models(trainer: Trainer) -> list[Model]:
    """Light and dark faces; one of few, one of whose dataset nothing is left."""
    dark = add_dataset(trainer.port, images=draw_faces("faces-dark").images)
    few = trainer.dataset.model_copy(update={"where": ["mouth:2", "nose:1", "eyes:1"]})
    lost = DataPart(dataset_id=new_id("ds"), version=1)
    parts = {"light": trainer.dataset, "dark": dark, "few": few, "lost": lost}
    return [add_model(trainer, name, [part]) for name, part in parts.items()]


@pytest.fixture(scope="module")
def ended(trainer: Trainer, models: list[Model]) -> Job:
    """Asked to stop before it begins, so that it makes one epoch."""
    return trainer.carry_out(order(trainer, is_stopped=True, seed=2, name="mine"))


@pytest.fixture(scope="module")
def selector(trainer: Trainer, ended: Job) -> Selector:
    assert ended.status is JobStatus.SUCCEEDED, ended.error
    found = trainer.port.call(SelectorRepository(trainer.port.stores.database, TENANT).current)
    assert found is not None
    return found


class TestTraining:
    def test_leads_to_its_selector(self, ended: Job, selector: Selector) -> None:
        assert ended.result is not None
        assert ended.result["selector_id"] == selector.id == twin_id("sel", ended.id)
        assert ended.result["stopped_early"] is True
        assert (selector.seed, selector.name, selector.stopped) == (2, "mine", "asked")

    def test_knows_the_models_whose_faces_can_be_read(self, selector: Selector, models: list[Model]) -> None:
        assert [(one.model_id, one.images) for one in selector.models] == [(models[0].id, 25), (models[1].id, 25)]
        assert selector.images == {"training": 33, "validation": 7, "test": 10}
        assert {one.name: one.reason for one in selector.left_out} == {
            "few": "It learned from fewer than 8 faces that can be read.",
            "lost": "Its training faces cannot be read any more.",
        }

    def test_says_whom_it_left_out(self, ended: Job) -> None:
        assert [warning["code"] for warning in ended.warnings] == ["model_left_out"] * 2

    def test_shows_curves_report_and_layers(self, trainer: Trainer, ended: Job, selector: Selector) -> None:
        assert [point["epoch"] for point in selector.curves] == [1]
        assert sum(map(sum, selector.confusion)) == 10
        assert selector.layers["total"] == 35_646_595 - 513  # two models instead of three
        points = [data for kind, data in trainer.events(ended) if kind == "job.metric"]
        assert points[-1]["points"][-1]["step"] == 1
        assert [phase.name for phase in ended.phases][:3] == ["loading_data", "training", "saving"]

    def test_its_files_are_the_network_and_its_pictures(self, trainer: Trainer, selector: Selector) -> None:
        blobs = trainer.port.stores.blobs
        files = {one.name: trainer.port.call(blobs.get, one.key, one.sha256) for one in selector.files}
        pictures = {name for name, data in files.items() if data.startswith(b"\x89PNG")}
        assert pictures == {"curves.png", "confusion.png", "features-first.png", "features-last.png"}
        network = load_selector({name: data for name, data in files.items() if name not in pictures})
        shares = probabilities(network, draw_faces("faces-light").images[0])
        assert list(shares) == [one.model_id for one in selector.models]


class TestCannot:
    def test_fewer_than_two_models_are_refused(self, trainer: Trainer) -> None:
        name = f"{trainer.settings.mongodb_database}-few"
        with open_trainer(trainer.settings.model_copy(update={"mongodb_database": name})) as alone:
            add_model(alone, "only", [alone.dataset])
            job = alone.carry_out(order(alone))
        assert job.status is JobStatus.FAILED
        assert job.error is not None
        assert (job.error.code, job.error.facts) == ("too_few_models", {"found": 1})

    def test_cancelled_it_leaves_no_selector(self, trainer: Trainer, selector: Selector) -> None:
        def cancel(job: Job) -> None:
            trainer.wait_for(job, lambda found: found.status is JobStatus.RUNNING)
            trainer.ask(job, JobAction.CANCEL)

        job = trainer.carry_out(order(trainer), cancel)
        assert job.status is JobStatus.CANCELLED
        current = trainer.port.call(SelectorRepository(trainer.port.stores.database, TENANT).current)
        assert current == selector
