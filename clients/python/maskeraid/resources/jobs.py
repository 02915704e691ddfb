"""Jobs of every kind, and their history as it happens."""

from collections.abc import Iterator

from maskeraid.event_stream import EventStream
from maskeraid.objects import Event, Job
from maskeraid.resources.resource import Resource


class Jobs(Resource[Job]):
    path, kind = "/v1/jobs", Job

    def cancel(self, job_id: str) -> Job:
        """End a job and drop what it made; asking again changes nothing."""
        return Job.of(self._client.post_json(f"{self.path}/{job_id}/cancel"), self._client)

    def events(self, job_id: str, *, after: int = 0) -> Iterator[Event]:
        """Follow a job to its end; a lost connection is taken up where it broke."""
        return iter(EventStream(self._client, f"{self.path}/{job_id}/events", after))
