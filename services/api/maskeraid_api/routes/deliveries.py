"""Deliveries: every webhook and e-mail, with each attempt."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import shown
from maskeraid_api.dependencies import Deliveries
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, listed, page_asked
from maskeraid_api.schemas.deliveries import DeliveryView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.deliveries import DeliveryStatus
from maskeraid_core.errors import NotFound

router = APIRouter(prefix="/v1/deliveries", route_class=GuardedRoute, tags=["webhooks"])


@router.get("", response_model=ListView[DeliveryView])
@operation(Scope.WEBHOOKS_WRITE)
async def list_deliveries(
    request: Request,
    deliveries: Deliveries,
    asked: Annotated[Asked, Depends(page_asked("dlv"))],
    subject: Annotated[str | None, Query(max_length=64, description="Only those about this job.")] = None,
    status: Annotated[DeliveryStatus | None, Query(description="Only deliveries in this status.")] = None,
) -> Response:
    """Webhooks and e-mails, sent or to be sent."""
    page = await deliveries.page(asked.request, subject=subject, status=status)
    total = await deliveries.count(subject=subject, status=status) if asked.is_total_wanted else None
    return listed(request, [DeliveryView.of(row) for row in page.items], has_more=page.has_more, total=total)


@router.get("/{delivery_id}", response_model=DeliveryView)
@operation(Scope.WEBHOOKS_WRITE)
async def get_delivery(delivery_id: str, request: Request, deliveries: Deliveries) -> Response:
    """One delivery; in local mode with the text of its e-mail."""
    delivery = await deliveries.get(delivery_id)
    if delivery is None:
        raise NotFound
    return shown(request, DeliveryView.of(delivery))
