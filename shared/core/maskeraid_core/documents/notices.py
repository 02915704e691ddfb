"""What is to be told to an owner, and documents that keep it until it was told."""

from datetime import datetime
from typing import Any

from pydantic import Field

from maskeraid_core.documents.document import Document, Part


class Notice(Part):
    """Something that happened to a subject. Telling it twice makes the same deliveries: their ids come from here."""

    event: str  # training.succeeded, model.created, …
    subject: str  # id of the job, the model, the endpoint
    key: str  # tells two notices of one event and subject apart, as the fence of a job's move does
    at: datetime
    data: dict[str, Any]  # thin: id, object, status, url, and the client's own reference
    to: str | None = None  # a tenant that is told instead of the document's owner
    facts: dict[str, Any] = Field(default_factory=dict)  # for people, in e-mails only: a name, a reason, a duration


class TellingDocument(Document):
    """A document with an outbox: the update that changes it also writes what must be told of that."""

    outbox: list[Notice] = Field(default_factory=list)
    has_outbox: bool = False  # indexed, so that what was left behind is found
