"""What must follow a move of a job: event lines, effects on other documents, notices to the owner.

The move writes them into the job by the same update; draining carries each out idempotently, then removes it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import structlog

from maskeraid_core import failpoints
from maskeraid_core.batches import end_items, note_ended, ring_for_items, settle
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.documents.deliveries import Sink
from maskeraid_core.documents.models import Model, ModelVersion
from maskeraid_core.documents.notices import Notice
from maskeraid_core.flagging import flag_if_withdrawn
from maskeraid_core.inputs import forget_inputs
from maskeraid_core.jobs import Job, JobKind, JobStatus, Notify, OutboxEntry
from maskeraid_core.measuring import EFFECT as NOTE_MEASURED
from maskeraid_core.measuring import note_measured
from maskeraid_core.notices import drain_notices, listening_webhooks, mailbox, tell
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.batches import BatchRepository
from maskeraid_core.repositories.datasets import DatasetRepository
from maskeraid_core.repositories.erasures import ErasureRepository
from maskeraid_core.repositories.events import EventLine, EventRepository, Lines
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository, facts_of
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.pools import PoolRepository
from maskeraid_core.selectors import EFFECT as PUBLISH_SELECTOR
from maskeraid_core.selectors import publish_selector

log = structlog.get_logger()

COUNTS = ("total", "succeeded", "failed", "cancelled")  # of a batch's items
TOLD_TOGETHER = 50  # items of a batch that end together


async def drain(stores: Stores, job: Job) -> None:
    """Carry out everything in the job's outbox, in order, then say that the job has news."""
    if job.status.is_terminal and all(entry.kind != "effect" for entry in job.outbox):
        await stores.news.publish(job.id)  # who waits for the end need not wait for the telling
    for kind, entries in groupby(job.outbox, key=lambda entry: entry.kind):
        await _CARRY_OUT[kind](stores, job, list(entries))
    if job.status is JobStatus.SUCCEEDED:
        await forget_inputs(stores, job)
    if job.status.is_terminal:
        await _follow_batches(stores, [job])
    if job.outbox:
        failpoints.hit("outbox.copied")
        await JobMoves(stores.database).clear_outbox(job)
    await stores.news.publish(job.id)


async def drain_ended(stores: Stores, jobs: Sequence[Job]) -> None:
    """The same for jobs that have ended without effects, with few calls: lines by one write, one look who listens."""
    await EventRepository(stores.database).append_together([_lines(job, _of_kind("event", job)) for job in jobs])
    listeners: dict[tuple[str, str, Notify], list[Sink]] = {}
    for job in jobs:
        for entry in _of_kind("notice", job):
            who = (job.tenant, entry.type, job.notify)
            if who not in listeners:
                listeners[who] = await _sinks(stores, job, entry.type)
            await _tell(stores, job, entry, listeners[who])
        if job.status is JobStatus.SUCCEEDED:
            await forget_inputs(stores, job)
    await _follow_batches(stores, jobs)
    failpoints.hit("outbox.copied")
    for gone in await JobMoves(stores.database).clear_outboxes(jobs):
        await EventRepository(stores.database).delete_of(gone)  # its owner deleted it while it was told of
    for job in jobs:
        await stores.news.publish(job.id)


async def _follow_batches(stores: Stores, jobs: Sequence[Job]) -> None:
    """What the end of jobs means for batches: an item's is noted, and ends the batch with the last; a batch's ends all.

    Before their outboxes are cleared: whoever dies over it leaves it to who drains them next.
    """
    items = sorted((job.batch.batch_id, job.id, job) for job in jobs if job.batch)
    for batch_id, rows in groupby(items, key=itemgetter(0)):
        if ended := await note_ended(stores, batch_id, [job for _, _, job in rows]):
            await drain(stores, ended)
    for job in jobs:
        if job.kind is JobKind.BATCH:
            await end_with_items(stores, job)


async def end_with_items(stores: Stores, batch: Job) -> None:
    """Cancel what has not ended of a batch's items, and tell of it; of one that has ended no item waits any more."""
    ended = await end_items(stores, batch)
    for first in range(0, len(ended), TOLD_TOGETHER):
        await drain_ended(stores, ended[first : first + TOLD_TOGETHER])
    if batch.status.is_terminal:
        await BatchRepository(stores.database).close(batch.id)


async def tend_batch(stores: Stores, batch_id: str) -> None:
    """Do for a batch without a worker what is due: end its items, end it with them, or wake workers for them."""
    batch = await JobMoves(stores.database).get(batch_id)
    if batch is None:
        return
    if batch.status.is_terminal or batch.cancel_requested:
        await end_with_items(stores, batch)
    progress = await BatchRepository(stores.database).progress(batch_id)
    if progress is None:
        return
    if progress.is_complete:
        if ended := await settle(stores, progress):
            await drain(stores, ended)
    elif not batch.status.is_terminal:
        await ring_for_items(stores, batch, progress)


def _of_kind(kind: str, job: Job) -> list[OutboxEntry]:
    return [entry for entry in job.outbox if entry.kind == kind]


def _lines(job: Job, entries: Sequence[OutboxEntry]) -> Lines:
    lines = [EventLine(entry.key, entry.type, entry.data) for entry in entries]
    return Lines(job.id, job.tenant, job.fence, job.updated_at, lines)


async def _append_events(stores: Stores, job: Job, entries: Sequence[OutboxEntry]) -> None:
    await EventRepository(stores.database).append_all(_lines(job, entries))


async def _tell_all(stores: Stores, job: Job, entries: Sequence[OutboxEntry]) -> None:
    for entry in entries:
        await _tell(stores, job, entry, await _sinks(stores, job, entry.type))


