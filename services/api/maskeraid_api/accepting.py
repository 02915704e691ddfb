"""Accepting a job: record it, then ring; and waiting for its end when the client prefers that."""

import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request

from maskeraid_api.access import Caller
from maskeraid_api.auditing import record_order
from maskeraid_api.envelope import exchange_of
from maskeraid_api.gateway import Gateway, gateway_of
from maskeraid_api.limits import check_limits
from maskeraid_api.measuring import ACCEPTED_JOBS
from maskeraid_core.documents.document import Part
from maskeraid_core.errors import IdempotencyKeyReused
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import BRIEF, Job, JobKind, Notify
from maskeraid_core.news import wait_for_news
from maskeraid_core.outbox import drain
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.needs import input_keys
from maskeraid_core.repositories.repository import now

LONGEST_WAIT = 30  # seconds
LOOK_SECONDS = 3.0  # how often a waiting request looks without being told
_WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])")


@dataclass(frozen=True)
class Order:
    """What is asked for, beside the specification."""

    kind: JobKind
    spec: Part | Mapping[str, Any]
    job_id: str | None = None  # made before, when the specification names it
    notify: Notify = field(default_factory=Notify)
    metadata: dict[str, str] = field(default_factory=dict)
    client_reference_id: str | None = None
    deadline_seconds: float | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)
    retry_of: str | None = None
    put_away: Callable[[], Awaitable[Part]] | None = None  # bytes, once nothing else is in the way; the spec with them

    def idempotency(self, request: Request) -> tuple[str | None, str | None]:
        """What makes two orders one: their key, and the digest of the request that it came with.

        A job is retried once: whoever asks again gets that one.
        """
        if self.retry_of:
            return f"retry:{self.retry_of}", None
        key, digest = request.scope.get("maskeraid.idempotency", (None, None))
        return key, digest


async def accept(request: Request, order: Order, *, wait_seconds: float = 0) -> Job:
    """Insert a job and ring; with `wait_seconds` its state when it ended or when the time was over.

    Raises: QueueFull, Overloaded, QuotaExceeded.
    """
    gateway = gateway_of(request)
    caller: Caller = request.scope["maskeraid.caller"]
    jobs = JobRepository(gateway.stores.database, caller.tenant)
    await check_limits(gateway, jobs, caller.tenant, order.kind)
    if order.put_away is not None:
        order = replace(order, spec=await order.put_away())
    job = _job(request, caller.tenant, order)
    if wait_seconds <= 0:
        return await _accept(request, jobs, job, order, is_awaited=False)
    async with gateway.stores.news.about(job.id) as news:  # before the job exists, so that no news is missed
        accepted = await _accept(request, jobs, job, order, is_awaited=True)
        until = time.monotonic() + wait_seconds
        while not accepted.status.is_terminal and (left := until - time.monotonic()) > 0:
            await wait_for_news(news, min(LOOK_SECONDS, left))
            accepted = await jobs.get(accepted.id) or accepted
    return accepted


async def _accept(request: Request, jobs: JobRepository, job: Job, order: Order, *, is_awaited: bool) -> Job:
    gateway = gateway_of(request)
    own_keys = input_keys(job.spec) if order.put_away else set()
    try:
        accepted = await jobs.accept(job)
    except IdempotencyKeyReused:
        await gateway.stores.blobs.delete(own_keys)
        raise
    if accepted.id != job.id:
        await gateway.stores.blobs.delete(own_keys)
        exchange_of(request.scope).headers["Idempotency-Replayed"] = "true"
        return accepted
    ACCEPTED_JOBS.labels(job.kind).inc()
    gateway.background.start(_tell(gateway, accepted, is_awaited=is_awaited))
    await record_order(request, accepted)  # while the worker begins
    return accepted


def preferred_wait(request: Request) -> int:
    """Seconds of `Prefer: wait=N` (RFC 7240), at most 30; 0 without it."""
    found = _WAIT.search(request.headers.get("prefer", ""))
    return min(int(found[1]), LONGEST_WAIT) if found else 0


def _job(request: Request, tenant: str, order: Order) -> Job:
    at = now()
    idempotency_key, request_digest = order.idempotency(request)
    spec = order.spec.model_dump(mode="json") if isinstance(order.spec, Part) else dict(order.spec)
    return Job(
        id=order.job_id or new_id(order.kind.id_prefix), tenant=tenant, kind=order.kind, queue=order.kind.queue,
        spec=spec, spec_digest=hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest(),
        not_before=at, deadline=None if (wait := order.deadline_seconds) is None else at + timedelta(seconds=wait),
        rang_at=at,  # it rings at once; the sweeper rings again when nobody came
        idempotency_key=idempotency_key, request_digest=request_digest,
        retry_of=order.retry_of, notify=order.notify, metadata=order.metadata,
        warnings=order.warnings, client_reference_id=order.client_reference_id,
        priority=BRIEF if order.kind is JobKind.TRAINING and spec.get("dry_run") else 0,
        request_id=exchange_of(request.scope).request_id, created_at=at, updated_at=at,
    )  # fmt: skip


async def _tell(gateway: Gateway, job: Job, *, is_awaited: bool) -> None:
    """Ring; then write the first event, unless a client waits: then the worker does that, sooner than we could."""
    await gateway.stores.doorbell.ring(job.queue, job.id)
    await gateway.lanes.mark(gateway.stores.database, job)
    if not is_awaited:
        await drain(gateway.stores, job)
