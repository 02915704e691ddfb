"""Aliases: names of a model's versions that their owner may let lead elsewhere."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import check_unchanged, gone, shown
from maskeraid_api.dependencies import Models, ModelVersions, RegistryOf
from maskeraid_api.model_views import view_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.schemas.models import AliasChange, ModelView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.models import Model
from maskeraid_core.errors import Expired, NotFound, QuotaExceeded, StaleObject, ValidationFailed

router = APIRouter(prefix="/v1/models/{model_id}/aliases", route_class=GuardedRoute, tags=["models"])

MOST_ALIASES = 50  # of a model
Alias = Annotated[
    str,
    Path(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="A name of your choice; not `latest`, and no number."),
]


@router.put("/{alias}", response_model=ModelView)
@operation(Scope.MODELS_WRITE, problems=(Expired, QuotaExceeded, StaleObject), headers=("If-Match",))
async def put_alias(
    model_id: str,
    alias: Alias,
    body: AliasChange,
    request: Request,
    models: Models,
    versions: ModelVersions,
    registry: RegistryOf,
) -> Response:
    """Let an alias lead to a version, also when it led elsewhere. What was ordered before keeps its version."""
    model = await models.require(model_id)
    check_unchanged(request, await view_of(registry, model))
    if alias == "latest":
        raise ValidationFailed("`latest` always is the newest version.", parameter="alias")
    version = await registry.whole_version(model, body.version)
    changed = await models.point(model_id, alias, version.version, most=MOST_ALIASES, where=_as_seen(request, model))
    if changed is None:
        now_there = await models.require(model_id)
        if alias not in now_there.aliases and len(now_there.aliases) >= MOST_ALIASES:
            raise QuotaExceeded(f"A model has at most {MOST_ALIASES} aliases.", quota="aliases")
        raise StaleObject
    await versions.keep(version.id)  # it was whole: one that was marked for pruning meanwhile stays so
    return shown(request, await view_of(registry, changed))


@router.delete("/{alias}", status_code=204, response_class=Response)
@operation(Scope.MODELS_WRITE, problems=(StaleObject,), headers=("If-Match",))
async def delete_alias(model_id: str, alias: Alias, request: Request, models: Models, registry: RegistryOf) -> Response:
    """Take an alias away; the version stays."""
    model = await models.require(model_id)
    check_unchanged(request, await view_of(registry, model))
    if alias not in model.aliases:
        raise NotFound
    if await models.point(model_id, alias, None, where=_as_seen(request, model)) is None:
        raise StaleObject
    return gone()


def _as_seen(request: Request, model: Model) -> Mapping[str, object]:
    """Of two who saw the same state and say so by `If-Match`, one comes through."""
    return {"updated_at": model.updated_at} if "if-match" in request.headers else {}
