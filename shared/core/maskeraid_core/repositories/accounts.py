"""Tenants, API keys, and idempotent answers. Looked up before the tenant is known, so not tenant repositories."""

import contextlib
import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from maskeraid_core.documents.accounts import (
    MONTH,
    SYSTEM_TENANT,
    ApiKey,
    IdempotentAnswer,
    PendingEmail,
    Policy,
    Tenant,
)
from maskeraid_core.mongo import Database, server_time
from maskeraid_core.repositories.repository import TenantRepository, now
from maskeraid_core.repositories.slots import take_slot

ABANDONED_AFTER = timedelta(seconds=5)  # a request that has not said so long that it runs died with its process
VERIFICATIONS_A_DAY = 3  # mails to one address, whoever asks for them: nobody's mailbox is flooded through us


class AccountRepository:
    """Tenants, and the way from a key's public id to the key."""

    def __init__(self, database: Database) -> None:
        self._tenants = database["tenants"]
        self._keys = database["api_keys"]
        self._verifications = database["email_verifications"]

    async def add_tenant(self, tenant: Tenant) -> Tenant:
        await self._tenants.insert_one(tenant.to_mongo())
        return tenant

    async def add_tenant_once(self, tenant: Tenant) -> None:
        """Insert an account unless its id exists."""
        with contextlib.suppress(DuplicateKeyError):
            await self.add_tenant(tenant)

    async def tenant(self, tenant_id: str) -> Tenant | None:
        found = await self._tenants.find_one({"_id": tenant_id})
        return Tenant.of(found) if found else None

    async def tenant_named(self, name: str) -> Tenant | None:
        found = await self._tenants.find_one({"name": name})
        return Tenant.of(found) if found else None

    async def names(self, tenant_ids: Iterable[str]) -> dict[str, str]:
        """By tenant, of those that there are."""
        found = self._tenants.find({"_id": {"$in": list(tenant_ids)}}, {"name": 1})
        return {row["_id"]: row["name"] async for row in found}

    async def is_first(self, tenant_id: str) -> bool:
        """Whether an account is the one that somebody made first: that of who runs the server."""
        first = (
            await self._tenants.find({"_id": {"$ne": SYSTEM_TENANT}}, {"_id": 1})
            .sort([("created_at", 1), ("_id", 1)])
            .limit(1)
            .to_list()
        )
        return bool(first) and first[0]["_id"] == tenant_id

    async def change(self, tenant_id: str, facts: Mapping[str, object]) -> None:
        """Set facts of an account; one update."""
        await self._tenants.update_one({"_id": tenant_id}, {"$set": dict(facts)})

    async def policy(self, tenant_id: str) -> Policy:
        """What an account has decided; of one that is not there, as if it had decided nothing."""
        found = await self._tenants.find_one({"_id": tenant_id}, {"policy": 1})
        return Policy.model_validate((found or {}).get("policy") or {})

    async def change_policy(self, tenant_id: str, facts: Mapping[str, object]) -> None:
        """Decide anew on these; one update."""
        await self.change(tenant_id, {f"policy.{name}": value for name, value in facts.items()})

    async def keeping_datasets(self) -> dict[str, int]:
        """Accounts that have decided how long datasets are kept after their last use, each with its days."""
        found = self._tenants.find({"policy.datasets_kept_days": {"$gt": 0}}, {"policy": 1})
        return {row["_id"]: row["policy"]["datasets_kept_days"] async for row in found}

    async def begin_sweep(self, tenant_id: str, at: datetime, before: datetime) -> bool:
        """Take the turn to sweep an account's images, when the last one was before then; one update, or nothing."""
        is_due = {"$or": [{"images_swept_at": None}, {"images_swept_at": {"$lt": before}}]}
        outcome = await self._tenants.update_one({"_id": tenant_id, **is_due}, {"$set": {"images_swept_at": at}})
        return outcome.modified_count == 1

    async def count_deleted_training(self, tenant_id: str, ordered_at: datetime, seconds: float) -> None:
        """Remember for how long a training has run that is no more, by the month that it was ordered in."""
        place = f"deleted_seconds.{ordered_at:{MONTH}}"
        await self._tenants.update_one({"_id": tenant_id}, {"$inc": {place: seconds}})

    async def count_verification(self, address: str, at: datetime) -> bool:
        """Take one of the day's mails to an unverified address; False when there is none left."""
        mailbox = hashlib.sha256(address.lower().encode()).hexdigest()
        return await take_slot(self._verifications, f"{mailbox}:{at.date()}", VERIFICATIONS_A_DAY, at)

    async def verify_email(self, token: str, at: datetime) -> Tenant | None:
        """Make the address that a token was mailed to the account's own, once; None when it opens nothing."""
        hashed = hash_token(token)
        found = await self._tenants.find_one({"pending_email.token_sha256": hashed})
        pending = PendingEmail.model_validate(found["pending_email"]) if found else None
        if found is None or pending is None or pending.expires_at <= at:
            return None
        outcome = await self._tenants.update_one(
            {"_id": found["_id"], "pending_email.token_sha256": hashed},
            {"$set": {"email": pending.address, "is_email_verified": True, "pending_email": None}},
        )
        return await self.tenant(found["_id"]) if outcome.modified_count else None

    async def forget_verifications(self, before: datetime) -> None:
        """Delete the counts of days that are over."""
        await self._verifications.delete_many({"created_at": {"$lt": before}})

    async def key_with_public_id(self, public_id: str) -> ApiKey | None:
        found = await self._keys.find_one({"public_id": public_id})
        return ApiKey.of(found) if found else None

    async def expiring_keys(self, after: datetime, until: datetime) -> list[ApiKey]:
        """Keys that still work, end in this time, and whose owners were not told so."""
        ending = {"expires_at": {"$gt": after, "$lte": until}, "revoked_at": None, "expiry_told_at": None}
        return [ApiKey.of(row) async for row in self._keys.find(ending)]

    async def note_expiry_told(self, key_id: str, at: datetime) -> None:
        await self._keys.update_one({"_id": key_id}, {"$set": {"expiry_told_at": at}})

    async def note_use(self, key_id: str, at: datetime) -> None:
        await self._keys.update_one({"_id": key_id}, {"$set": {"last_used_at": at}})


