"""Tenants with their address, API keys, and stored answers of idempotent requests."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from maskeraid_core.documents.document import Document, Part
from maskeraid_core.documents.grants import Visibility

MONTH = "%Y-%m"
SYSTEM_TENANT = "ten_01ETXKWW00159GJQ8J0GA2YHTA"  # owns what ships with the service; nobody has a key of it


class Scope(StrEnum):
    """A right of a key; `admin` has them all."""

    DATASETS_READ = "datasets:read"
    DATASETS_WRITE = "datasets:write"
    TRAININGS_READ = "trainings:read"
    TRAININGS_WRITE = "trainings:write"
    MODELS_READ = "models:read"
    MODELS_WRITE = "models:write"
    MODELS_SHARE = "models:share"
    REIMAGINGS_READ = "reimagings:read"
    REIMAGINGS_WRITE = "reimagings:write"
    WEBHOOKS_WRITE = "webhooks:write"
    AUDIT_READ = "audit:read"
    ADMIN = "admin"


class PendingEmail(Part):
    """An address that waits for the link that was mailed to it. Of the link's token only a hash is kept."""

    address: str
    token_sha256: str
    expires_at: datetime


class Policy(Part):
    """What an account has decided for all that it does; each is read where it acts."""

    purpose_required: bool = False  # of each result: what it is for
    forensic_illustration: bool = False  # whether a purpose may be one of forensics
    results_kept_days: int | None = None  # of those that name no time of their own; None: as the service keeps them
    datasets_kept_days: int | None = None  # after their last use, of those without a date; None: as the service does
    widest_visibility: Visibility = "public"  # that may be given from now on
    exact_places: bool = True  # whether a new attribute may keep places as they come


class Tenant(Document):
    name: str
    email: str | None = None
    is_email_verified: bool = False
    pending_email: PendingEmail | None = None  # takes the place of `email` once it is verified
    email_events: list[str] = Field(default_factory=list)  # mailed beside what single jobs ask for
    deleted_seconds: dict[str, float] = Field(default_factory=dict)  # that deleted trainings ran, by MONTH
    policy: Policy = Field(default_factory=Policy)
    images_swept_at: datetime | None = None  # when those that no dataset has were last looked for
    created_at: datetime

    @property
    def mailbox(self) -> str | None:
        """The address that notices go to, and no other."""
        return self.email if self.is_email_verified else None


class ApiKey(Document):
    """An API key. Of the secret only a hash is kept: 256 random bits need no slow one."""

    tenant: str
    name: str
    public_id: str  # 16 characters, part of the key, indexed
    secret_sha256: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    expiry_told_at: datetime | None = None  # when its owner was told that it ends soon
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    client_reference_id: str | None = None


class IdempotentAnswer(Document):
    """The answer to the first request with an Idempotency-Key; `_id` is `tenant:key`."""

    tenant: str
    digest: str  # of method, path, and body
    created_at: datetime
    answer: dict[str, Any] | None = None  # status, headers, body; None while the first request runs
