"""News for owners: who hears of an event, and one delivery for each of them."""

from collections.abc import Sequence
from datetime import datetime

from maskeraid_core.documents.deliveries import ENDPOINT_DISABLED, Delivery, Sink
from maskeraid_core.documents.notices import Notice
from maskeraid_core.ids import derived_id
from maskeraid_core.jobs import QueueName
from maskeraid_core.mongo import server_time
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.deliveries import DeliveryQueue, WebhookEndpointRepository
from maskeraid_core.repositories.notices import NoticeOutboxes


async def tell(stores: Stores, tenant: str, notice: Notice, sinks: Sequence[Sink]) -> list[Delivery]:
    """Make one delivery for each sink, and ring the notifier for the new ones: told twice is told once."""
    if not sinks:
        return []
    queue, due = DeliveryQueue(stores.database), await server_time(stores.database)
    deliveries = [_delivery(tenant, notice, sink, due) for sink in sinks]
    for delivery in deliveries:
        if await queue.add_once(delivery):
            await stores.doorbell.ring(QueueName.NOTIFIER, delivery.id)
    return deliveries


def _delivery(tenant: str, notice: Notice, sink: Sink, due: datetime) -> Delivery:
    facts = notice.facts if sink.kind == "email" else {}
    return Delivery(
        id=derived_id("dlv", notice.at, notice.subject, notice.event, notice.key, sink.kind, sink.target),
        tenant=tenant, sink=sink, event=notice.event, subject=notice.subject, data={**facts, **notice.data},
        next_attempt_at=due, created_at=notice.at,
    )  # fmt: skip


async def listening_webhooks(stores: Stores, tenant: str, event: str) -> list[Sink]:
    """The tenant's enabled endpoints that want this event."""
    endpoints = await WebhookEndpointRepository(stores.database, tenant).listening_to(event)
    return [Sink(kind="webhook", target=endpoint.id) for endpoint in endpoints]


async def mailbox(stores: Stores, tenant: str, *, wanting: str | None = None) -> list[Sink]:
    """The tenant's verified address; with `wanting`, only if the account asked for mail about that event."""
    account = await AccountRepository(stores.database).tenant(tenant)
    if account is None or account.mailbox is None or (wanting and wanting not in account.email_events):
        return []
    return [Sink(kind="email", target=account.mailbox)]


async def drain_notices(stores: Stores, collection: str, document_id: str) -> None:
    """Tell everything that a document's outbox holds, then empty it."""
    outboxes = NoticeOutboxes(stores.database)
    tenant, notices = await outboxes.read(collection, document_id)
    for notice in notices:
        told = notice.to or tenant
        await tell(stores, told, notice, await _sinks(stores, told, notice.event))
    if notices:
        await outboxes.remove(collection, document_id, notices)


async def _sinks(stores: Stores, tenant: str, event: str) -> list[Sink]:
    if event == ENDPOINT_DISABLED:  # the webhook is what failed
        return await mailbox(stores, tenant)
    return [*await listening_webhooks(stores, tenant, event), *await mailbox(stores, tenant, wanting=event)]
