"""Ratings: what a tenant thinks of a model that it may read, and of a result of its own."""

from datetime import datetime

from pydantic import Field

from maskeraid_core.documents.document import Document, Part


class Rating(Document):
    """One a tenant and model; `_id` is derived from both."""

    tenant: str
    model_id: str
    stars: int = Field(ge=1, le=5)
    note: str | None = None
    created_at: datetime
    updated_at: datetime


class ResultRating(Part):
    """What a tenant thinks of a re-imaging; it is kept with the job, and goes with it."""

    stars: int = Field(ge=1, le=5)
    note: str | None = None
    rated_at: datetime
