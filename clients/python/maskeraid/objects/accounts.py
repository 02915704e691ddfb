"""The account, its keys, and what is told to it."""

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
