"""Ratings: of models, one an account, and of an account's own re-imagings; both with a note."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import check_unchanged, shown
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs, RegistryOf
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, listed, page_asked
from maskeraid_api.schemas.models import RatingRequest, RatingView
from maskeraid_api.schemas.reimaging_requests import ResultRatingRequest
from maskeraid_api.schemas.reimagings import ReimagingView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.errors import JobStateConflict, NotFound, StaleObject, ValidationFailed
from maskeraid_core.jobs import JobKind, JobStatus
from maskeraid_core.repositories.ratings import RatingRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import allowed_actions

router = APIRouter(prefix="/v1", route_class=GuardedRoute)


@router.get("/models/{model_id}/ratings", response_model=ListView[RatingView], tags=["models"])
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


@router.put("/models/{model_id}/ratings", response_model=RatingView, tags=["models"])
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


@router.put("/reimagings/{reimaging_id}/rating", response_model=ReimagingView, tags=["reimagings"])
@operation(Scope.REIMAGINGS_WRITE, problems=(JobStateConflict, StaleObject), headers=("If-Match",))
async def put_reimaging_rating(
    reimaging_id: str, body: ResultRatingRequest, request: Request, jobs: Jobs, caller: CallerOf
) -> Response:
    """Rate a re-imaging that has succeeded, in place of what you said before; shown there, to your account alone."""
    job = await job_of(jobs, caller, reimaging_id, JobKind.REIMAGING)
    if job.status is not JobStatus.SUCCEEDED:
        detail = "Only a re-imaging that has succeeded can be rated."
        raise JobStateConflict(detail, current_status=job.status.value, allowed_actions=[*allowed_actions(job)])
    check_unchanged(request, ReimagingView.of(job))
    is_as_seen = "if-match" in request.headers
    rated = await jobs.rate(job, body.to_document(now()), is_as_seen=is_as_seen)
    if rated is None:  # deleted meanwhile, or rated by another who saw the same
        raise StaleObject if is_as_seen else NotFound
    return shown(request, ReimagingView.of(rated))
