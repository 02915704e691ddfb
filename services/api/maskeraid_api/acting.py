"""Asking something of a job that was accepted before: record it, then tell who must know."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from maskeraid_api.accepting import Order, accept
from maskeraid_api.batch_orders import order_batch_again
from maskeraid_api.gateway import Gateway, gateway_of
from maskeraid_api.purposes import check_purpose_again
from maskeraid_core.documents.selectors import makes_selector
from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.errors import InputGone, NotFound
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.news import wish_subject
from maskeraid_core.outbox import drain, tend_batch
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.dataset_shares import ReadableDatasets
from maskeraid_core.repositories.models import ModelRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.needs import input_keys
from maskeraid_core.repositories.shares import readable_version
from maskeraid_core.status_machine import JobAction, allowed_actions, conflict


async def act(gateway: Gateway, job: Job, action: JobAction) -> Job:
    """The job after the action; the same when it was under way or in effect.

    Raises: JobStateConflict, NotFound.
    """
    stores = gateway.stores
    asked = await JobMoves(stores.database).ask(job, action)
    if asked.status is JobStatus.RUNNING:
        await stores.news.publish(wish_subject(asked.id))
        if asked.kind is JobKind.BATCH:  # nobody holds it while its items run
            gateway.background.start(tend_batch(stores, asked.id))
        return asked
    await drain(stores, asked)
    if asked.status is JobStatus.QUEUED:
        gateway.background.start(_ring(gateway, asked))
    return asked


async def retry(request: Request, job: Job) -> Job:
    """A new job with the same specification; the one of an earlier retry when that is under way or has succeeded.

    Raises: JobStateConflict, NotFound, InputGone, QueueFull, PurposeRequired, PurposeRefused.
    """
    if JobAction.RETRY not in allowed_actions(job):
        raise conflict(job, JobAction.RETRY)
    stores = gateway_of(request).stores
    if job.kind is JobKind.TRAINING:
        await _check_models(stores, job)
    await _check_data(stores, job)
    await check_purpose_again(request, job)
    if not all([await stores.blobs.exists(key) for key in input_keys(job.spec)]):
        raise InputGone("What the job was given has been deleted: order it again.")
    while JobAction.RETRY in allowed_actions(job):  # the retry of a retry that came to nothing
        is_batch = job.kind is JobKind.BATCH
        job = await (order_batch_again(request, job) if is_batch else accept(request, _order_again(job)))
    return job


async def _check_models(stores: Stores, job: Job) -> None:
    """What a training needs of models is asked anew: a share may have ended. Raises: NotFound, as for a new order."""
    if makes_selector(job.spec):
        return
    spec, models = TrainingSpec.model_validate(job.spec), ModelRepository(stores.database, job.tenant)
    if spec.model_id != twin_id("mdl", job.id) and await models.get(spec.model_id) is None:
        raise NotFound("There is no such model.", pointer="/model_id")
    start = spec.start_from
    if start is None or start.model_id is None:
        return
    if await readable_version(stores.database, job.tenant, start.model_id, start.version or 1) is None:
        raise NotFound("What it started from is not there any more, or not shared any more.", pointer="/start_from")


async def _check_data(stores: Stores, job: Job) -> None:
    """Likewise of what others shared to be learned from, or compared with. Raises: NotFound."""
    data = job.spec.get("data") or ()
    readable = ReadableDatasets.of(stores.database, job.tenant)
    for place, part in enumerate([data] if isinstance(data, dict) else data):
        if await readable.numbered(part["dataset_id"], part["version"]) is None:
            raise NotFound("This dataset is not there any more, or not shared any more.", pointer=f"/data/{place}")


def _order_again(job: Job) -> Order:
    job_id = new_id(job.kind.id_prefix)
    return Order(
        job.kind, _spec_again(job, job_id), job_id, notify=job.notify, metadata=job.metadata, retry_of=job.id,
        client_reference_id=job.client_reference_id, warnings=job.warnings,
        deadline_seconds=(job.deadline - job.created_at).total_seconds() if job.deadline else None,
    )  # fmt: skip


def _spec_again(job: Job, job_id: str) -> Mapping[str, Any]:
    """A new model belongs to its training, and has its number."""
    is_twin = job.spec.get("model_id") == twin_id("mdl", job.id)
    return {**job.spec, "model_id": twin_id("mdl", job_id)} if is_twin else job.spec


async def _ring(gateway: Gateway, job: Job) -> None:
    await gateway.lanes.mark(gateway.stores.database, job)
    await gateway.stores.doorbell.ring(job.queue, job.id)