async def _tell(stores: Stores, job: Job, entry: OutboxEntry, sinks: Sequence[Sink]) -> None:
    has_ended = JobStatus(entry.data["status"]).is_terminal
    # Never the time of the telling: told again, perhaps after further moves, it must make the same deliveries.
    at = (job.finished_at if has_ended else None) or entry.data["at"]
    notice = Notice(
        event=entry.type, subject=job.id, key=entry.key, at=at, data=_thin(job, entry), facts=_facts(job, entry)
    )
    await tell(stores, job.tenant, notice, sinks)


def _thin(job: Job, entry: OutboxEntry) -> dict[str, Any]:
    """What a notice says: no image, no attribute, no name that a user chose."""
    url = f"/v1/{job.kind.collection}/{job.id}"
    data: dict[str, Any] = {"id": job.id, "object": job.kind, "status": entry.data["status"], "url": url}
    reference = {"client_reference_id": job.client_reference_id} if job.client_reference_id else {}
    return data | _judgement(job) | reference


def _judgement(job: Job) -> dict[str, Any]:
    """Of a training that has made a model: codes of what needs attention, and whether it copies."""
    result = job.result or {}
    if job.kind is not JobKind.TRAINING or job.status is not JobStatus.SUCCEEDED or "flags" not in result:
        return {}
    return {"flags": [flag["code"] for flag in result["flags"]], "memorisation": result.get("memorisation")}


def _facts(job: Job, entry: OutboxEntry) -> dict[str, Any]:
    """What an e-mail says beside that, to its owner: which one, how long, why, and what was made."""
    seconds = (job.finished_at - job.started_at).total_seconds() if job.finished_at and job.started_at else None
    is_counted = job.kind is JobKind.BATCH and job.result is not None
    facts = {
        "name": job.spec.get("name"), "seconds": seconds,
        "reason": _reason(job) or entry.data.get("reason"),
        "model_id": job.spec.get("model_id") if entry.data["status"] == JobStatus.SUCCEEDED else None,
        "counts": {name: (job.result or {})[name] for name in COUNTS} if is_counted else None,
        "attention": [flag["message"] for flag in (job.result or {}).get("flags", ())] or None,
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value is not None}


def _reason(job: Job) -> dict[str, str] | None:
    """Why it failed; of an order to erase that its owner has not given, why it was given."""
    if job.error:
        return job.error.model_dump(include={"code", "message"})
    given = job.warnings[0] if job.kind is JobKind.DELETION and job.warnings else None
    return {"code": given["code"], "message": given["detail"]} if given else None


async def _sinks(stores: Stores, job: Job, event: str) -> list[Sink]:
    sinks: list[Sink] = []
    if job.notify.webhooks:
        sinks += await listening_webhooks(stores, job.tenant, event)
    if job.notify.email:
        sinks += await mailbox(stores, job.tenant)
    return sinks


async def _publish_dataset_version(stores: Stores, job: Job, data: dict[str, Any]) -> None:
    version = DatasetVersion.of(data)
    await DatasetRepository(stores.database, job.tenant).publish(version)


async def _publish_model(stores: Stores, job: Job, data: dict[str, Any]) -> None:
    """A new model, or the next version of the one that the training was ordered for; done twice it is done once."""
    models = ModelRepository(stores.database, job.tenant)
    version = await ModelVersionRepository(stores.database, job.tenant).add_next(ModelVersion.of(data))
    if version.deleted_at is not None:  # by its owner, before this was done a second time
        return
    if version.version > 1:
        is_published = await models.publish(version) or await models.get(version.model_id) is not None
        await PoolRepository(stores.database).note_changed(job.tenant, [version.model_id])  # see below
        # A model that was deleted while the training ended gets no version, and the training says so.
        facts = {"version": version.version} if is_published else {"is_model_deleted": True}
        await JobMoves(stores.database).note_result(job, facts)
        await flag_if_withdrawn(stores, version, job.created_at)
        return
    model = Model(
        id=version.model_id, tenant=job.tenant, name=version.name, latest_version=version.version,
        aliases={"champion": version.version}, metadata=job.metadata, **facts_of(version),
        created_at=version.created_at, updated_at=version.created_at, outbox=[_model_created(version)],
        has_outbox=True,
    )  # fmt: skip
    await models.add_once(model)
    await PoolRepository(stores.database).note_changed(job.tenant)  # once more: who added it may have died before that
    await drain_notices(stores, ModelRepository.collection_name, model.id)
    await flag_if_withdrawn(stores, version, job.created_at)


def _model_created(version: ModelVersion) -> Notice:
    url = f"/v1/models/{version.model_id}"
    data = {"id": version.model_id, "object": "model", "status": "created", "url": url}
    facts = {"name": version.name}
    return Notice(
        event="model.created", subject=version.model_id, key="created", at=version.created_at, data=data, facts=facts
    )


async def _forget_erasure(stores: Stores, job: Job, _data: dict[str, Any]) -> None:
    """The receipt has taken its place."""
    await ErasureRepository(stores.database, job.tenant).delete(job.id)


async def _carry_out_effects(stores: Stores, job: Job, entries: Sequence[OutboxEntry]) -> None:
    for entry in entries:
        await _EFFECTS[entry.type](stores, job, entry.data)


_EFFECTS: Mapping[str, Callable[[Stores, Job, dict[str, Any]], Awaitable[None]]] = {
    "publish_dataset_version": _publish_dataset_version,
    "publish_model": _publish_model,
    PUBLISH_SELECTOR: publish_selector,
    NOTE_MEASURED: note_measured,
    "forget_erasure": _forget_erasure,
}
_CARRY_OUT: Mapping[str, Callable[[Stores, Job, Sequence[OutboxEntry]], Awaitable[None]]] = {
    "event": _append_events,
    "effect": _carry_out_effects,
    "notice": _tell_all,
}
