"""Jobs of every kind, and their history as it happens."""

from collections.abc import Iterator

from maskeraid.event_stream import EventStream
from maskeraid.objects import Event, Job
from maskeraid.resources.resource import Resource


class Jobs(Resource[Job]):
    path, kind = "/v1/jobs", Job

    def cancel(self, job_id: str) -> Job:
        """End a job and drop what it made; asking again changes nothing."""
        return self._ask(job_id, "cancel")

    def pause(self, job_id: str) -> Job:
        """Let a training stand still at a checkpoint; its worker is free for others."""
        return self._ask(job_id, "pause")

    def resume(self, job_id: str) -> Job:
        """Let a paused training go on, or take a pause back that has not happened yet."""
        return self._ask(job_id, "resume")

    def stop(self, job_id: str) -> Job:
        """End a training early and make a model of what it has learned."""
        return self._ask(job_id, "stop")

    def retry(self, job_id: str) -> Job:
        """Order the same again after a failure or a cancel: the new job."""
        return self._ask(job_id, "retry")

    def events(self, job_id: str, *, after: int = 0) -> Iterator[Event]:
        """Follow a job to its end; a lost connection is taken up where it broke."""
        return iter(EventStream(self._client, f"{self.path}/{job_id}/events", after))

    def _ask(self, job_id: str, action: str) -> Job:
        return Job.of(self._client.post_json(f"{self.path}/{job_id}/{action}"), self._client)
