"""Datasets and their versions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import change_in_turn, check_unchanged, created, gone, shown
from maskeraid_api.dependencies import (
    CallerOf,
    Datasets,
    DatasetVersions,
    GatewayOf,
    Jobs,
    LearnersOf,
    LibraryOf,
    Models,
)
from maskeraid_api.flagging import flag_model
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import VERSION_ENDING, Asked, ListView, page_asked, page_of, page_of_versions
from maskeraid_api.schemas.datasets import DatasetChange, DatasetRequest, DatasetVersionView, DatasetView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import Attribute, Dataset, Role
from maskeraid_core.errors import DatasetInUse, NameTaken, NotFound, StaleObject
from maskeraid_core.ids import new_id
from maskeraid_core.repositories.repository import now

router = APIRouter(prefix="/v1/datasets", route_class=GuardedRoute, tags=["datasets"])


@router.get("", response_model=ListView[DatasetView])
@operation(Scope.DATASETS_READ)
async def list_datasets(
    request: Request,
    datasets: Datasets,
    asked: Annotated[Asked, Depends(page_asked("ds"))],
    role: Annotated[Role | None, Query(description="Only datasets of this role.")] = None,
    name: Annotated[str | None, Query(max_length=100, description="Only the dataset of this name.")] = None,
) -> Response:
    """The tenant's datasets."""
    return await page_of(request, datasets, asked, DatasetView.of, role=role, name=name)


@router.post("", status_code=201, response_model=DatasetView)
@operation(Scope.DATASETS_WRITE, problems=(NameTaken,))
async def create_dataset(body: DatasetRequest, caller: CallerOf, datasets: Datasets) -> Response:
    """Make a dataset; images come by imports."""
    at = now()
    fields = body.model_dump(exclude={"attributes"})
    attributes = {name: Attribute.model_validate(part.model_dump()) for name, part in body.attributes.items()}
    dataset = Dataset(
        id=new_id("ds"), tenant=caller.tenant, attributes=attributes, created_at=at, updated_at=at, **fields
    )
    await datasets.add(dataset)
    return created(DatasetView.of(dataset), f"/v1/datasets/{dataset.id}")


@router.get("/{dataset_id}", response_model=DatasetView)
@operation(Scope.DATASETS_READ)
async def get_dataset(dataset_id: str, request: Request, datasets: Datasets) -> Response:
    """One dataset."""
    return shown(request, DatasetView.of(await datasets.require(dataset_id)))


@router.patch("/{dataset_id}", response_model=DatasetView)
@operation(Scope.DATASETS_WRITE, problems=(NameTaken, StaleObject), headers=("If-Match",))
async def change_dataset(dataset_id: str, body: DatasetChange, request: Request, datasets: Datasets) -> Response:
    """Change what is written about a dataset; its images change by imports only."""
    facts = body.model_dump(exclude_unset=True)
    facts = {name: value for name, value in facts.items() if value is not None or name not in ("name", "metadata")}

    async def try_once() -> Dataset | None:
        dataset = await datasets.require(dataset_id)
        check_unchanged(request, DatasetView.of(dataset))
        where = {"updated_at": dataset.updated_at}
        return await datasets.change(dataset_id, {**facts, "updated_at": now()}, where=where)

    return shown(request, DatasetView.of(await change_in_turn(request, try_once)))


@router.delete("/{dataset_id}", status_code=204, response_class=Response)
@operation(Scope.DATASETS_WRITE, problems=(DatasetInUse, StaleObject), headers=("If-Match",))
async def delete_dataset(
    dataset_id: str,
    request: Request,
    datasets: Datasets,
    jobs: Jobs,
    models: Models,
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
        raise DatasetInUse(f"{len(users)} models or jobs use this dataset.", users=users[:100])
    for model_id in learned:  # first: whatever dies here, no model is left unflagged
        await flag_model(gateway.stores, models, model_id, dataset)
    if not await datasets.delete(dataset_id):
        raise NotFound
    return gone()


@router.get("/{dataset_id}/versions", response_model=ListView[DatasetVersionView])
@operation(Scope.DATASETS_READ)
async def list_dataset_versions(
    dataset_id: str,
    request: Request,
    datasets: Datasets,
    versions: DatasetVersions,
    asked: Annotated[Asked, Depends(page_asked("ds", ending=VERSION_ENDING))],
) -> Response:
    """The published versions."""
    dataset = await datasets.require(dataset_id)

    async def view_of(number: int) -> DatasetVersionView | None:
        version = await versions.of_dataset(dataset_id, number)
        return DatasetVersionView.of(version) if version else None

    return await page_of_versions(request, dataset_id, dataset.latest_version, asked, view_of)


@router.get("/{dataset_id}/versions/{version}", response_model=DatasetVersionView)
@operation(Scope.DATASETS_READ)
async def get_dataset_version(
    dataset_id: str, version: str, request: Request, datasets: Datasets, library: LibraryOf
) -> Response:
    """One version, by number or as `latest`."""
    dataset = await datasets.require(dataset_id)
    if version != "latest" and not (version.isdecimal() and version.isascii() and len(version) <= 9):
        raise NotFound
    return shown(request, DatasetVersionView.of(await library.version(dataset, version)))
