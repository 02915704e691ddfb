"""Webhook endpoints and deliveries."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from maskeraid_api.schemas.parts import Body, Metadata, Text, View
from maskeraid_core.documents.deliveries import Attempt, Delivery, DeliveryStatus, Sink, WebhookEndpoint

Url = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\x00-\x20/@]+(?:/[^\s\x00-\x20]*)?$")]
EventType = Literal[
    "*", "training.succeeded", "training.failed", "training.cancelled", "import.succeeded", "import.failed",
    "import.cancelled", "reimaging.succeeded", "reimaging.failed", "reimaging.cancelled",
]  # fmt: skip


class WebhookEndpointRequest(Body):
    """Where events go. The address is checked each time before something is sent."""

    url: Url
    event_types: list[EventType] = Field(default=["*"], min_length=1, max_length=20)
    description: Text | None = None
    metadata: Metadata = Field(default_factory=dict)


class WebhookEndpointChange(Body):
    """What may be changed; what is absent stays. Enabling starts the count of failures anew."""

    url: Url | None = None
    event_types: list[EventType] | None = Field(default=None, min_length=1, max_length=20)
    is_enabled: bool | None = None
    description: Text | None = None
    metadata: Metadata | None = None


class WebhookEndpointView(View):
    """An endpoint. `secret` is shown once, in the answer that created it; a replayed answer has null."""

    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    id: str
    url: str
    event_types: list[str]
    is_enabled: bool
    disabled_reason: str | None
    description: str | None
    metadata: dict[str, str]
    created_at: datetime
    updated_at: datetime
    secret: str | None = None

    @classmethod
    def of(cls, endpoint: WebhookEndpoint, secret: str | None = None) -> "WebhookEndpointView":
        hidden = {"tenant", "secret", "previous_secret", "previous_secret_until", "given_up_in_a_row"}
        return cls(**endpoint.model_dump(exclude=hidden), secret=secret)


class DeliveryView(View):
    """One thing told to one sink, with every attempt."""

    object: Literal["delivery"] = "delivery"
    id: str
    event: str
    subject: str = Field(description="The job.")
    sink: Sink
    status: DeliveryStatus
    attempts: list[Attempt]
    next_attempt_at: datetime | None
    data: dict[str, Any]
    message: str | None = Field(description="Text of an e-mail, in local mode.")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryView":
        return cls(**delivery.model_dump(exclude={"tenant", "fence", "lease_until"}))