def hash_token(token: str) -> str:
    """What is stored of a one-time token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class ApiKeyRepository(TenantRepository[ApiKey]):
    collection_name = "api_keys"
    kind = ApiKey

    async def revoke(self, key_id: str) -> bool:
        """Make a key worthless; True when it was not so before."""
        outcome = await self._collection.update_one(
            self._live({"_id": key_id, "revoked_at": None}), {"$set": {"revoked_at": now()}}
        )
        return outcome.modified_count == 1


class IdempotencyRepository:
    """Answers kept for 24 h; a unique id decides races."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._collection = database["idempotency"]
        self._tenant = tenant

    async def begin(self, key: str, digest: str) -> IdempotentAnswer | None:
        """Reserve the key for this request: None when it is ours, else what is there.

        Times are the database's: another gateway's clock may be wrong by more than a request takes.
        """
        at = await server_time(self._collection.database)
        entry = IdempotentAnswer(id=f"{self._tenant}:{key}", tenant=self._tenant, digest=digest, created_at=at)
        try:
            await self._collection.insert_one(entry.to_mongo())
        except DuplicateKeyError:
            found = await self._collection.find_one({"_id": entry.id})
            existing = IdempotentAnswer.of(found) if found else None
            if existing is None or not await self._take_over(existing, digest, at):
                return existing
        return None

    async def _take_over(self, existing: IdempotentAnswer, digest: str, at: datetime) -> bool:
        if existing.answer is not None or existing.digest != digest or existing.created_at > at - ABANDONED_AFTER:
            return False
        outcome = await self._collection.update_one(
            {"_id": existing.id, "created_at": existing.created_at, "answer": None}, {"$set": {"created_at": at}}
        )
        return outcome.modified_count == 1

    async def renew(self, key: str) -> None:
        """Say that the request still runs."""
        await self._collection.update_one(
            {"_id": f"{self._tenant}:{key}", "answer": None}, {"$currentDate": {"created_at": True}}
        )

    async def finish(self, key: str, answer: dict[str, Any]) -> None:
        await self._collection.update_one({"_id": f"{self._tenant}:{key}"}, {"$set": {"answer": answer}})

    async def forget(self, key: str) -> None:
        """The first request failed without an answer worth keeping: the key may be used again."""
        await self._collection.delete_one({"_id": f"{self._tenant}:{key}", "answer": None})
