"""Lines of a job's history, and of all histories of a tenant: who has seen number n has seen everything before n."""

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
    is_placed: bool | None = None  # in the feed of its tenant


class FeedLine(Document):
    """The place of an event among those of all jobs of its tenant; `_id` is the event's."""

    tenant: str
    place: int  # 1, 2, 3, …
    at: datetime  # when it got its place, never before the line before it
    event_at: datetime
