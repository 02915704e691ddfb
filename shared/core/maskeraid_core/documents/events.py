"""Lines of a job's history. Numbers have no holes: who has seen n has seen everything before n."""

from datetime import datetime
from typing import Any

from pydantic import Field

from maskeraid_core.documents.document import Document


class JobEvent(Document):
    """`_id` is `job:seq`; `key` is unique within the job, so that appending twice is appending once."""

    job: str
    tenant: str
    seq: int
    key: str
    type: str
    at: datetime
    fence: int
    data: dict[str, Any] = Field(default_factory=dict)
