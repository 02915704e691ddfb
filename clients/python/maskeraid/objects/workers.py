"""The service's workers."""

from datetime import datetime

from maskeraid.objects.api_object import ApiObject


class Worker(ApiObject):
    """A process that carries out the jobs of one queue."""

    queue: str = ""
    host: str | None = None
    device: str | None = None
    memory_bytes: int | None = None
    running_jobs: int = 0
    job_ids: list[str] = []
    is_draining: bool = False
    seen_at: datetime | None = None
