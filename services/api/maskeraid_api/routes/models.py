"""Models, their versions, and their files. Aliases, adoptions, and ratings have files of their own."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import change_in_turn, check_unchanged, gone, shown
from maskeraid_api.auditing import record
from maskeraid_api.dependencies import CallerOf, GatewayOf, Jobs, Models, ModelVersions, RegistryOf
from maskeraid_api.granting import changes_readers, said_of, sharing_facts
from maskeraid_api.model_access import Access
from maskeraid_api.model_views import view_of, views_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import VERSION_ENDING, Asked, ListView, listed, page_asked, page_of_versions
from maskeraid_api.schemas.models import TAG, ModelChange, ModelVersionView, ModelView
from maskeraid_api.schemas.parts import id_pattern
from maskeraid_api.schemas.sharing import SHARING
from maskeraid_api.serving import serve
from maskeraid_api.sharing import ModelSharing
from maskeraid_api.version_deletion import facts_without
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.documents.grants import Visibility
from maskeraid_core.documents.models import Model
from maskeraid_core.errors import (
    Expired,
    ModelInUse,
    NotFound,
    RangeNotSatisfiable,
    SharingBlocked,
    StaleObject,
    VersionInUse,
)
from maskeraid_core.notices import drain_notices
from maskeraid_core.repositories.models import ModelRepository
from maskeraid_core.repositories.repository import now

router = APIRouter(prefix="/v1/models", route_class=GuardedRoute, tags=["models"])


@router.get("", response_model=ListView[ModelView])
@operation(Scope.MODELS_READ)
async def list_models(
    request: Request,
    registry: RegistryOf,
    asked: Annotated[Asked, Depends(page_asked("mdl"))],
    access: Annotated[Access | None, Query(description="Only yours, or only those shared with you.")] = None,
    visibility: Annotated[Visibility | None, Query(description="Only models of this visibility.")] = None,
    tag: Annotated[str | None, Query(pattern=TAG, description="Only models with this tag.")] = None,
    architecture: Annotated[str | None, Query(max_length=40, description="Of the latest version.")] = None,
    q: Annotated[str | None, Query(max_length=100, description="Only models whose name contains this.")] = None,
    dataset_id: Annotated[
        str | None,
        Query(
            pattern=id_pattern("ds"),
            description="Only models of yours that learned from this dataset, or began with one that did.",
        ),
    ] = None,
) -> Response:
    """The models that you may use: yours, and those that others share with you or with everyone."""
    named = {"$regex": re.escape(q), "$options": "i"} if q else None
    learned = {"$in": await registry.learned_from(dataset_id)} if dataset_id else None
    filters = {
        "visibility": visibility, "tags": tag, "architecture": architecture, "name": named, "_id": learned,
    }  # fmt: skip
    page = await registry.page(asked.request, access, **filters)
    total = await registry.count(access, **filters) if asked.is_total_wanted else None
    return listed(request, await views_of(registry, page.items), has_more=page.has_more, total=total)


@router.get("/{model_id}", response_model=ModelView)
@operation(Scope.MODELS_READ)
async def get_model(model_id: str, request: Request, registry: RegistryOf) -> Response:
    """One model."""
    model = await registry.require(model_id)
    return shown(request, await view_of(registry, model))


@router.patch("/{model_id}", response_model=ModelView)
@operation(Scope.MODELS_WRITE, problems=(StaleObject, SharingBlocked), headers=("If-Match",))
async def change_model(
    model_id: str,
    body: ModelChange,
    request: Request,
    caller: CallerOf,
    gateway: GatewayOf,
    models: Models,
    registry: RegistryOf,
) -> Response:
    """Change a model's name, tags, or metadata, or with whom it is shared; its versions never change.

    Sharing and its end have effect at once, on all that is ordered from then on.
    """
    if body.model_fields_set & SHARING:
        caller.need(Scope.MODELS_SHARE)

    async def try_once() -> Model | None:
        model = await models.require(model_id)
        check_unchanged(request, await view_of(registry, model))
        facts = body.model_dump(exclude_unset=True, exclude_none=True, exclude=set(SHARING))
        facts |= await sharing_facts(registry.accounts, model, body, ModelSharing(registry, model))
        return await models.change(model_id, {**facts, "updated_at": now()}, where={"updated_at": model.updated_at})

    changed = await change_in_turn(request, try_once)
    if changes_readers(body):
        await record(request, Action.MODEL_SHARED, model_id, detail=said_of(changed))
    await drain_notices(gateway.stores, ModelRepository.collection_name, model_id)
    return shown(request, await view_of(registry, changed))


@router.delete("/{model_id}", status_code=204, response_class=Response)
@operation(Scope.MODELS_WRITE, problems=(ModelInUse, StaleObject), headers=("If-Match",), recorded=Action.DELETED)
async def delete_model(model_id: str, request: Request, models: Models, jobs: Jobs, registry: RegistryOf) -> Response:
    """Delete a model for all who may read it. Its bytes follow in an hour, so that what runs now can end."""
    model = await models.require(model_id)
    check_unchanged(request, await view_of(registry, model))
    if users := await jobs.unfinished_for(model_id):
        trainings = "1 training" if len(users) == 1 else f"{len(users)} trainings"
        raise ModelInUse(f"Versions of it are being made by {trainings}.", users=users[:100])
    if not await models.delete(model_id):
        raise NotFound
    return gone()


@router.get("/{model_id}/versions", response_model=ListView[ModelVersionView])
@operation(Scope.MODELS_READ)
async def list_model_versions(
    model_id: str,
    request: Request,
    registry: RegistryOf,
    asked: Annotated[Asked, Depends(page_asked("mdl", ending=VERSION_ENDING))],
) -> Response:
    """The model's versions."""
    model = await registry.require(model_id)

    async def view_of(number: int) -> ModelVersionView | None:
        version = await registry.numbered(model, number)
        return ModelVersionView.of(model, version, registry.files(model, version)) if version else None

    return await page_of_versions(request, model_id, model.latest_version, asked, view_of)


