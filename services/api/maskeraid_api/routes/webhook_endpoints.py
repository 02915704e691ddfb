"""Webhook endpoints: where a tenant's events go."""

import base64
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import accepted, change_in_turn, check_unchanged, created, gone, shown
from maskeraid_api.dependencies import CallerOf, GatewayOf, WebhookEndpoints
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, page_asked, page_of
from maskeraid_api.schemas.deliveries import (
    DeliveryView,
    WebhookEndpointChange,
    WebhookEndpointRequest,
    WebhookEndpointView,
)
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.deliveries import TEST_PING, Sink, WebhookEndpoint
from maskeraid_core.documents.notices import Notice
from maskeraid_core.errors import NotFound, QuotaExceeded, StaleObject
from maskeraid_core.ids import new_id
from maskeraid_core.mongo import server_time
from maskeraid_core.notices import tell
from maskeraid_core.repositories.repository import now

router = APIRouter(prefix="/v1/webhook-endpoints", route_class=GuardedRoute, tags=["webhooks"])

MOST_ENDPOINTS = 20  # a tenant; each is asked at every event
SECRET_BYTES = 32


@router.get("", response_model=ListView[WebhookEndpointView])
@operation(Scope.WEBHOOKS_WRITE)
async def list_webhook_endpoints(
    request: Request, endpoints: WebhookEndpoints, asked: Annotated[Asked, Depends(page_asked("whe"))]
) -> Response:
    """The tenant's endpoints."""
    return await page_of(request, endpoints, asked, WebhookEndpointView.of)


@router.post("", status_code=201, response_model=WebhookEndpointView)
@operation(Scope.WEBHOOKS_WRITE, secret_fields=("secret",), problems=(QuotaExceeded,))
async def create_webhook_endpoint(
    body: WebhookEndpointRequest, caller: CallerOf, endpoints: WebhookEndpoints
) -> Response:
    """Register an endpoint. Its signing secret (Standard Webhooks) is shown in this answer and never again."""
    if await endpoints.count() >= MOST_ENDPOINTS:
        raise QuotaExceeded(f"A tenant has at most {MOST_ENDPOINTS} endpoints.", quota="webhook_endpoints")
    secret, at = new_secret(), now()
    endpoint = WebhookEndpoint(
        id=new_id("whe"), tenant=caller.tenant, secret=secret, created_at=at, updated_at=at, **body.model_dump()
    )
    await endpoints.add(endpoint)
    return created(WebhookEndpointView.of(endpoint, secret), f"/v1/webhook-endpoints/{endpoint.id}")


@router.get("/{endpoint_id}", response_model=WebhookEndpointView)
@operation(Scope.WEBHOOKS_WRITE)
async def get_webhook_endpoint(endpoint_id: str, request: Request, endpoints: WebhookEndpoints) -> Response:
    """One endpoint."""
    return shown(request, WebhookEndpointView.of(await endpoint_of(endpoints, endpoint_id)))


@router.patch("/{endpoint_id}", response_model=WebhookEndpointView)
@operation(Scope.WEBHOOKS_WRITE, problems=(StaleObject,), headers=("If-Match",))
async def change_webhook_endpoint(
    endpoint_id: str, body: WebhookEndpointChange, request: Request, endpoints: WebhookEndpoints
) -> Response:
    """Change an endpoint, or enable one that was disabled."""
    facts = body.model_dump(exclude_unset=True, exclude_none=True)
    if body.is_enabled:
        facts |= {"disabled_reason": None, "given_up_in_a_row": 0}

    async def try_once() -> WebhookEndpoint | None:
        endpoint = await endpoint_of(endpoints, endpoint_id)
        check_unchanged(request, WebhookEndpointView.of(endpoint))
        where = {"updated_at": endpoint.updated_at}
        return await endpoints.change(endpoint_id, {**facts, "updated_at": now()}, where=where)

    return shown(request, WebhookEndpointView.of(await change_in_turn(request, try_once)))


@router.delete("/{endpoint_id}", status_code=204, response_class=Response)
@operation(Scope.WEBHOOKS_WRITE, problems=(StaleObject,), headers=("If-Match",))
async def delete_webhook_endpoint(endpoint_id: str, request: Request, endpoints: WebhookEndpoints) -> Response:
    """Forget an endpoint; nothing more is sent there."""
    endpoint = await endpoint_of(endpoints, endpoint_id)
    check_unchanged(request, WebhookEndpointView.of(endpoint))
    if not await endpoints.delete(endpoint_id):
        raise NotFound
    return gone()


@router.post("/{endpoint_id}/test", status_code=202, response_model=DeliveryView)
@operation(Scope.WEBHOOKS_WRITE)
async def test_webhook_endpoint(endpoint_id: str, endpoints: WebhookEndpoints, gateway: GatewayOf) -> Response:
    """Send a `test.ping` there, also to a disabled endpoint; the delivery shows what came of it."""
    endpoint = await endpoint_of(endpoints, endpoint_id)
    own = f"/v1/webhook-endpoints/{endpoint.id}"
    data = {"id": endpoint.id, "object": "webhook_endpoint", "status": "test", "url": own}
    at = await server_time(gateway.stores.database)
    ping = Notice(event=TEST_PING, subject=endpoint.id, key=new_id("tst"), at=at, data=data)
    (made,) = await tell(gateway.stores, endpoint.tenant, ping, [Sink(kind="webhook", target=endpoint.id)])
    return accepted(DeliveryView.of(made), f"/v1/deliveries/{made.id}")


@router.post("/{endpoint_id}/rotate-secret", response_model=WebhookEndpointView)
@operation(Scope.WEBHOOKS_WRITE, secret_fields=("secret",), problems=(StaleObject,))
async def rotate_webhook_secret(endpoint_id: str, request: Request, endpoints: WebhookEndpoints) -> Response:
    """Sign with a new secret, shown in this answer and never again; for 24 hours the old one signs too."""
    endpoint, secret = await endpoint_of(endpoints, endpoint_id), new_secret()
    rotated = await endpoints.rotate_secret(endpoint, secret)
    if rotated is None:
        raise StaleObject
    return shown(request, WebhookEndpointView.of(rotated, secret))


def new_secret() -> str:
    """As Standard Webhooks has them."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


async def endpoint_of(endpoints: WebhookEndpoints, endpoint_id: str) -> WebhookEndpoint:
    endpoint = await endpoints.get(endpoint_id)
    if endpoint is None:
        raise NotFound
    return endpoint
