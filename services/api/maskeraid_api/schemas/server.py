"""The server itself, and keys."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from maskeraid_api.schemas.parts import LabelledBody, Name, View
from maskeraid_core.documents.accounts import ApiKey, Scope

MOST_DAYS = 365  # of a key


class Limits(View):
    """The most that this server takes."""

    body_bytes: int
    import_bytes: int
    import_files: int
    upload_bytes: int
    bundle_bytes: int
    queued_jobs: int
    reads_per_second: float
    writes_per_second: float


class SigningKeyView(View):
    """What verifies the signatures of this server's bundles."""

    id: str
    algorithm: Literal["ed25519"]
    public_key: str = Field(description="32 bytes in base64 (RFC 8032).")


class ServerView(View):
    """What this server is and takes."""

    object: Literal["server"] = "server"
    version: str
    architectures: list[str]
    presets: list[str]
    engines: list[str]
    generators: list[str]
    limits: Limits
    signing_key: SigningKeyView
    statement: str


class ApiKeyRequest(LabelledBody):
    """A new key. Its scopes and its end may not go beyond those of the key that makes it."""

    name: Name
    scopes: list[Annotated[Scope, Field(strict=False)]] = Field(min_length=1, max_length=len(Scope))
    days: float | None = Field(
        default=None,
        gt=0,
        le=MOST_DAYS,
        description="Days until it expires; 90 when absent, or as long as your own key.",
    )


class ApiKeyView(View):
    """A key. `key` is shown once, in the answer that created it; a replayed answer has null."""

    object: Literal["api_key"] = "api_key"
    id: str
    name: str
    prefix: str
    scopes: list[Scope]
    metadata: dict[str, str]
    client_reference_id: str | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    key: str | None = None

    @classmethod
    def of(cls, key: ApiKey, text: str | None = None) -> "ApiKeyView":
        return cls(
            id=key.id, name=key.name, prefix=key.public_id, scopes=key.scopes, created_at=key.created_at,
            expires_at=key.expires_at, last_used_at=key.last_used_at, revoked_at=key.revoked_at, key=text,
            metadata=key.metadata, client_reference_id=key.client_reference_id,
        )  # fmt: skip


class Checks(View):
    """What a server stands on."""

    mongodb: Literal["up", "down"]
    redis: Literal["up", "down"]
    blobs: Literal["up", "down"]
    workers: dict[str, int] = Field(description="Live workers by queue.")
    network_isolation: Literal["on", "off", "unknown"] = Field(
        description="Whether what strangers send is parsed without a network; unknown while no worker has said so."
    )


class ReadyView(View):
    """Whether the server can serve."""

    status: Literal["ready", "degraded", "unavailable"]
    checks: Checks
