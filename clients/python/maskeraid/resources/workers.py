"""Workers: which live, and sending one away."""

from collections.abc import Iterator
from typing import Any

from maskeraid.objects import Worker
from maskeraid.resources.resource import Resource


class Workers(Resource[Worker]):
    path, kind = "/v1/workers", Worker

    def list(self, **query: Any) -> Iterator[Worker]:  # noqa: ANN401 as of every resource
        """Those that were heard of in the last 30 s: one page."""
        rows = self._client.get_json(self.path, **query)["data"]
        return (self.kind.of(row, self._client) for row in rows)

    def drain(self, worker_id: str) -> Worker:
        """Let it take no more jobs, and leave after those in hand."""
        return self.kind.of(self._client.post_json(f"{self.path}/{worker_id}/drain"), self._client)
