"""The account of a local install and its keys for everything."""

from maskeraid_core.first_account import add_key, create_account
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.accounts import AccountRepository

TENANT_NAME = "local"
KEY_DAYS = 3650


async def create_first_key(database: Database, email: str) -> str | None:
    """Make the local account with a key; the key's text, or None when the account was there."""
    return await create_account(database, TENANT_NAME, email, "local", days=KEY_DAYS)


async def create_further_key(database: Database) -> str:
    """One more key of the local account, whose earlier ones stay valid."""
    tenant = await AccountRepository(database).tenant_named(TENANT_NAME)
    if tenant is None:
        raise LookupError("the local account was not made yet")
    return await add_key(database, tenant.id, "further key", "local", days=KEY_DAYS)
