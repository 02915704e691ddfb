"""Webhook endpoints and deliveries."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from maskeraid_api.schemas.parts import Body, LabelledBody, Metadata, Text, View
from maskeraid_core.documents.deliveries import Attempt, Delivery, DeliveryStatus, Sink, WebhookEndpoint

Url = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\x00-\x20/@]+(?:/[^\s\x00-\x20]*)?$")]
EventType = Literal[
    "*", "training.succeeded", "training.failed", "training.cancelled", "training.paused", "training.needs_attention",
    "model.created", "model.shared", "model.flagged", "dataset.shared", "dataset.deleted",
    "import.succeeded", "import.failed", "reimaging.succeeded", "reimaging.failed",
    "batch.completed", "evaluation.completed", "export.completed", "deletion.completed",
]  # fmt: skip


class WebhookEndpointRequest(LabelledBody):
    """Where events go. The address is checked each time before something is sent."""

    url: Url
    event_types: list[EventType] = Field(default=["*"], min_length=1, max_length=20)
    description: Text | None = None


class WebhookEndpointChange(Body):
    """What may be changed; what is absent stays. Enabling starts the count of failures anew."""

    url: Url | None = None
    event_types: list[EventType] | None = Field(default=None, min_length=1, max_length=20)
    is_enabled: bool | None = None
    description: Text | None = None
    metadata: Metadata | None = None


class WebhookEndpointView(View):
    """An endpoint. `secret` is shown once, in the answer that made it; a replayed answer has null."""

    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    id: str
    url: str
    event_types: list[str]
    is_enabled: bool
    disabled_reason: str | None
    given_up_in_a_row: int = Field(description="Deliveries; the third disables the endpoint.")
    previous_secret_until: datetime | None = Field(description="Until then the secret before this one signs too.")
    description: str | None
    metadata: dict[str, str]
    client_reference_id: str | None
    created_at: datetime
    updated_at: datetime
    secret: str | None = None

    @classmethod
    def of(cls, endpoint: WebhookEndpoint, secret: str | None = None) -> "WebhookEndpointView":
        hidden = {"tenant", "secret", "previous_secret", "outbox", "has_outbox"}
        return cls(**endpoint.model_dump(exclude=hidden), secret=secret)


class DeliveryView(View):
    """One thing told to one sink, with every attempt."""

    object: Literal["delivery"] = "delivery"
    id: str
    event: str
    subject: str = Field(description="The job, the model, the endpoint, or the account.")
    sink: Sink
    status: DeliveryStatus
    attempts: list[Attempt] = Field(description="The last 50, each with the first 1 kB of the answer.")
    next_attempt_at: datetime | None
    data: dict[str, Any] = Field(description="What is told; for an e-mail also what only its text says.")
    message: str | None = Field(description="Text of an e-mail, in local mode.")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryView":
        return cls(**delivery.model_dump(exclude={"tenant", "fence", "lease_until", "rang_at", "tries", "token"}))
