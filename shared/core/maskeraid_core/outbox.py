"""What must follow a move of a job: event lines, effects on other documents, notices to the owner.

The move writes them into the job by the same update; draining carries each out idempotently, then removes it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import structlog

from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.documents.deliveries import Delivery, Sink
from maskeraid_core.documents.models import Model, ModelVersion
from maskeraid_core.ids import derived_id
from maskeraid_core.jobs import Job, OutboxEntry, QueueName
from maskeraid_core.litter import forget_inputs
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.datasets import DatasetRepository
from maskeraid_core.repositories.deliveries import DeliveryQueue, WebhookEndpointRepository
from maskeraid_core.repositories.events import EventLine, EventRepository
from maskeraid_core.repositories.jobs import JobMoves
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository

log = structlog.get_logger()


async def drain(stores: Stores, job: Job) -> None:
    """Carry out everything in the job's outbox, in order, then say that the job has news."""
    if job.status.is_terminal and all(entry.kind != "effect" for entry in job.outbox):
        await stores.news.publish(job.id)  # who waits for the end need not wait for the telling
    for kind, entries in groupby(job.outbox, key=lambda entry: entry.kind):
        await _CARRY_OUT[kind](stores, job, list(entries))
    if job.status.is_terminal:
        await forget_inputs(stores, job)
    if job.outbox:
        await JobMoves(stores.database).clear_outbox(job)
    await stores.news.publish(job.id)


async def _append_events(stores: Stores, job: Job, entries: Sequence[OutboxEntry]) -> None:
    lines = [EventLine(entry.key, entry.type, entry.data) for entry in entries]
    await EventRepository(stores.database).append_all(job.id, job.tenant, job.fence, job.updated_at, lines)


async def _tell_all(stores: Stores, job: Job, entries: Sequence[OutboxEntry]) -> None:
    for entry in entries:
        await _tell(stores, job, entry)


async def _tell(stores: Stores, job: Job, entry: OutboxEntry) -> None:
    """Make one delivery for each sink, then ring the notifier."""
    deliveries = DeliveryQueue(stores.database)
    for sink in await _sinks(stores, job, entry.type):
        delivery = Delivery(
            id=derived_id("dlv", job.updated_at, job.id, entry.type, str(job.fence), sink.kind, sink.target),
            tenant=job.tenant, sink=sink, event=entry.type, subject=job.id, data=_thin(job),
            next_attempt_at=job.updated_at, created_at=job.updated_at,
        )  # fmt: skip
        if await deliveries.add_once(delivery):
            await stores.doorbell.ring(QueueName.NOTIFIER, delivery.id)


def _thin(job: Job) -> dict[str, Any]:
    """What a notice says: no image, no attribute, no name that a user chose."""
    data: dict[str, Any] = {"id": job.id, "object": job.kind, "status": job.status, "url": f"/v1/{job.kind}s/{job.id}"}
    return data | ({"client_reference_id": job.client_reference_id} if job.client_reference_id else {})


async def _sinks(stores: Stores, job: Job, event: str) -> list[Sink]:
    sinks: list[Sink] = []
    if job.notify.webhooks:
        endpoints = await WebhookEndpointRepository(stores.database, job.tenant).listening_to(event)
        sinks += [Sink(kind="webhook", target=endpoint.id) for endpoint in endpoints]
    if job.notify.email:
        tenant = await AccountRepository(stores.database).tenant(job.tenant)
        if tenant and tenant.email and tenant.is_email_verified:
            sinks.append(Sink(kind="email", target=tenant.email))
    return sinks


async def _publish_dataset_version(stores: Stores, job: Job, data: dict[str, Any]) -> None:
    version = DatasetVersion.of(data)
    await DatasetRepository(stores.database, job.tenant).publish(version)


async def _publish_model(stores: Stores, job: Job, data: dict[str, Any]) -> None:
    version = ModelVersion.of(data)
    await ModelVersionRepository(stores.database, job.tenant).add_once(version)
    model = Model(
        id=version.model_id, tenant=job.tenant, name=version.name, latest_version=version.version,
        aliases={"champion": version.version}, metadata=job.metadata,
        created_at=version.created_at, updated_at=version.created_at,
    )  # fmt: skip
    await ModelRepository(stores.database, job.tenant).add_once(model)


async def _carry_out_effects(stores: Stores, job: Job, entries: Sequence[OutboxEntry]) -> None:
    for entry in entries:
        await _EFFECTS[entry.type](stores, job, entry.data)


_EFFECTS: Mapping[str, Callable[[Stores, Job, dict[str, Any]], Awaitable[None]]] = {
    "publish_dataset_version": _publish_dataset_version,
    "publish_model": _publish_model,
}
_CARRY_OUT: Mapping[str, Callable[[Stores, Job, Sequence[OutboxEntry]], Awaitable[None]]] = {
    "event": _append_events,
    "effect": _carry_out_effects,
    "notice": _tell_all,
}
