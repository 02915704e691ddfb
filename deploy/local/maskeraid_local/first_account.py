"""The account of a local install and its keys for everything."""

from maskeraid_core.documents.accounts import Scope, Tenant
from maskeraid_core.ids import new_id
from maskeraid_core.keys import mint_key
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.accounts import AccountRepository, ApiKeyRepository
from maskeraid_core.repositories.repository import now

TENANT_NAME = "local"
TENANT_EMAIL = "owner@maskeraid.local"  # verified by definition: its mail never leaves the outbox folder
KEY_DAYS = 3650


async def create_first_key(database: Database) -> str | None:
    """Make the local account with a key; the key's text, or None when the account was there."""
    accounts = AccountRepository(database)
    if await accounts.tenant_named(TENANT_NAME):
        return None
    tenant = Tenant(id=new_id("ten"), name=TENANT_NAME, email=TENANT_EMAIL, is_email_verified=True, created_at=now())
    key = await _add_key(database, tenant.id, "first key")
    await accounts.add_tenant(tenant)  # last: without the account, the next start makes a new key
    return key


async def create_further_key(database: Database) -> str:
    """One more key of the local account, whose earlier ones stay valid."""
    tenant = await AccountRepository(database).tenant_named(TENANT_NAME)
    if tenant is None:
        raise LookupError("the local account was not made yet")
    return await _add_key(database, tenant.id, "further key")


async def _add_key(database: Database, tenant_id: str, name: str) -> str:
    minted = mint_key(tenant_id, name, list(Scope), environment="local", days=KEY_DAYS)
    await ApiKeyRepository(database, tenant_id).add(minted.document)
    return minted.text
