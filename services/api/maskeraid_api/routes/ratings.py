"""Ratings of models: one an account, with a note."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import shown
from maskeraid_api.dependencies import CallerOf, GatewayOf, RegistryOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, listed, page_asked
from maskeraid_api.schemas.models import RatingRequest, RatingView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.repositories.ratings import RatingRepository

router = APIRouter(prefix="/v1/models/{model_id}/ratings", route_class=GuardedRoute, tags=["models"])


@router.get("", response_model=ListView[RatingView])
@operation(Scope.MODELS_READ)
async def list_ratings(
    model_id: str,
    request: Request,
    caller: CallerOf,
    gateway: GatewayOf,
    registry: RegistryOf,
    asked: Annotated[Asked, Depends(page_asked("rat"))],
) -> Response:
    """What accounts think of a model that you may read."""
    ratings = RatingRepository(gateway.stores.database, await registry.require(model_id))
    page = await ratings.page(asked.request)
    names = await registry.accounts.names({rating.tenant for rating in page.items})
    views = [RatingView.of(rating, names.get(rating.tenant), caller.tenant) for rating in page.items]
    total = await ratings.count() if asked.is_total_wanted else None
    return listed(request, views, has_more=page.has_more, total=total)


@router.put("", response_model=RatingView)
@operation(Scope.MODELS_WRITE)
async def put_rating(
    model_id: str, body: RatingRequest, request: Request, caller: CallerOf, gateway: GatewayOf, registry: RegistryOf
) -> Response:
    """Rate a model that another account shares with you, in place of what you said before."""
    model = await registry.require(model_id)
    if registry.is_own(model):
        raise ValidationFailed("The model is yours: only others rate it.", parameter="model_id")
    ratings = RatingRepository(gateway.stores.database, model)
    rating = await ratings.put(caller.tenant, body.stars, body.note)
    names = await registry.accounts.names({caller.tenant})
    return shown(request, RatingView.of(rating, names.get(caller.tenant), caller.tenant))
