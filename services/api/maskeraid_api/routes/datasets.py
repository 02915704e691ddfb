"""Datasets and their versions."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import change_in_turn, check_unchanged, created, gone, shown
from maskeraid_api.auditing import record
from maskeraid_api.dataset_browsing import Shelf, Shelves
from maskeraid_api.dataset_sharing import attested, check_places, facts_of_change
from maskeraid_api.dataset_views import view_of, views_of
from maskeraid_api.dependencies import AccountsOf, CallerOf, Datasets, GatewayOf, Jobs, LearnersOf, LibraryOf
from maskeraid_api.granting import changes_readers, said_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import VERSION_ENDING, Asked, ListView, WhereParameter, listed, page_asked, page_of_versions
from maskeraid_api.schemas.datasets import DatasetChange, DatasetRequest, DatasetVersionView, DatasetView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.documents.datasets import Dataset, Role
from maskeraid_core.errors import (
    AttestationMissing,
    DatasetInUse,
    NameTaken,
    NotFound,
    SharingBlocked,
    StaleObject,
)
from maskeraid_core.flagging import flag_former_readers
from maskeraid_core.ids import new_id
from maskeraid_core.notices import drain_notices
from maskeraid_core.repositories.datasets import DatasetRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.retention import end_dataset

router = APIRouter(prefix="/v1/datasets", route_class=GuardedRoute, tags=["datasets"])


@router.get("", response_model=ListView[DatasetView])
@operation(Scope.DATASETS_READ)
async def list_datasets(
    request: Request,
    library: LibraryOf,
    accounts: AccountsOf,
    asked: Annotated[Asked, Depends(page_asked("ds"))],
    visibility: Annotated[
        Shelf, Query(description="Yours, those that others share with you by name, or those for everyone.")
    ] = "own",
    role: Annotated[Role | None, Query(description="Only datasets of this role.")] = None,
    name: Annotated[str | None, Query(max_length=100, description="Only the dataset of this name.")] = None,
    q: Annotated[str | None, Query(max_length=100, description="Only datasets whose name contains this.")] = None,
    licence: Annotated[str | None, Query(max_length=200, description="Only datasets under this licence.")] = None,
    where: WhereParameter = [],  # noqa: B006 read by FastAPI, never changed
) -> Response:
    """Datasets that you may read: yours, or what others share.

    With `where` only those whose newest version has images that meet it, each with their number (`matching`). A page
    reads so many datasets and no more: it may be short, or empty, although others follow (`has_more`).
    """
    contained = {"$regex": re.escape(q), "$options": "i"} if q else {}
    named = {"$eq": name, **contained} if name and q else name or contained or None
    filters = {"role": role, "licence": licence, "name": named}
    shelves = Shelves(library, visibility)
    found = await shelves.page(asked.request, where, **filters)
    total = await shelves.count(**filters) if asked.is_total_wanted and not where else None
    views = await views_of(library, accounts, found.datasets, found.matching)
    return listed(request, views, has_more=found.has_more, total=total, last_id=found.last_id)


@router.post("", status_code=201, response_model=DatasetView)
@operation(Scope.DATASETS_WRITE, problems=(NameTaken,))
async def create_dataset(body: DatasetRequest, caller: CallerOf, datasets: Datasets, accounts: AccountsOf) -> Response:
    """Make a dataset; images come by imports."""
    await check_places(accounts, caller.tenant, body.attributes)
    at = now()
    fields = body.model_dump(exclude={"attributes", "attestation"})
    attributes = {name: part.to_document(name) for name, part in body.attributes.items()}
    dataset = Dataset(
        id=new_id("ds"), tenant=caller.tenant, attributes=attributes, created_at=at, updated_at=at, **fields
    )
    dataset = dataset.model_copy(update=await attested(accounts, dataset, body.attestation))
    await datasets.add(dataset)
    return created(DatasetView.of(dataset), f"/v1/datasets/{dataset.id}")


@router.get("/{dataset_id}", response_model=DatasetView)
@operation(Scope.DATASETS_READ)
async def get_dataset(dataset_id: str, request: Request, library: LibraryOf, accounts: AccountsOf) -> Response:
    """One dataset, yours or shared with you."""
    return shown(request, await view_of(library, accounts, await library.require(dataset_id)))


@router.patch("/{dataset_id}", response_model=DatasetView)
@operation(
    Scope.DATASETS_WRITE, problems=(NameTaken, StaleObject, AttestationMissing, SharingBlocked), headers=("If-Match",)
)  # fmt: skip
async def change_dataset(
    dataset_id: str,
    body: DatasetChange,
    request: Request,
    datasets: Datasets,
    accounts: AccountsOf,
    gateway: GatewayOf,
) -> Response:
    """Change what is written about a dataset, or with whom it is shared; its images change by imports only.

    For whom a share ends, the dataset is gone at once; models of theirs that learned from it are flagged.
    """

    async def try_once() -> Dataset | None:
        dataset = await datasets.require(dataset_id)
        check_unchanged(request, DatasetView.of(dataset))
        facts = await facts_of_change(accounts, dataset, body)
        where = {"updated_at": dataset.updated_at}
        return await datasets.change(dataset_id, {**facts, "updated_at": now()}, where=where)

    changed = await change_in_turn(request, try_once)
    if changes_readers(body):
        await record(request, Action.DATASET_SHARED, dataset_id, detail=said_of(changed))
    if changed.narrowed_at:
        await flag_former_readers(gateway.stores, dataset_id, changed.narrowed_at)
    await drain_notices(gateway.stores, DatasetRepository.collection_name, dataset_id)
    return shown(request, DatasetView.of(changed))


@router.delete("/{dataset_id}", status_code=204, response_class=Response)
@operation(Scope.DATASETS_WRITE, problems=(DatasetInUse, StaleObject), headers=("If-Match",), recorded=Action.DELETED)
async def delete_dataset(
    dataset_id: str,
    request: Request,
    datasets: Datasets,
    jobs: Jobs,
    learners: LearnersOf,
    gateway: GatewayOf,
    force: Annotated[
        bool, Query(description="Delete it although models learned from it: they stay, flagged for good.")
    ] = False,
) -> Response:
    """Delete a dataset that no unfinished job uses and, unless `force` is given, no model."""
    dataset = await datasets.require(dataset_id)
    check_unchanged(request, DatasetView.of(dataset))
    learned = list(dict.fromkeys(version.model_id for version in await learners.live(dataset_id)))
    busy = await jobs.unfinished_with(dataset_id)
    if busy or (learned and not force):
        users = [*learned, *busy]
        raise DatasetInUse(f"In use by {len(users)} models or jobs.", users=users[:100])
    if not await end_dataset(gateway.stores, dataset):
        raise NotFound
    return gone()


@router.get("/{dataset_id}/versions", response_model=ListView[DatasetVersionView])
@operation(Scope.DATASETS_READ)
async def list_dataset_versions(
    dataset_id: str,
    request: Request,
    library: LibraryOf,
    asked: Annotated[Asked, Depends(page_asked("ds", ending=VERSION_ENDING))],
) -> Response:
    """The published versions, of a shared dataset those that are open."""
    dataset = await library.require(dataset_id)

    async def view_of_version(number: int) -> DatasetVersionView | None:
        version = await library.numbered(dataset, number)
        return DatasetVersionView.of(version) if version else None

    return await page_of_versions(request, dataset_id, dataset.latest_version, asked, view_of_version)


@router.get("/{dataset_id}/versions/{version}", response_model=DatasetVersionView)
@operation(Scope.DATASETS_READ)
async def get_dataset_version(dataset_id: str, version: str, request: Request, library: LibraryOf) -> Response:
    """One version, by number or as `latest`."""
    dataset = await library.require(dataset_id)
    if version != "latest" and not (version.isdecimal() and version.isascii() and len(version) <= 9):
        raise NotFound
    return shown(request, DatasetVersionView.of(await library.version(dataset, version)))
