"""Workers, as they say themselves."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from maskeraid_api.schemas.parts import View
from maskeraid_core.jobs import QueueName
from maskeraid_core.repositories.workers import LiveWorker


class WorkerView(View):
    """A worker process, as it said itself."""

    object: Literal["worker"] = "worker"
    id: str
    queue: QueueName
    host: str | None
    device: str | None = Field(description="A GPU's name, or the processor cores.")
    memory_bytes: int | None = Field(description="Of the device.")
    used_bytes: int | None = Field(description="By the process, at its last beat.")
    running_jobs: int
    job_ids: list[str] = Field(description="Those of them that are yours.")
    is_draining: bool = Field(description="Takes no more jobs, and leaves after those in hand.")
    seen_at: datetime

    @classmethod
    def of(cls, worker: LiveWorker, jobs: list[tuple[str, str]], tenant: str) -> "WorkerView":
        """`jobs` are tenants and ids."""
        return cls(
            id=worker.id, queue=worker.queue, host=worker.host, device=worker.device,
            memory_bytes=worker.memory_bytes, used_bytes=worker.used_bytes, running_jobs=len(jobs),
            job_ids=sorted(job_id for owner, job_id in jobs if owner == tenant), is_draining=worker.is_draining,
            seen_at=worker.seen_at,
        )  # fmt: skip
