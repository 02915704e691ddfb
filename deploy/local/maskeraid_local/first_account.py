"""The account of a local install, its keys for everything, and links that sign a browser in to it."""

from maskeraid_core.first_account import add_key, create_account
from maskeraid_core.login_links import make_login_link
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.accounts import AccountRepository

TENANT_NAME = "local"
KEY_DAYS = 3650
NOT_MADE = "the local account was not made yet"


async def create_first_key(database: Database, email: str) -> str | None:
    """Make the local account with a key; the key's text, or None when the account was there."""
    return await create_account(database, TENANT_NAME, email, "local", days=KEY_DAYS)


async def create_further_key(database: Database) -> str:
    """One more key of the local account, whose earlier ones stay valid."""
    tenant = await AccountRepository(database).tenant_named(TENANT_NAME)
    if tenant is None:
        raise LookupError(NOT_MADE)
    return await add_key(database, tenant.id, "further key", "local", days=KEY_DAYS)


async def create_login_link(database: Database, url: str) -> str:
    """The address that signs a browser in to the local account, once."""
    link = await make_login_link(database, TENANT_NAME, url)
    if link is None:
        raise LookupError(NOT_MADE)
    return link
