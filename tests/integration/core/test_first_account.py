"""Who runs the service makes the first account by a command, and its key opens everything."""

import subprocess
import sys

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.keys import is_secret_of, split_key
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.accounts import AccountRepository


def run(port: PortalStores, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = port.stores.settings
    environment = {
        "MASKERAID_ENVIRONMENT": "server",
        "MASKERAID_MONGODB_URL": settings.mongodb_url,
        "MASKERAID_MONGODB_DATABASE": settings.mongodb_database,
        "MASKERAID_BLOBS_URL": settings.blobs_url,
    }
    command = [sys.executable, "-m", "maskeraid_core.first_account", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


class TestFirstAccount:
    def test_its_key_is_printed_once_and_is_good_for_everything(self, port: PortalStores) -> None:
        done = run(port, "--name", "hospital", "--email", "face@example.org")
        assert done.returncode == 0, done.stderr
        accounts = AccountRepository(port.stores.database)
        parts = split_key(done.stdout.strip())
        assert parts is not None
        key = port.call(accounts.key_with_public_id, parts[0])
        tenant = port.call(accounts.tenant_named, "hospital")
        assert key is not None
        assert tenant is not None
        assert is_secret_of(key, parts[1])
        assert (key.tenant, set(key.scopes)) == (tenant.id, set(Scope))
        assert (tenant.email, tenant.is_email_verified) == ("face@example.org", True)

    def test_said_twice_makes_nothing_and_says_so(self, port: PortalStores) -> None:
        asked = ("--name", "hospital", "--email", "face@example.org")
        run(port, *asked)
        again = run(port, *asked)
        assert (again.returncode, again.stdout) == (0, "")
        assert "already" in again.stderr

    def test_needs_a_name(self, port: PortalStores) -> None:
        assert run(port, "--email", "face@example.org").returncode == 2
