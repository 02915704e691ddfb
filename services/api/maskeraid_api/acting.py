"""Asking something of a job that was accepted before: record it, then tell who must know."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from maskeraid_api.accepting import Order, accept
from maskeraid_api.gateway import Gateway, gateway_of
from maskeraid_core.errors import InputGone
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.news import wish_subject
from maskeraid_core.outbox import drain
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.needs import input_keys
from maskeraid_core.status_machine import JobAction, allowed_actions, conflict


async def act(gateway: Gateway, job: Job, action: JobAction) -> Job:
    """The job after the action; the same when it was under way or in effect.

    Raises: JobStateConflict, NotFound.
    """
    stores = gateway.stores
    asked = await JobMoves(stores.database).ask(job, action)
    if asked.status is JobStatus.RUNNING:
        await stores.news.publish(wish_subject(asked.id))
        return asked
    await drain(stores, asked)
    if asked.status is JobStatus.QUEUED:
        gateway.background.start(_ring(gateway, asked))
    return asked


async def retry(request: Request, job: Job) -> Job:
    """A new job with the same specification; the one of an earlier retry when that is under way or has succeeded.

    Raises: JobStateConflict, InputGone, QueueFull.
    """
    if JobAction.RETRY not in allowed_actions(job):
        raise conflict(job, JobAction.RETRY)
    blobs = gateway_of(request).stores.blobs
    if not all([await blobs.exists(key) for key in input_keys(job.spec)]):
        raise InputGone("What the job was given has been deleted: order it again.")
    while JobAction.RETRY in allowed_actions(job):  # the retry of a retry that came to nothing
        job = await accept(request, _order_again(job))
    return job


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
