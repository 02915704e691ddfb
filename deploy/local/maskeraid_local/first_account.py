"""The account of a fresh local install and its first key."""

from maskeraid_core.documents.accounts import Scope, Tenant
from maskeraid_core.ids import new_id
from maskeraid_core.keys import mint_key
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.accounts import AccountRepository, ApiKeyRepository
from maskeraid_core.repositories.repository import now

TENANT_NAME = "local"
TENANT_EMAIL = "owner@maskeraid.local"  # verified by definition: its mail never leaves the outbox folder


async def create_first_key(database: Database) -> str | None:
    """Make the local account with a key for everything; the key's text, or None when the account was there."""
    accounts = AccountRepository(database)
    if await accounts.tenant_named(TENANT_NAME):
        return None
    tenant = Tenant(id=new_id("ten"), name=TENANT_NAME, email=TENANT_EMAIL, is_email_verified=True, created_at=now())
    minted = mint_key(tenant.id, "first key", list(Scope), environment="local", days=3650)
    await ApiKeyRepository(database, tenant.id).add(minted.document)
    await accounts.add_tenant(tenant)  # last: without the account, the next start makes a new key
    return minted.text
