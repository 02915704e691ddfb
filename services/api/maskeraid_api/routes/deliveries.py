"""Deliveries: every webhook and e-mail, with each attempt."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import accepted, shown
from maskeraid_api.dependencies import Deliveries, GatewayOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, page_asked, page_of
from maskeraid_api.schemas.deliveries import DeliveryView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.deliveries import DeliveryStatus
from maskeraid_core.errors import NotFound
from maskeraid_core.jobs import QueueName

router = APIRouter(prefix="/v1/deliveries", route_class=GuardedRoute, tags=["webhooks"])


@router.get("", response_model=ListView[DeliveryView])
@operation(Scope.WEBHOOKS_WRITE)
async def list_deliveries(
    request: Request,
    deliveries: Deliveries,
    asked: Annotated[Asked, Depends(page_asked("dlv"))],
    subject: Annotated[str | None, Query(max_length=64, description="Only those about this job or object.")] = None,
    status: Annotated[DeliveryStatus | None, Query(description="Only deliveries in this status.")] = None,
    event: Annotated[str | None, Query(max_length=64, description="Only of this type.")] = None,
    sink: Annotated[Literal["webhook", "email"] | None, Query(description="Only by this way.")] = None,
    endpoint_id: Annotated[str | None, Query(max_length=64, description="Only those to this endpoint.")] = None,
) -> Response:
    """Webhooks and e-mails, sent or to be sent; kept for 30 days."""
    filters = {
        "subject": subject, "status": status, "event": event, "sink.kind": sink, "sink.target": endpoint_id,
    }  # fmt: skip
    return await page_of(request, deliveries, asked, DeliveryView.of, **filters)


@router.get("/{delivery_id}", response_model=DeliveryView)
@operation(Scope.WEBHOOKS_WRITE)
async def get_delivery(delivery_id: str, request: Request, deliveries: Deliveries) -> Response:
    """One delivery; in local mode with the text of its e-mail."""
    delivery = await deliveries.get(delivery_id)
    if delivery is None:
        raise NotFound
    return shown(request, DeliveryView.of(delivery))


@router.post("/{delivery_id}/redeliver", status_code=202, response_model=DeliveryView)
@operation(Scope.WEBHOOKS_WRITE)
async def redeliver(delivery_id: str, deliveries: Deliveries, gateway: GatewayOf) -> Response:
    """Send it again now, under the same `webhook-id` or Message-ID, and by the whole retry table if need be."""
    delivery = await deliveries.send_again(delivery_id)
    if delivery is None:
        raise NotFound
    await gateway.stores.doorbell.ring(QueueName.NOTIFIER, delivery.id)
    return accepted(DeliveryView.of(delivery), f"/v1/deliveries/{delivery.id}")
