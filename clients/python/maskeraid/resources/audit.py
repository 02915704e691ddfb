"""What the account has decided for all its keys, and the log of what was done under them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from maskeraid.objects import AuditEntry, AuditVerification, Policy
from maskeraid.resources.resource import Resource

if TYPE_CHECKING:
    from maskeraid.client import Client


class Policies:
    """The account's one policy."""

    path = "/v1/policy"

    def __init__(self, client: "Client") -> None:
        self._client = client

    def get(self) -> Policy:
        return Policy.of(self._client.get_json(self.path), self._client)

    def change(self, **settings: Any) -> Policy:  # noqa: ANN401 settings of the policy
        """Decide anew on these; None for a number of days means: as the service keeps them."""
        return Policy.of(self._client.request_json("PATCH", self.path, json=settings), self._client)


class AuditLog:
    """It is read and checked; nothing changes it."""

    path = "/v1/audit"

    def __init__(self, client: "Client") -> None:
        self._client = client

    def list(self, *, action: str | None = None) -> Iterator[AuditEntry]:
        """Every entry, newest first, or those of an action, such as `deleted`."""
        return _Entries(self._client).list(action=action)

    def verify(self) -> AuditVerification:
        """Have the whole chain checked."""
        return AuditVerification.of(self._client.get_json(f"{self.path}/verification"), self._client)


class _Entries(Resource[AuditEntry]):
    path, kind = AuditLog.path, AuditEntry
