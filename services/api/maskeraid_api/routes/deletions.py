"""Deletions: a person is erased, from the moment of the order for everyone who asks; the curator deletes the bytes."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.accepting import Order, accept
from maskeraid_api.answers import accepted, shown
from maskeraid_api.dependencies import CallerOf, Datasets, GatewayOf, Jobs
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.schemas.deletions import DeletionRequest, DeletionView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.deletions import DeletionSpec
from maskeraid_core.errors import NotFound, QueueFull
from maskeraid_core.hiding import hide_at_once
from maskeraid_core.ids import parse_image_id
from maskeraid_core.jobs import JobKind, Notify
from maskeraid_core.repositories.datasets import DatasetRepository

router = APIRouter(prefix="/v1/deletions", route_class=GuardedRoute, tags=["deletions"])


@router.post("", status_code=202, response_model=DeletionView)
@operation(Scope.DATASETS_WRITE, problems=(NotFound, QueueFull), is_job=True)
async def create_deletion(body: DeletionRequest, request: Request, gateway: GatewayOf, datasets: Datasets) -> Response:
    """Erase a person, or some images, from your datasets. Nothing of them is shown any more when this is answered.

    Models that learned from the images are flagged and not shared anew: deleting pictures does not make a model forget
    them.
    """
    if body.dataset_id is not None and await datasets.get(body.dataset_id) is None:
        raise NotFound("There is no such dataset.", pointer="/dataset_id")
    images = await rows_of(datasets, body.image_ids or ())
    spec = DeletionSpec(subject=body.subject, images=images, dataset_id=body.dataset_id, dry_run=body.dry_run)
    order = Order(
        JobKind.DELETION, spec, notify=Notify(webhooks=False) if spec.dry_run else body.notify.to_document(),
        metadata=body.metadata, client_reference_id=body.client_reference_id,
    )  # fmt: skip
    job = await accept(request, order)
    if not spec.dry_run and not job.status.is_terminal:
        await hide_at_once(gateway.stores, job, spec)
    return accepted(DeletionView.of(job), f"/v1/deletions/{job.id}")


async def rows_of(datasets: DatasetRepository, image_ids: Sequence[str]) -> dict[str, list[int]]:
    """Numbers of images by their datasets, which are the caller's. Raises: NotFound."""
    rows: dict[str, list[int]] = {}
    for place, one in enumerate(image_ids):
        found = parse_image_id(one)
        if found is None or (found[0] not in rows and await datasets.get(found[0]) is None):
            raise NotFound("There is no such image.", pointer=f"/image_ids/{place}")
        rows.setdefault(found[0], []).append(found[1])
    return {dataset: sorted(set(numbers)) for dataset, numbers in rows.items()}


@router.get("/{deletion_id}", response_model=DeletionView)
@operation(Scope.DATASETS_READ)
async def get_deletion(
    deletion_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf
) -> Response:
    """One deletion; once it has succeeded, its receipt."""
    job = await job_of(jobs, caller, deletion_id, JobKind.DELETION)
    return shown(request, DeletionView.of(job, await gateway.estimates.wait_of(job)))
