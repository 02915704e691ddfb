"""Webhook endpoints and deliveries."""

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from maskeraid_core.documents.deliveries import Attempt, Delivery, DeliveryStatus, WebhookEndpoint
from maskeraid_core.documents.notices import Notice
from maskeraid_core.mongo import Database, server_time
from maskeraid_core.repositories.repository import TenantRepository

OLD_SECRET_SIGNS = timedelta(hours=24)  # after a rotation, so that receivers may change over
ATTEMPTS_KEPT = 50  # of one delivery, the last ones
MOST_RUNG = 500  # in one sweep; the next one finds the others
MOST_RUNG_OF_TENANT = 100  # of them, while others have some: thousands of one do not keep everybody's retries waiting


class WebhookEndpointRepository(TenantRepository[WebhookEndpoint]):
    collection_name = "webhook_endpoints"
    kind = WebhookEndpoint

    async def listening_to(self, event: str) -> list[WebhookEndpoint]:
        """Enabled endpoints of the tenant that want this event."""
        cursor = self._collection.find(self._live({"is_enabled": True}))
        endpoints = [WebhookEndpoint.of(row) async for row in cursor]
        return [endpoint for endpoint in endpoints if {"*", event} & set(endpoint.event_types)]

    async def disable(self, endpoint_id: str, reason: str, notice: Notice) -> bool:
        """Send nothing there any more, and keep the notice of it to be told; one update. False when it was so."""
        outcome = await self._collection.update_one(
            self._live({"_id": endpoint_id, "is_enabled": True}),
            {
                "$set": {"is_enabled": False, "disabled_reason": reason, "updated_at": notice.at, "has_outbox": True},
                "$push": {"outbox": notice.model_dump()},
            },
        )
        return outcome.modified_count == 1

    async def rotate_secret(self, endpoint: WebhookEndpoint, secret: str) -> WebhookEndpoint | None:
        """Sign with a new secret, and for a day with the one before it too; None when it was changed meanwhile."""
        at = await server_time(self._collection.database)
        facts = {
            "secret": secret, "previous_secret": endpoint.secret, "previous_secret_until": at + OLD_SECRET_SIGNS,
            "updated_at": at,
        }  # fmt: skip
        return await self.change(endpoint.id, facts, where={"secret": endpoint.secret})

    async def note_outcome(self, endpoint_id: str, *, given_up: bool) -> WebhookEndpoint | None:
        """Count deliveries given up in a row; a success starts the count anew."""
        change = {"$inc": {"given_up_in_a_row": 1}} if given_up else {"$set": {"given_up_in_a_row": 0}}
        await self._collection.update_one(self._live({"_id": endpoint_id}), change)
        return await self.get(endpoint_id)

    async def delete(self, endpoint_id: str) -> bool:
        outcome = await self._collection.delete_one(self._live({"_id": endpoint_id}))
        return outcome.deleted_count == 1


class DeliveryRepository(TenantRepository[Delivery]):
    """A tenant's own deliveries."""

    collection_name = "deliveries"
    kind = Delivery

    async def send_again(self, delivery_id: str) -> Delivery | None:
        """Make a delivery due now, under its id, from the beginning of the retry table; None when there is none.

        An attempt in flight loses its claim, so what comes of it cannot end what begins anew. Only the mail that
        verifies an address keeps it: sent beside the one in flight it would be one more than were counted.
        """
        at = await server_time(self._collection.database)
        facts = {"status": DeliveryStatus.PENDING, "next_attempt_at": at, "tries": 0, "finished_at": None}
        outcome = await self._collection.update_one(
            self._live({"_id": delivery_id, "token": None}),
            {"$set": {**facts, "lease_until": None, "rang_at": None}, "$inc": {"fence": 1}},
        )
        return await self.get(delivery_id) if outcome.matched_count else await self.change(delivery_id, facts)


