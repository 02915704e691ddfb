"""Keys, webhook endpoints, and what was sent to them."""

from collections.abc import Sequence

from maskeraid.objects import ApiKey, Delivery, WebhookEndpoint
from maskeraid.resources.resource import Resource


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


class Deliveries(Resource[Delivery]):
    path, kind = "/v1/deliveries", Delivery
