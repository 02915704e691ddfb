"""The account, its keys, and what is told to it."""

from datetime import datetime
from typing import Any

from maskeraid.objects.api_object import ApiObject


class WebhookEndpoint(ApiObject):
    url: str
    secret: str | None = None  # only in the answer that made it
    event_types: list[str] = []
    is_enabled: bool = True
    disabled_reason: str | None = None


class Delivery(ApiObject):
    """One thing told by one webhook or e-mail, with every attempt."""

    event: str = ""
    subject: str = ""
    status: str = ""
    attempts: list[dict[str, Any]] = []

    @property
    def outcome(self) -> str:
        """The status in words: one that waits because it failed says so, and how it failed last."""
        if self.status == "delivered" or not self.attempts:
            return self.status
        last = self.attempts[-1]
        why = last.get("error") or f"answered {last.get('status_code')}"
        state = "failing" if self.status == "pending" else self.status.replace("_", " ")
        return f"{state} after {len(self.attempts)} {'try' if len(self.attempts) == 1 else 'tries'}: {why}"


class Account(ApiObject):
    """Notices go to `email` once it is verified; `pending_email` waits for that."""

    email: str | None = None
    is_email_verified: bool = False
    pending_email: str | None = None


class ApiKey(ApiObject):
    name: str = ""
    scopes: list[str] = []
    key: str | None = None  # only in the answer that made it


class Policy(ApiObject):
    """What the account asks of all that is done under its keys."""

    purpose_required: bool = False
    forensic_illustration: bool = False
    results_kept_days: int | None = None
    datasets_kept_days: int | None = None
    widest_visibility: str = "public"
    exact_places: bool = True


class AuditEntry(ApiObject):
    """What was done: by whom, to what, what for."""

    seq: int = 0
    at: datetime | None = None
    actor: str = ""
    key_id: str | None = None
    action: str = ""
    object_id: str | None = None
    purpose: str | None = None
    detail: str | None = None
    outcome: str = ""
    address_prefix: str | None = None
    hash: str = ""


class AuditVerification(ApiObject):
    """Whether the log is as it was written."""

    is_intact: bool = False
    entries: int = 0
    head_seq: int = 0
    head_hash: str = ""
    first_broken: dict[str, Any] | None = None

    @property
    def sentence(self) -> str:
        if self.first_broken is None:
            return f"all {self.entries:,} entries hold; the newest has the hash {self.head_hash}"
        entry = self.first_broken
        return f"entry {entry['seq']:,} is {entry['reason']} ({entry['id']}); the {self.entries:,} before it hold"