class DeliveryQueue:
    """Deliveries of all tenants, for the notifier and the sweeper. Claimed like a job: lease and fence, by `_id`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._collection = database["deliveries"]

    async def add_once(self, delivery: Delivery) -> bool:
        """Insert unless it exists: its id is derived from what is told to whom."""
        try:
            await self._collection.insert_one(delivery.to_mongo())
        except DuplicateKeyError:
            return False
        return True

    async def pending(self, delivery_id: str) -> Delivery | None:
        """One delivery, if there is still something to send."""
        found = await self._collection.find_one({"_id": delivery_id})
        return Delivery.of(found) if found and found["status"] == DeliveryStatus.PENDING else None

    async def due(self, silent_seconds: float = 0) -> Sequence[str]:
        """Ids of pending deliveries whose time has come, that nobody holds, and whose bell was silent for so long.

        The longest due of each tenant's share first, then what is left of the list is for who has more.
        """
        at = await server_time(self._database)
        due: list[str] = []
        more: list[str] = []
        served: set[str] = set()
        while len(due) < MOST_RUNG:
            rows = await self._silent(at, at - timedelta(seconds=silent_seconds), served)
            shares = defaultdict[str, list[str]](list)
            for row in rows:
                if row.get("lease_until") is None or row["lease_until"] < at:
                    shares[row["tenant"]].append(row["_id"])
            for share in shares.values():
                due += share[:MOST_RUNG_OF_TENANT]
                more += share[MOST_RUNG_OF_TENANT:]
            if len(rows) < MOST_RUNG:
                break
            served |= {row["tenant"] for row in rows}
        return (due + more)[:MOST_RUNG]

    async def _silent(self, at: datetime, older_than: datetime, served: AbstractSet[str]) -> list[dict[str, Any]]:
        wanted = {
            "status": DeliveryStatus.PENDING, "next_attempt_at": {"$lte": at},
            "rang_at": {"$not": {"$gte": older_than}}, "tenant": {"$nin": list(served)},
        }  # fmt: skip
        cursor = self._collection.find(wanted, {"_id": 1, "tenant": 1, "lease_until": 1})
        return await cursor.sort("next_attempt_at", ASCENDING).limit(MOST_RUNG).to_list()

    async def note_rang(self, delivery_id: str) -> None:
        await self._collection.update_one({"_id": delivery_id}, {"$currentDate": {"rang_at": True}})

    async def claim(self, delivery_id: str, lease_seconds: float) -> Delivery | None:
        """Lease one delivery that is due; None when it is not ours to send now."""
        found = await self._collection.find_one({"_id": delivery_id, "status": DeliveryStatus.PENDING})
        at = await server_time(self._database)
        if found is None or found["next_attempt_at"] > at or (found["lease_until"] and found["lease_until"] > at):
            return None
        outcome = await self._collection.update_one(
            {"_id": delivery_id, "status": DeliveryStatus.PENDING, "fence": found["fence"]},
            [{"$set": {"fence": found["fence"] + 1, "lease_until": {"$add": ["$$NOW", int(lease_seconds * 1000)]}}}],
        )
        if not outcome.modified_count:
            return None
        # It is read back behind the update: who stood still in between would find another's claim there, and its fence.
        return await self._with_fence(delivery_id, found["fence"] + 1)

    async def _with_fence(self, delivery_id: str, fence: int) -> Delivery | None:
        claimed = await self._collection.find_one({"_id": delivery_id, "fence": fence})
        return Delivery.of(claimed) if claimed else None

    async def record(
        self,
        delivery: Delivery,
        attempt: Attempt,
        *,
        status: DeliveryStatus,
        next_attempt_at: datetime | None = None,
        message: str | None = None,
    ) -> bool:
        """Note an attempt and what follows from it, under the claim's fence.

        False when the claim was lost: then the attempt is noted, for it was made, and nothing follows from it.
        """
        facts: dict[str, object] = {
            "status": status, "next_attempt_at": next_attempt_at, "tries": delivery.tries + 1, "lease_until": None,
            "rang_at": None,
        }  # fmt: skip
        if status is not DeliveryStatus.PENDING:
            facts |= {"finished_at": attempt.at, "token": None}
        if message is not None:
            facts["message"] = message
        noted = {"$push": {"attempts": {"$each": [attempt.model_dump()], "$slice": -ATTEMPTS_KEPT}}}
        outcome = await self._collection.update_one(
            {"_id": delivery.id, "fence": delivery.fence, "status": DeliveryStatus.PENDING}, {"$set": facts, **noted}
        )
        if not outcome.matched_count:
            await self._collection.update_one({"_id": delivery.id}, noted)
        return outcome.matched_count == 1

    async def forget_finished(self, before: datetime) -> int:
        """Delete the log of what was delivered or given up before a time; how many there were."""
        outcome = await self._collection.delete_many({"finished_at": {"$lt": before}})
        return outcome.deleted_count
