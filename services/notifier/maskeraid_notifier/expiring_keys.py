"""Tells the owner of an API key by e-mail that it ends in a week: once for each key, whoever looks and how often."""

import asyncio
from datetime import datetime, timedelta

import structlog

from maskeraid_core.documents.accounts import ApiKey
from maskeraid_core.documents.deliveries import KEY_EXPIRING
from maskeraid_core.documents.notices import Notice
from maskeraid_core.mongo import server_time
from maskeraid_core.notices import mailbox, tell
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository

log = structlog.get_logger()

TOLD_BEFORE = timedelta(days=7)
LOOK_SECONDS = 3600.0


async def warn_of_expiring_keys_forever(stores: Stores) -> None:
    """Look every hour until cancelled. What goes wrong is said and tried again."""
    while True:
        try:
            await warn_of_expiring_keys(stores, await server_time(stores.database))
        except Exception as error:
            log.error("expiring keys not told of, will be tried again", exc_info=error)
        await asyncio.sleep(LOOK_SECONDS)


async def warn_of_expiring_keys(stores: Stores, at: datetime) -> None:
    """Tell of each key that ends within a week and was made for longer; an account without an address later, perhaps.

    Told first and noted second: who dies in between tells again, which makes the same delivery.
    """
    accounts = AccountRepository(stores.database)
    for key in await accounts.expiring_keys(at, at + TOLD_BEFORE):
        sinks = await mailbox(stores, key.tenant) if key.expires_at - key.created_at > TOLD_BEFORE else []
        if await tell(stores, key.tenant, _notice(key), sinks):
            await accounts.note_expiry_told(key.id, at)


def _notice(key: ApiKey) -> Notice:
    message = f"It ends at {key.expires_at:%Y-%m-%d %H:%M} UTC, and what uses it is then refused."
    return Notice(
        event=KEY_EXPIRING, subject=key.id, key="expiring", at=key.expires_at - TOLD_BEFORE,
        data={"id": key.id, "object": "api_key", "status": "expiring", "url": "/v1/api-keys"},
        facts={"name": key.name, "reason": {"code": "expiry", "message": message}},
    )  # fmt: skip
