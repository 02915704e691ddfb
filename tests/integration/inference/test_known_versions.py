"""Which models a re-imaging can be filled by: all that were there when it was accepted."""

from datetime import timedelta

from tests.factories import make_job

from maskeraid_core.jobs import Job
from maskeraid_core.portal import PortalStores
from maskeraid_inference.known_versions import KnownVersions

from .conftest import add_model


def claimed(job: Job) -> Job:
    """The job a second after its acceptance, by the database's clock."""
    return job.model_copy(update={"updated_at": job.created_at + timedelta(seconds=1)})


def later(job: Job, seconds: float) -> Job:
    return job.model_copy(update={"created_at": job.created_at + timedelta(seconds=seconds)})


class TestKnownVersions:
    def test_a_model_made_before_the_acceptance_is_known(self, port: PortalStores) -> None:
        versions, job = KnownVersions(port), make_job()
        light = add_model(port, "light")
        assert versions.of(claimed(job)) == [light]
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
        assert versions.of(claimed(job.model_copy(update={"tenant": "ten_2"}))) == [theirs]
