"""The life of a delivery: claim it like a job, send once, record what came of it, and what follows from that."""

import time
from datetime import datetime, timedelta
from random import Random

import structlog
from pymongo.errors import PyMongoError

from maskeraid_core import failpoints
from maskeraid_core.documents.deliveries import ENDPOINT_DISABLED, Attempt, Delivery, DeliveryStatus, WebhookEndpoint
from maskeraid_core.documents.notices import Notice
from maskeraid_core.jobs import QueueName
from maskeraid_core.mongo import server_time
from maskeraid_core.notices import drain_notices
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.deliveries import DeliveryQueue, WebhookEndpointRepository
from maskeraid_notifier.outcomes import Outcome, Verdict
from maskeraid_notifier.schedule import wait_seconds
from maskeraid_notifier.sending import Sender
from maskeraid_notifier.slots import Slots

log = structlog.get_logger()

MOST_OF_ERROR = 500  # characters
GIVEN_UP_LIMIT = 3  # deliveries in a row, then the endpoint is disabled


async def deliver_in_turn(stores: Stores, sender: Sender, slots: Slots, delivery_id: str, random: Random) -> None:
    """Make one attempt if the receiver's and the tenant's slots allow it, then ring for one that waited for them.

    Ringing puts it behind what others have rung for meanwhile: nobody's backlog keeps the threads to itself.
    """
    delivery = await DeliveryQueue(stores.database).pending(delivery_id)
    if delivery is None or not slots.enter(delivery):
        return
    try:
        await deliver(stores, sender, delivery_id, random)
    finally:
        waited = slots.leave(delivery)
    if waited is not None:
        await stores.doorbell.ring(QueueName.NOTIFIER, waited)


async def deliver(stores: Stores, sender: Sender, delivery_id: str, random: Random) -> None:
    """Make one attempt for one delivery, if it is due and nobody else makes it."""
    queue = DeliveryQueue(stores.database)
    delivery = await queue.claim(delivery_id, stores.settings.lease_seconds)
    if delivery is None:  # delivered, given up, not due, or another notifier's
        return
    at, started = await server_time(stores.database), time.monotonic()
    outcome = await _send(sender, delivery, at)
    failpoints.hit("delivery.sent")
    attempt = Attempt(
        at=at,
        duration_ms=round((time.monotonic() - started) * 1000),
        status_code=outcome.status_code,
        error=outcome.error and outcome.error[:MOST_OF_ERROR],  # some quote all that a receiver sent
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
        await _judge_endpoint(stores, delivery, outcome, at)


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
    return wait_seconds(delivery.tries + 1, outcome.retry_after_seconds, random)


def _status_after(outcome: Outcome, wait: float | None) -> DeliveryStatus:
    if outcome.verdict is Verdict.DELIVERED:
        return DeliveryStatus.DELIVERED
    return DeliveryStatus.GIVEN_UP if wait is None else DeliveryStatus.PENDING


async def _judge_endpoint(stores: Stores, delivery: Delivery, outcome: Outcome, at: datetime) -> None:
    """Count what was given up in a row; disable an endpoint that is gone, or dead for too long."""
    endpoints = WebhookEndpointRepository(stores.database, delivery.tenant)
    is_given_up = outcome.verdict is not Verdict.DELIVERED
    endpoint = await endpoints.note_outcome(delivery.sink.target, given_up=is_given_up)
    if endpoint is None or not endpoint.is_enabled:
        return
    if outcome.verdict is Verdict.GONE:
        await _disable(stores, endpoints, endpoint, "The receiver answered 410 Gone.", at)
    elif endpoint.given_up_in_a_row >= GIVEN_UP_LIMIT:
        await _disable(stores, endpoints, endpoint, f"{GIVEN_UP_LIMIT} deliveries in a row were given up.", at)


async def _disable(
    stores: Stores, endpoints: WebhookEndpointRepository, endpoint: WebhookEndpoint, reason: str, at: datetime
) -> None:
    """Disable an endpoint; the notifier that does so tells its owner."""
    notice = Notice(
        event=ENDPOINT_DISABLED,
        subject=endpoint.id,
        key=f"disabled:{at.isoformat()}",
        at=at,
        data={
            "id": endpoint.id,
            "object": "webhook_endpoint",
            "status": "disabled",
            "url": f"/v1/webhook-endpoints/{endpoint.id}",
        },
        facts={"reason": {"code": "disabled", "message": reason}},
    )
    if await endpoints.disable(endpoint.id, reason, notice):
        await drain_notices(stores, endpoints.collection_name, endpoint.id)
