"""The life of a delivery: claim it like a job, send once, record what came of it, and what follows from that."""

import time
from datetime import datetime, timedelta
from random import Random

import structlog
from pymongo.errors import PyMongoError

from maskeraid_core.documents.deliveries import Attempt, Delivery, DeliveryStatus, Sink, WebhookEndpoint
from maskeraid_core.ids import derived_id
from maskeraid_core.jobs import QueueName
from maskeraid_core.mongo import server_time
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.deliveries import DeliveryQueue, WebhookEndpointRepository
from maskeraid_core.repositories.repository import now
from maskeraid_notifier.outcomes import Outcome, Verdict
from maskeraid_notifier.schedule import wait_seconds
from maskeraid_notifier.sending import Sender

log = structlog.get_logger()

GIVEN_UP_LIMIT = 3  # deliveries in a row, then the endpoint is disabled


async def deliver(stores: Stores, sender: Sender, delivery_id: str, random: Random) -> None:
    """Make one attempt for one delivery, if it is due and nobody else makes it."""
    queue = DeliveryQueue(stores.database)
    delivery = await queue.claim(delivery_id, stores.settings.lease_seconds)
    if delivery is None:  # delivered, given up, not due, or another notifier's
        return
    at, started = await server_time(stores.database), time.monotonic()
    outcome = await _send(sender, delivery, at)
    attempt = Attempt(
        at=at,
        duration_ms=round((time.monotonic() - started) * 1000),
        status_code=outcome.status_code,
        error=outcome.error,
        answer=outcome.answer,
    )
    wait = _wait_seconds(delivery, outcome, random)
    status = _status_after(outcome, wait)
    next_attempt_at = None if wait is None else await server_time(stores.database) + timedelta(seconds=wait)
    is_ours = await queue.record(
        delivery, attempt, status=status, next_attempt_at=next_attempt_at, message=outcome.message
    )
    log.info("delivery tried", delivery=delivery.id, status=status, status_code=outcome.status_code, is_ours=is_ours)
    if is_ours and delivery.sink.kind == "webhook" and status is not DeliveryStatus.PENDING:
        await _judge_endpoint(stores, delivery, outcome)


async def _send(sender: Sender, delivery: Delivery, at: datetime) -> Outcome:
    """One attempt; a fault of ours is one that failed, written down and tried again by the table, not for ever."""
    try:
        return await sender.send(delivery, at)
    except PyMongoError:
        raise
    except Exception as error:
        log.error("delivery could not be tried", delivery=delivery.id, exc_info=error)
        return Outcome(Verdict.RETRY, error=f"internal error: {type(error).__name__}")


def _wait_seconds(delivery: Delivery, outcome: Outcome, random: Random) -> float | None:
    if outcome.verdict is not Verdict.RETRY:
        return None
    return wait_seconds(len(delivery.attempts) + 1, outcome.retry_after_seconds, random)


def _status_after(outcome: Outcome, wait: float | None) -> DeliveryStatus:
    if outcome.verdict is Verdict.DELIVERED:
        return DeliveryStatus.DELIVERED
    return DeliveryStatus.GIVEN_UP if wait is None else DeliveryStatus.PENDING


async def _judge_endpoint(stores: Stores, delivery: Delivery, outcome: Outcome) -> None:
    """Count what was given up in a row; disable an endpoint that is gone, or dead for too long."""
    endpoints = WebhookEndpointRepository(stores.database, delivery.tenant)
    is_given_up = outcome.verdict is not Verdict.DELIVERED
    endpoint = await endpoints.note_outcome(delivery.sink.target, given_up=is_given_up)
    if endpoint is None or not endpoint.is_enabled:
        return
    if outcome.verdict is Verdict.GONE:
        await endpoints.disable(endpoint.id, "The receiver answered 410 Gone.")
    elif endpoint.given_up_in_a_row >= GIVEN_UP_LIMIT:
        await endpoints.disable(endpoint.id, f"{GIVEN_UP_LIMIT} deliveries in a row were given up.")
        await _tell_owner(stores, endpoint)


async def _tell_owner(stores: Stores, endpoint: WebhookEndpoint) -> None:
    """Say by e-mail that an endpoint was disabled, where the owner's address is verified."""
    tenant = await AccountRepository(stores.database).tenant(endpoint.tenant)
    if tenant is None or not tenant.email or not tenant.is_email_verified:
        return
    at = now()
    event = "webhook_endpoint.disabled"
    notice = Delivery(
        id=derived_id("dlv", at, endpoint.id, event),
        tenant=endpoint.tenant,
        sink=Sink(kind="email", target=tenant.email),
        event=event,
        subject=endpoint.id,
        data={
            "id": endpoint.id,
            "object": "webhook_endpoint",
            "status": "disabled",
            "url": f"/v1/webhook-endpoints/{endpoint.id}",
        },
        next_attempt_at=at,
        created_at=at,
    )
    await DeliveryQueue(stores.database).add_once(notice)
    await stores.doorbell.ring(QueueName.NOTIFIER, notice.id)
