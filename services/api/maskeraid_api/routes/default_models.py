"""The service's default model: it serves accounts that have no model of their own."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.access import Caller
from maskeraid_api.answers import gone, shown
from maskeraid_api.dependencies import CallerOf, RegistryOf
from maskeraid_api.model_access import Registry
from maskeraid_api.model_views import view_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.schemas.models import ModelView
from maskeraid_api.sharing import check_may_go_public, check_not_flagged
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.errors import NotFound, ScopeMissing, SharingBlocked

router = APIRouter(prefix="/v1/models/{model_id}/default", route_class=GuardedRoute, tags=["models"])


@router.put("", response_model=ModelView)
@operation(Scope.ADMIN, problems=(SharingBlocked,))
async def choose_default_model(model_id: str, request: Request, caller: CallerOf, registry: RegistryOf) -> Response:
    """Let a public model fill faces for all accounts that have none of their own, in place of the one before.

    The account that was made first may do that.
    """
    model = await registry.require(model_id)
    await _check_is_first(registry, caller)
    grant = model.public_grant
    if grant is None:
        raise SharingBlocked("Only a public model can be the service's: make it public first.")
    check_not_flagged(model.flags if registry.is_own(model) else await registry.shared.flags(model))
    version = await registry.whole_version(model, grant.up_to or "latest")
    check_may_go_public(version)  # again: what was measured since may have closed the gate
    await registry.default.choose(model.id)
    return shown(request, await view_of(registry, model))


@router.delete("", status_code=204, response_class=Response)
@operation(Scope.ADMIN)
async def forgo_default_model(model_id: str, caller: CallerOf, registry: RegistryOf) -> Response:
    """Have no default model any more. The account that was made first may do that, also when the model is gone."""
    if model_id != await registry.default.model_id():
        raise NotFound
    await _check_is_first(registry, caller)
    await registry.default.forgo(model_id)
    return gone()


async def _check_is_first(registry: Registry, caller: Caller) -> None:
    if not await registry.accounts.is_first(caller.tenant):
        raise ScopeMissing("The default model serves everyone: the account that was made first chooses it.")
