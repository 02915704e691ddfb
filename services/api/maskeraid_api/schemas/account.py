"""The caller's account."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from maskeraid_api.access import SignedIn
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
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
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


class SignInRequest(Body):
    """A key, or what stands in a login link behind `#link=`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["key"]}, {"required": ["link"]}]})

    key: Secret | None = Field(default=None, description="An API key. The session ends with it.")
    link: Secret | None = Field(default=None, description="Signs in once, within ten minutes of its making.")

    @model_validator(mode="after")
    def _one_of_two(self) -> "SignInRequest":
        if (self.key is None) == (self.link is None):
            raise ValueError("give exactly one of key and link")
        return self


class SessionView(View):
    """A browser that has signed in. Its cookie is sent by itself, and tells no script anything."""

    object: Literal["session"] = "session"
    id: str
    csrf_token: str = Field(description="Goes as `X-CSRF-Token` with every request that changes something.")
    created_at: datetime
    expires_at: datetime = Field(description="At the latest; 12 hours without use end it too.")

    @classmethod
    def of(cls, signed_in: SignedIn) -> "SessionView":
        session = signed_in.session
        return cls(
            id=session.id, csrf_token=signed_in.csrf_token, created_at=session.created_at,
            expires_at=session.expires_at,
        )  # fmt: skip


class MeView(View):
    """The caller's tenant and key. Notices go to `email` once it is verified, and to no other address."""

    object: Literal["me"] = "me"
    tenant_id: str
    tenant_name: str
    email: str | None
    is_email_verified: bool
    pending_email: str | None = Field(description="Takes the place of `email` once the mailed link was opened.")
    email_events: list[str] = Field(description="Mailed beside what single jobs ask for.")
    key_id: str | None = Field(description="The key that asks; null in a session that a link has begun.")
    scopes: list[Scope]
    expires_at: datetime = Field(description="When the key ends, or the session.")
    session: SessionView | None = Field(description="Of the browser that asks; null when a key was sent.")
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
