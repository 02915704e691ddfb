"""Which models a re-imaging can be filled by: all that were there when it was accepted."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.factories import make_job

from maskeraid_core.documents.grants import Grant
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.jobs import Job
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.shares import AdoptionRepository
from maskeraid_inference.known_versions import UNREAD_SECONDS, KnownVersions

from .conftest import add_model


def claimed(job: Job) -> Job:
    """The job a second after its acceptance, by the database's clock."""
    return job.model_copy(update={"updated_at": job.created_at + timedelta(seconds=1)})


def later(job: Job, seconds: float) -> Job:
    return job.model_copy(update={"created_at": job.created_at + timedelta(seconds=seconds)})


class Clock:
    """Stands still until a test moves it."""

    moment = 0.0

    def __call__(self) -> float:
        return self.moment


class Asking:
    """Asks for one tenant's versions after another, each time for a job that was ordered later."""

    def __init__(self, port: PortalStores, tenant: str = "ten_1") -> None:
        self.clock = Clock()
        self._versions, self._job = KnownVersions(port, self.clock), make_job(tenant=tenant)

    def again(self) -> Sequence[ModelVersion]:
        self._job = later(self._job, 2)
        return self._versions.of(claimed(self._job))


class TestKnownVersions:
    def test_a_model_made_before_the_acceptance_is_known(self, port: PortalStores) -> None:
        versions, job = KnownVersions(port), make_job()
        light = add_model(port, "light")
        assert list(versions.of(claimed(job))) == [light]
        dark = add_model(port, "dark")
        assert {version.id for version in versions.of(claimed(later(job, 2)))} == {light.id, dark.id}

    def test_jobs_that_waited_together_share_a_reading(self, port: PortalStores) -> None:
        versions, job = KnownVersions(port), make_job()
        first = versions.of(claimed(job))
        add_model(port, "light")
        assert versions.of(claimed(later(job, 0.5))) is first

    def test_tenants_do_not_share(self, port: PortalStores) -> None:
        versions, job = KnownVersions(port), make_job()
        versions.of(claimed(job))
        theirs = add_model(port, "light", tenant="ten_2")
        assert list(versions.of(claimed(job.model_copy(update={"tenant": "ten_2"})))) == [theirs]

    def test_what_has_not_changed_is_not_read_again(self, port: PortalStores) -> None:
        asking = Asking(port)
        add_model(port, "light")
        first = asking.again()
        add_model(port, "light", tenant="ten_2")
        assert asking.again() is first

    def test_a_note_that_was_lost_is_made_up_for(self, port: PortalStores) -> None:
        asking, database = Asking(port), port.stores.database
        light = add_model(port, "light")
        assert list(asking.again()) == [light]
        port.call(database["models"].delete_one, {"_id": light.model_id})  # by who told nobody
        assert list(asking.again()) == [light]
        asking.clock.moment = UNREAD_SECONDS
        assert list(asking.again()) == []


class TestChanges:
    """Each is there for the next job that is ordered."""

    @pytest.fixture
    def models(self, port: PortalStores) -> ModelRepository:
        return ModelRepository(port.stores.database, "ten_1")

    @pytest.fixture
    def light(self, port: PortalStores) -> ModelVersion:
        return add_model(port, "light")

    def test_a_model_that_is_deleted(self, port: PortalStores, models: ModelRepository, light: ModelVersion) -> None:
        asking = Asking(port)
        assert list(asking.again()) == [light]
        port.call(models.delete, light.model_id)
        assert list(asking.again()) == []

    def test_a_further_version(self, port: PortalStores, models: ModelRepository, light: ModelVersion) -> None:
        asking = Asking(port)
        asking.again()
        second = light.model_copy(update={"id": f"{light.model_id}:2", "version": 2})
        port.call(ModelVersionRepository(port.stores.database, "ten_1").add, second)
        port.call(models.publish, second)
        assert list(asking.again()) == [second]
        port.call(models.change, light.model_id, {"latest_version": 1})  # as when the second one is deleted
        assert list(asking.again()) == [light]

    def test_a_flag_on_the_card(self, port: PortalStores, light: ModelVersion) -> None:
        asking = Asking(port)
        asking.again()
        flagged = light.model_copy(update={"card": {"flags": [{"code": "copying"}]}})
        port.call(ModelVersionRepository(port.stores.database, "ten_1").note_measured, light, flagged)
        assert [version.card for version in asking.again()] == [flagged.card]

    def test_a_share_and_its_end(self, port: PortalStores, models: ModelRepository, light: ModelVersion) -> None:
        asking, adoptions = Asking(port, "ten_2"), AdoptionRepository(port.stores.database, "ten_2")
        port.call(adoptions.adopt, light.model_id)
        assert list(asking.again()) == []
        for reader in ("ten_2", "*"):
            grant = Grant(reader=reader, given_at=now()).model_dump()
            port.call(models.change, light.model_id, {"grants": [grant]})
            assert [version.id for version in asking.again()] == [light.id]
            port.call(models.change, light.model_id, {"grants": []})
            assert list(asking.again()) == []

    def test_a_shared_model_that_is_deleted_or_found_to_copy(
        self, port: PortalStores, models: ModelRepository, light: ModelVersion
    ) -> None:
        asking = Asking(port, "ten_2")
        port.call(models.change, light.model_id, {"grants": [Grant(reader="*", given_at=now()).model_dump()]})
        port.call(AdoptionRepository(port.stores.database, "ten_2").adopt, light.model_id)
        assert len(asking.again()) == 1
        flagged = light.model_copy(update={"card": {"flags": [{"code": "copying"}]}})
        port.call(ModelVersionRepository(port.stores.database, "ten_1").note_measured, light, flagged)
        assert list(asking.again()) == []
        port.call(ModelVersionRepository(port.stores.database, "ten_1").note_measured, flagged, light)
        assert len(asking.again()) == 1
        port.call(models.delete, light.model_id)
        assert list(asking.again()) == []

    def test_an_adoption_that_is_taken_back(
        self, port: PortalStores, models: ModelRepository, light: ModelVersion
    ) -> None:
        asking, adoptions = Asking(port, "ten_2"), AdoptionRepository(port.stores.database, "ten_2")
        port.call(models.change, light.model_id, {"grants": [Grant(reader="ten_2", given_at=now()).model_dump()]})
        assert list(asking.again()) == []
        port.call(adoptions.adopt, light.model_id)
        assert len(asking.again()) == 1
        port.call(adoptions.forgo, light.model_id)
        assert list(asking.again()) == []
