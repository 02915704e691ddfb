"""What every test may use: the embedded servers as real processes, and the stores on them."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from ulid import ULID
from xdist.scheduler import LoadFileScheduling

from maskeraid_core.mongo import create_indexes
from maskeraid_core.portal import PortalStores, Stores, open_portal, open_stores
from maskeraid_core.settings import CoreSettings
from maskeraid_local.mongo_server import mongo_server
from maskeraid_local.mongo_server import mongodb_url as url_of_mongodb
from maskeraid_local.ports import free_port, wait_for_port
from maskeraid_local.redis_server import redis_server
from maskeraid_local.redis_server import redis_url as url_of_redis

BROWSER = "tests/browser/"


def _drop_line(_name: str, _line: str) -> None:
    """A server's log is not a test's output."""


class Together(LoadFileScheduling):
    """A file goes to one process, and all that share the browser's stack go to the same."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling | None:
    """Ours in place of `--dist loadfile`."""
    return Together(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A row of docs/chaos.md carries its number and its bar into the report, from which the table is made."""
    for row in item.iter_markers("row"):
        number, bar = row.args
        item.user_properties += [("row", number), ("bar", bar)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What rows have measured is shown, whether they hold or not: times depend on what else the machine does."""
    for report in (*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())):
        said = dict(report.user_properties)
        if "row" in said and "measured" in said:
            terminalreporter.write_line(f"{said['row']} measured: {said['measured']}")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis, one for the whole run."""
    port = free_port()
    server = redis_server(tmp_path_factory.mktemp("redis"), port, _drop_line)
    server.start()
    assert wait_for_port(port, 30)
    yield url_of_redis(port)
    server.stop(5)


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real MongoDB-compatible server, one for the whole run; MASKERAID_TEST_MONGODB_URI names another."""
    if given := os.environ.get("MASKERAID_TEST_MONGODB_URI"):
        yield given
        return
    port = free_port()
    server = mongo_server(tmp_path_factory.mktemp("mongodb"), port, _drop_line)
    server.start()
    assert wait_for_port(port, 30)
    yield url_of_mongodb(port)
    server.stop(10)


@pytest.fixture
def settings(redis_url: str, mongodb_url: str, tmp_path: Path) -> CoreSettings:
    """Settings with a database and a blob folder of the test's own, and times that a test can wait for."""
    return CoreSettings(
        environment="test",
        mongodb_url=mongodb_url,
        mongodb_database=f"test-{ULID()}",
        redis_url=redis_url,
        blobs_url=f"file://{tmp_path}/blobs",
        scratch_folder=tmp_path,
        lease_seconds=3,
        heartbeat_seconds=0.5,
        sweep_seconds=0.5,
        ring_again_seconds=1,
        crash_delay_seconds=0.2,
        event_poll_seconds=0.5,
    )


@pytest.fixture
async def stores(settings: CoreSettings) -> AsyncIterator[Stores]:
    """The data layer, for asynchronous tests."""
    opened = await open_stores(settings)
    await create_indexes(opened.database)
    yield opened
    await opened.database.client.drop_database(settings.mongodb_database)
    await opened.close()


@pytest.fixture
def port(settings: CoreSettings) -> Iterator[PortalStores]:
    """The data layer behind its portal, for synchronous tests, as workers use it."""
    with open_portal(settings) as opened:
        opened.call(create_indexes, opened.stores.database)
        yield opened
        opened.call(opened.stores.database.client.drop_database, settings.mongodb_database)
