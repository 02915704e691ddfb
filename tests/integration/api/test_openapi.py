"""The description and the gateway agree: schemathesis asks what the description allows, and much that it does not."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from maskeraid_api.main import create_app
from maskeraid_api.settings import ApiSettings
from maskeraid_core.documents.accounts import Scope, Tenant
from maskeraid_core.ids import new_id
from maskeraid_core.keys import mint_key
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.accounts import AccountRepository, ApiKeyRepository
from maskeraid_core.repositories.repository import now
from maskeraid_local.ports import free_port, wait_for_port

EXAMPLES = "5"  # an operation
HERE = Path(__file__).parent
PHASES = "examples,coverage,fuzzing,stateful"


@pytest.fixture
def address(port: PortalStores) -> Iterator[str]:
    """The gateway on a port of its own: its clients live on one loop, as in service."""
    settings = ApiSettings(
        **port.stores.settings.model_dump(), reads_per_second=10_000, writes_per_second=10_000,
        max_queued_jobs=100_000, upload_slots=100_000, stream_seconds=0.2, least_free_share=0,
    )  # fmt: skip
    number = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=number, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    assert wait_for_port(number, 30)
    yield f"http://127.0.0.1:{number}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def keys(port: PortalStores) -> tuple[str, str]:
    """Keys of two tenants."""
    return _open_account(port), _open_account(port)


def _open_account(port: PortalStores) -> str:
    database = port.stores.database
    tenant = Tenant(id=new_id("ten"), name=new_id("n"), created_at=now())
    port.call(AccountRepository(database).add_tenant, tenant)
    minted = mint_key(tenant.id, "test", [Scope.ADMIN], environment="test")
    port.call(ApiKeyRepository(database, tenant.id).add, minted.document)
    return minted.text


class TestSchemathesis:
    def test_no_operation_surprises(self, address: str, keys: tuple[str, str], tmp_path: Path) -> None:
        done = _run_schemathesis(address, keys[0], tmp_path)
        assert done.returncode == 0, done.stdout[-40000:]
        owner, stranger = [httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}) for key in keys]
        with owner, stranger:  # of all that was made, the other tenant sees nothing
            assert owner.get("/v1/jobs").json()["data"]
            for path in ("datasets", "jobs", "webhook-endpoints", "events"):
                assert stranger.get(f"/v1/{path}").json()["data"] == []


def _run_schemathesis(address: str, key: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml"),
        "run", f"{address}/openapi.json", "-H",
        f"Authorization: Bearer {key}", "--phases", PHASES, "--max-examples", EXAMPLES, "--workers", "1",
        "--generation-deterministic", "--no-color",
    ]  # fmt: skip
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}) as owner:
        own_key = owner.get("/v1/me").json()["key_id"]
    environment = {
        **os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE), "OWN_KEY": own_key,
    }  # fmt: skip
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
