"""One-time links that sign a browser in: `python -m maskeraid_core.login_links --help`."""

import argparse
import secrets
import sys
from datetime import timedelta

from maskeraid_core.documents.sessions import LoginLink
from maskeraid_core.mongo import Database
from maskeraid_core.portal import open_portal
from maskeraid_core.repositories.accounts import AccountRepository, hash_token
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.sessions import SessionRepository
from maskeraid_core.settings import CoreSettings, read_settings

TOKEN_BYTES = 32
LINK_VALID = timedelta(minutes=10)


async def make_login_link(database: Database, account: str, url: str) -> str | None:
    """The address that signs in to the account of this name, once; None when there is no such account.

    The secret stands behind `#`: servers, logs, and the `Referer` header never see it.
    """
    tenant = await AccountRepository(database).tenant_named(account)
    if tenant is None:
        return None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = LoginLink(id=hash_token(token), tenant=tenant.id, expires_at=now() + LINK_VALID)
    await SessionRepository(database).add_link(link)
    return f"{url.rstrip('/')}/sign-in#link={token}"


def main() -> None:
    """Print the link, and nothing else, on the standard output."""
    reader = argparse.ArgumentParser(
        prog="python -m maskeraid_core.login_links",
        description="Print a link that signs a browser in once. The stores are those of MASKERAID_*.",
    )
    reader.add_argument("--name", required=True, help="of the account")
    reader.add_argument("--url", required=True, help="where the service is for browsers, as https://faces.example.org")
    asked = reader.parse_args()
    with open_portal(read_settings(CoreSettings)) as port:
        link = port.call(make_login_link, port.stores.database, asked.name, asked.url)
    if link is None:
        sys.stderr.write(f"There is no account named {asked.name!r}.\n")
        raise SystemExit(1)
    sys.stderr.write(f"Signs in to {asked.name!r} once, within {LINK_VALID.total_seconds() / 60:g} minutes:\n")
    sys.stdout.write(f"{link}\n")


if __name__ == "__main__":
    main()
