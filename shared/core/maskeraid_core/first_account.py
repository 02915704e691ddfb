"""An account and its first key, made by who runs the service: `python -m maskeraid_core.first_account --help`."""

import argparse
import sys

from maskeraid_core.demo_models import install_demo_models
from maskeraid_core.documents.accounts import Scope, Tenant
from maskeraid_core.ids import new_id
from maskeraid_core.keys import DEFAULT_DAYS, mint_key
from maskeraid_core.mongo import Database
from maskeraid_core.portal import open_portal
from maskeraid_core.repositories.accounts import AccountRepository, ApiKeyRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.settings import CoreSettings, Environment, read_settings


async def create_account(
    database: Database, name: str, email: str, environment: Environment, *, days: float = DEFAULT_DAYS
) -> str | None:
    """Make an account with a key for everything; the key's text, or None when the account was there.

    The address counts as verified: who may write to the database vouches for it.
    """
    accounts = AccountRepository(database)
    if await accounts.tenant_named(name):
        return None
    tenant = Tenant(id=new_id("ten"), name=name, email=email, is_email_verified=True, created_at=now())
    key = await add_key(database, tenant.id, "first key", environment, days=days)
    await accounts.add_tenant(tenant)  # last: without the account, the next try makes a new key
    return key


async def add_key(database: Database, tenant_id: str, name: str, environment: Environment, *, days: float) -> str:
    """One more key for everything; its text is kept nowhere."""
    minted = mint_key(tenant_id, name, list(Scope), environment=environment, days=days)
    await ApiKeyRepository(database, tenant_id).add(minted.document)
    return minted.text


def main() -> None:
    """Print the key, and nothing else, on the standard output; said twice, make nothing the second time.

    The models that ship with the service come into the stores as well, and each time what is newer of them.
    """
    reader = argparse.ArgumentParser(
        prog="python -m maskeraid_core.first_account",
        description="Make an account and print its API key, once. The stores are those of MASKERAID_*.",
    )
    reader.add_argument("--name", required=True, help="of the account")
    reader.add_argument("--email", required=True, help="where its notices go")
    reader.add_argument("--days", type=float, default=DEFAULT_DAYS, help="until the key expires (%(default)s)")
    asked, settings = reader.parse_args(), read_settings(CoreSettings)
    with open_portal(settings) as port:
        port.call(install_demo_models, port.stores)  # first: once there is a key, it must be shown
        key = port.call(
            create_account, port.stores.database, asked.name, asked.email, settings.environment, days=asked.days
        )
    if key is None:
        sys.stderr.write(f"There is an account named {asked.name!r} already; nothing was made, its keys stay valid.\n")
        return
    sys.stderr.write(f"The key of {asked.name!r} for everything, shown only now, valid for {asked.days:g} days:\n")
    sys.stdout.write(f"{key}\n")


if __name__ == "__main__":
    main()
