"""Models, their versions, and their files."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import check_unchanged, gone, shown
from maskeraid_api.dependencies import GatewayOf, Models, ModelVersions
from maskeraid_api.model_access import version_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import VERSION_ENDING, Asked, ListView, page_asked, page_of, page_of_versions
from maskeraid_api.schemas.models import ModelChange, ModelVersionView, ModelView
from maskeraid_api.serving import serve
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.errors import NotFound, RangeNotSatisfiable, StaleObject
from maskeraid_core.repositories.repository import now

router = APIRouter(prefix="/v1/models", route_class=GuardedRoute, tags=["models"])


@router.get("", response_model=ListView[ModelView])
@operation(Scope.MODELS_READ)
async def list_models(
    request: Request, models: Models, asked: Annotated[Asked, Depends(page_asked("mdl"))]
) -> Response:
    """The tenant's models."""
    return await page_of(request, models, asked, ModelView.of)


@router.get("/{model_id}", response_model=ModelView)
@operation(Scope.MODELS_READ)
async def get_model(model_id: str, request: Request, models: Models) -> Response:
    """One model."""
    return shown(request, ModelView.of(await models.require(model_id)))


@router.patch("/{model_id}", response_model=ModelView)
@operation(Scope.MODELS_WRITE, problems=(StaleObject,), headers=("If-Match",))
async def change_model(model_id: str, body: ModelChange, request: Request, models: Models) -> Response:
    """Change a model's name, tags, or metadata; its versions never change."""
    model = await models.require(model_id)
    check_unchanged(request, ModelView.of(model))
    facts = body.model_dump(exclude_unset=True, exclude_none=True)
    changed = await models.change(model_id, {**facts, "updated_at": now()}, where={"updated_at": model.updated_at})
    if changed is None:
        raise StaleObject
    return shown(request, ModelView.of(changed))


@router.delete("/{model_id}", status_code=204, response_class=Response)
@operation(Scope.MODELS_WRITE, problems=(StaleObject,), headers=("If-Match",))
async def delete_model(model_id: str, request: Request, models: Models) -> Response:
    """Delete a model; Selection no longer finds it."""
    model = await models.require(model_id)
    check_unchanged(request, ModelView.of(model))
    if not await models.delete(model_id):
        raise NotFound
    return gone()


@router.get("/{model_id}/versions", response_model=ListView[ModelVersionView])
@operation(Scope.MODELS_READ)
async def list_model_versions(
    model_id: str,
    request: Request,
    models: Models,
    versions: ModelVersions,
    asked: Annotated[Asked, Depends(page_asked("mdl", ending=VERSION_ENDING))],
) -> Response:
    """The model's versions."""
    model = await models.require(model_id)

    async def view_of(number: int) -> ModelVersionView | None:
        version = await versions.of_model(model_id, number)
        return ModelVersionView.of(model, version) if version else None

    return await page_of_versions(request, model_id, model.latest_version, asked, view_of)


@router.get("/{model_id}/versions/{version}", response_model=ModelVersionView)
@operation(Scope.MODELS_READ)
async def get_model_version(
    model_id: str, version: str, request: Request, models: Models, versions: ModelVersions
) -> Response:
    """One version by number, `latest`, or alias: its card, guarantees, layers, lineage, files."""
    model = await models.require(model_id)
    return shown(request, ModelVersionView.of(model, await version_of(versions, model, version)))


@router.get("/{model_id}/versions/{version}/files/{name}", response_class=Response)
@operation(Scope.MODELS_READ, problems=(RangeNotSatisfiable,))
async def get_model_file(
    model_id: str,
    version: str,
    name: str,
    request: Request,
    models: Models,
    versions: ModelVersions,
    gateway: GatewayOf,
) -> Response:
    """One file of a version; ranges are served, and `Repr-Digest` is that of the whole."""
    model = await models.require(model_id)
    file = (await version_of(versions, model, version)).file(name)
    if file is None:
        raise NotFound
    return await serve(
        request, gateway.stores.blobs, file.key, size=file.bytes, sha256=file.sha256, media_type=file.media_type,
        name=file.name,
    )  # fmt: skip
