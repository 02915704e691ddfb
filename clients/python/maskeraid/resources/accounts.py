"""The account itself, its keys, webhook endpoints, and what was sent."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from maskeraid.objects import Account, ApiKey, Delivery, WebhookEndpoint
from maskeraid.resources.resource import Resource

if TYPE_CHECKING:
    from maskeraid.client import Client


class Accounts:
    """Who the key belongs to."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def get(self) -> Account:
        return Account.of(self._client.get_json("/v1/me"), self._client)

    def change(self, **facts: Any) -> Account:  # noqa: ANN401 fields of the account
        """Another address, `email`, counts once the link that is mailed to it was opened."""
        return Account.of(self._client.request_json("PATCH", "/v1/me", json=facts), self._client)

    def verify_email(self, token: str) -> str:
        """Bring back the token that was mailed; the address that is verified now."""
        answer = self._client.post_json("/v1/me/email-verification", {"token": token})
        return str(answer["address"])


class ApiKeys(Resource[ApiKey]):
    path, kind = "/v1/api-keys", ApiKey

    def create(self, name: str, scopes: Sequence[str], *, days: int | None = None) -> ApiKey:
        """A new key; its text is in this answer and never again."""
        return self._create(name=name, scopes=list(scopes), days=days)


class WebhookEndpoints(Resource[WebhookEndpoint]):
    path, kind = "/v1/webhook-endpoints", WebhookEndpoint

    def create(self, url: str, event_types: Sequence[str] = ("*",)) -> WebhookEndpoint:
        """An address that is told of events; the secret that signs them is in this answer and never again."""
        return self._create(url=url, event_types=list(event_types))

    def enable(self, endpoint_id: str) -> WebhookEndpoint:
        """Send there again, as after it was disabled."""
        enabled = self._client.request_json("PATCH", f"{self.path}/{endpoint_id}", json={"is_enabled": True})
        return self.kind.of(enabled, self._client)

    def test(self, endpoint_id: str) -> Delivery:
        """Send a `test.ping`; its delivery shows what came of it."""
        return Delivery.of(self._client.post_json(f"{self.path}/{endpoint_id}/test"), self._client)

    def rotate_secret(self, endpoint_id: str) -> WebhookEndpoint:
        """A new secret, in this answer and never again; for 24 hours the old one signs too."""
        return self.kind.of(self._client.post_json(f"{self.path}/{endpoint_id}/rotate-secret"), self._client)


class Deliveries(Resource[Delivery]):
    path, kind = "/v1/deliveries", Delivery

    def redeliver(self, delivery_id: str) -> Delivery:
        """Send it again now, under the same id."""
        return self.kind.of(self._client.post_json(f"{self.path}/{delivery_id}/redeliver"), self._client)
