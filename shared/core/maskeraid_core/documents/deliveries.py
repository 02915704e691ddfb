"""Webhook endpoints, and deliveries: one for each thing to tell and each sink, with every attempt."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from maskeraid_core.documents.document import Document, Part
from maskeraid_core.documents.notices import TellingDocument

TEST_PING = "test.ping"
EMAIL_VERIFICATION = "email.verification"
ENDPOINT_DISABLED = "webhook_endpoint.disabled"
KEY_EXPIRING = "api_key.expiring"


class WebhookEndpoint(TellingDocument):
    tenant: str
    url: str
    secret: str  # whsec_…; shown once
    previous_secret: str | None = None
    previous_secret_until: datetime | None = None
    event_types: list[str] = Field(default_factory=lambda: ["*"])
    is_enabled: bool = True
    disabled_reason: str | None = None
    given_up_in_a_row: int = 0
    description: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    client_reference_id: str | None = None
    created_at: datetime
    updated_at: datetime


class DeliveryStatus(StrEnum):
    """Whether a delivery has arrived."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Attempt(Part):
    """One try: `answer` is the first 1 kB of the reply, for the owner only."""

    at: datetime
    duration_ms: int
    status_code: int | None = None
    error: str | None = None
    answer: str | None = None


class Sink(Part):
    """Where a delivery goes."""

    kind: Literal["webhook", "email"]
    target: str  # endpoint id, or the address


class Delivery(Document):
    """`_id` is derived from subject, event, fence, and sink: telling twice makes one delivery."""

    tenant: str
    sink: Sink
    event: str  # training.succeeded, …
    subject: str  # id of the job, the model, the endpoint, the key, the account
    data: dict[str, Any]  # thin body: id, object, status, url; for e-mail also facts for people
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: list[Attempt] = Field(default_factory=list)  # the last ones
    tries: int = 0  # attempts since it was made or sent again: the place in the retry table
    next_attempt_at: datetime | None
    fence: int = 0
    lease_until: datetime | None = None
    rang_at: datetime | None = None  # for the attempt that is due
    token: str | None = None  # of a verification: never shown, and gone once it was sent
    message: str | None = None  # text of the e-mail, in local mode
    created_at: datetime
    finished_at: datetime | None = None
