"""Jobs, and their history."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel

from maskeraid.errors import JobFailed
from maskeraid.objects.api_object import ApiObject
from maskeraid.objects.saving import write

TERMINAL = frozenset({"succeeded", "failed", "cancelled"})


class Event(BaseModel):
    """One line of a job's history; `id` grows by one."""

    id: int
    type: str
    data: dict[str, Any]


class Job(ApiObject):
    """What imports, trainings, and re-imagings share."""

    kind: str = ""
    about: list[dict[str, str]] = []  # `id` and `name` of datasets and models
    dry_run: bool = False  # it only measures, checks, or looks
    status: str
    phase: str | None = None
    progress: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    warnings: list[dict[str, Any]] = []
    allowed_actions: list[str] = []
    queue_position: int | None = None
    estimated_finish: datetime | None = None
    retry_of: str | None = None
    stopped_early: bool = False
    attempt: int = 0

    @property
    def is_terminal(self) -> bool:
        return self.status in TERMINAL

    def events(self, after: int = 0) -> Iterator[Event]:
        """Follow the job's history live until it ends; a broken connection is continued without a gap."""
        return self._client.jobs.events(self.id, after=after)

    def refresh(self) -> Self:
        """The job as it is now."""
        return type(self).of(self._client.get_json(self.urls["self"]), self._client)

    def cancel(self) -> "Job":
        return self._client.jobs.cancel(self.id)

    def pause(self) -> "Job":
        return self._client.jobs.pause(self.id)

    def resume(self) -> "Job":
        return self._client.jobs.resume(self.id)

    def stop(self) -> "Job":
        return self._client.jobs.stop(self.id)

    def retry(self) -> "Job":
        return self._client.jobs.retry(self.id)

    def wait(self, show: Callable[[Event], None] | None = None) -> Self:
        """Wait for the end by events; `show` is told of each.

        Raises JobFailed unless the job succeeded.
        """
        job = self
        if not job.is_terminal:
            for event in self.events():
                if show:
                    show(event)
            job = self.refresh()
        if job.status != "succeeded":
            raise JobFailed(job)
        return job


class JobWithFiles(Job):
    """A job whose result has files."""

    files: dict[str, str] = {}

    def file(self, name: str) -> bytes:
        """The bytes of one of the result's files, e.g. `final.png`.

        Raises JobFailed when it has failed or was cancelled, which says more than that there is no such file.
        """
        if self.is_terminal and self.status != "succeeded":
            raise JobFailed(self)
        return self._client.get_bytes(f"/v1/{self.kind}s/{self.id}/files/{name}")

    def save(self, name: str, folder: str | Path = ".") -> Path:
        """Write one of the result's files into a folder, which is made if there is none; where it lies."""
        return write(Path(folder) / name, self.file(name))