@router.get("/{model_id}/versions/{version}", response_model=ModelVersionView)
@operation(Scope.MODELS_READ)
async def get_model_version(model_id: str, version: str, request: Request, registry: RegistryOf) -> Response:
    """One version by number, `latest`, or alias: its card, guarantees, layers, lineage, files.

    Of a shared model the lineage stays with its owner.
    """
    model = await registry.require(model_id)
    found = await registry.version(model, version)
    return shown(request, ModelVersionView.of(model, found, registry.files(model, found)))


@router.delete("/{model_id}/versions/{version}", status_code=204, response_class=Response)
@operation(Scope.MODELS_WRITE, problems=(VersionInUse, StaleObject), headers=("If-Match",), recorded=Action.DELETED)
async def delete_model_version(
    model_id: str,
    version: Annotated[int, Path(ge=1, le=999_999_999, description="Its number.")],
    request: Request,
    models: Models,
    versions: ModelVersions,
    registry: RegistryOf,
) -> Response:
    """Delete one version for all who may read the model; its number is never given again. Its bytes follow in an hour.

    `latest` leads to the newest one that has its weights then. The last of these goes only with the model.
    """
    model = await models.require(model_id)
    found = await versions.of_model(model_id, version)
    if found is None:
        raise NotFound
    check_unchanged(request, ModelVersionView.of(model, found, registry.files(model, found)))
    facts = await facts_without(versions, model, version)
    if await models.change(model_id, facts, where={"updated_at": model.updated_at}) is None:
        raise StaleObject
    await versions.delete(found.id)
    return gone()


@router.get("/{model_id}/versions/{version}/files/{name}", response_class=Response)
@operation(Scope.MODELS_READ, problems=(Expired, RangeNotSatisfiable))
async def get_model_file(
    model_id: str, version: str, name: str, request: Request, registry: RegistryOf, gateway: GatewayOf
) -> Response:
    """One file of a version; ranges are served, and `Repr-Digest` is that of the whole."""
    model = await registry.require(model_id)
    found = await registry.version(model, version)
    file = next((file for file in registry.files(model, found) if file.name == name), None)
    if file is None:
        if found.file(name) is None:
            raise NotFound
        if found.pruned_at:
            raise Expired
        raise NotFound("The owner of this model does not allow its download: ask for it, or use the model here.")
    return await serve(
        request, gateway.stores.blobs, file.key, size=file.bytes, sha256=file.sha256, media_type=file.media_type,
        name=file.name,
    )  # fmt: skip
