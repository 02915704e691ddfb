"""The caller's account."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from maskeraid_api.schemas.parts import Body, View
from maskeraid_core.documents.accounts import Scope

# What people use of RFC 5321: no quotes, no literals, ASCII only, so that nothing in it has a meaning to a header.
EmailAddress = Annotated[
    str,
    StringConstraints(
        max_length=254,
        pattern=r"^[A-Za-z0-9!#$%&*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&*+/=?^_{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ),
]
EmailEvent = Literal["model.created", "model.shared", "model.flagged", "dataset.shared", "dataset.deleted"]


class Usage(View):
    """What an account has."""

    queued_jobs: int
    datasets: int
    models: int
    training_seconds: float = Field(description="For which trainings ordered this month have run.")
    storage_bytes: int = Field(description="Of the images of data sets and the files of models.")


class Quotas(View):
    """What an account may have at a time."""

    queued_jobs: int
    open_uploads: int
    upload_bytes: int
    webhook_endpoints: int
    training_seconds: float | None = Field(description="A calendar month; null: any.")
    storage_bytes: int | None = Field(description="Above, no import and no training begins; null: any.")


class MeView(View):
    """The caller's tenant and key. Notices go to `email` once it is verified, and to no other address."""

    object: Literal["me"] = "me"
    tenant_id: str
    tenant_name: str
    email: str | None
    is_email_verified: bool
    pending_email: str | None = Field(description="Takes the place of `email` once the mailed link was opened.")
    email_events: list[str] = Field(description="Mailed beside what single jobs ask for.")
    key_id: str
    scopes: list[Scope]
    expires_at: datetime
    quotas: Quotas
    usage: Usage


class AccountChange(Body):
    """What may be changed; what is absent stays."""

    email: EmailAddress | None = None
    email_events: list[EmailEvent] | None = Field(default=None, max_length=20)


class EmailVerificationRequest(Body):
    """The proof that a mailed link was read."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


class EmailView(View):
    """An address whose owner has shown that it is theirs."""

    object: Literal["email"] = "email"
    address: str
    is_verified: Literal[True] = True
