"""Jobs of every kind, and their history as it happens."""

import time
from collections.abc import Iterator

import httpx

from maskeraid.client_events import read_events
from maskeraid.errors import NotReachable
from maskeraid.objects import Event, Job
from maskeraid.resources.resource import Resource

RECONNECT_SECONDS = 1.0
MOST_RECONNECTS = 60


class Jobs(Resource[Job]):
    path, kind = "/v1/jobs", Job

    def cancel(self, job_id: str) -> Job:
        return Job.of(self._client.post_json(f"{self.path}/{job_id}/cancel", {}), self._client)

    def events(self, job_id: str, *, after: int = 0) -> Iterator[Event]:
        """Follow a job until its end, over server-sent events; a lost connection is taken up where it broke."""
        failures = 0
        while failures < MOST_RECONNECTS:
            try:
                for event in read_events(self._client.http, f"{self.path}/{job_id}/events", after):
                    failures, after = 0, event.seq
                    yield event
                    if event.type == "end":
                        return
            except httpx.TransportError:
                failures += 1
                time.sleep(RECONNECT_SECONDS)
        raise NotReachable(f"{self._client.url} no longer answers")
