"""Adoptions: shared models that shall take part in the reader's Selection."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import gone, shown
from maskeraid_api.dependencies import RegistryOf
from maskeraid_api.model_views import view_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.schemas.models import ModelView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.errors import NotFound

router = APIRouter(prefix="/v1/models/{model_id}/adoption", route_class=GuardedRoute, tags=["models"])


@router.put("", response_model=ModelView)
@operation(Scope.MODELS_WRITE)
async def adopt_model(model_id: str, request: Request, registry: RegistryOf) -> Response:
    """Let a model that is shared with you take part in your Selection, for as long as it is shared."""
    model = await registry.shared.require(model_id)
    await registry.adoptions.adopt(model.id)
    return shown(request, await view_of(registry, model))


@router.delete("", status_code=204, response_class=Response)
@operation(Scope.MODELS_WRITE)
async def forgo_model(model_id: str, registry: RegistryOf) -> Response:
    """Take a shared model out of your Selection again, also when it is no longer shared."""
    if not await registry.adoptions.forgo(model_id):
        raise NotFound
    return gone()
