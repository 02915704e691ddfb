"""The embedded servers as real processes: they start, and what they have acknowledged survives kill -9."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from pymongo import MongoClient

from maskeraid_local.mongo_server import mongo_server, mongodb_url
from maskeraid_local.ports import free_port, wait_for_port
from maskeraid_local.process import ManagedProcess
from maskeraid_local.redis_server import redis_server, redis_url

PATIENCE_SECONDS = 30


def read_nothing(_name: str, _line: str) -> None:
    """A server's log is not a test's output."""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def redis_process(tmp_path: Path, port: int) -> Iterator[ManagedProcess]:
    process = redis_server(tmp_path / "redis", port, read_nothing)
    start(process, port)
    yield process
    process.kill()


@pytest.fixture
def mongo_process(tmp_path: Path, port: int) -> Iterator[ManagedProcess]:
    process = mongo_server(tmp_path / "mongodb", port, read_nothing)
    start(process, port)
    yield process
    process.kill()


def start(process: ManagedProcess, port: int) -> None:
    process.start()
    assert wait_for_port(port, PATIENCE_SECONDS)


class TestRedis:
    def test_data_outlives_a_restart(self, redis_process: ManagedProcess, port: int) -> None:
        with redis.Redis.from_url(redis_url(port)) as client:
            client.set("bell", "rung")
        redis_process.stop(PATIENCE_SECONDS)
        assert redis_process.exit_code == 0
        start(redis_process, port)
        with redis.Redis.from_url(redis_url(port)) as client:
            assert client.get("bell") == b"rung"

    def test_nothing_is_evicted(self, redis_process: ManagedProcess, port: int) -> None:
        with redis.Redis.from_url(redis_url(port)) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}

    def test_only_this_machine_reaches_it(self, redis_process: ManagedProcess, port: int) -> None:
        with redis.Redis.from_url(redis_url(port)) as client:
            assert client.config_get("bind") == {"bind": "127.0.0.1"}


class TestMongo:
    def test_an_acknowledged_write_outlives_kill_9(self, mongo_process: ManagedProcess, port: int) -> None:
        with MongoClient[dict[str, object]](mongodb_url(port)) as client:
            client["try"]["jobs"].insert_many([{"_id": number, "status": "queued"} for number in range(50)])
        mongo_process.signal(signal.SIGKILL)
        assert mongo_process.wait(PATIENCE_SECONDS)
        start(mongo_process, port)
        with MongoClient[dict[str, object]](mongodb_url(port)) as client:
            assert client["try"]["jobs"].count_documents({"status": "queued"}) == 50

    def test_the_folder_is_its_owners_alone(self, mongo_process: ManagedProcess, tmp_path: Path) -> None:
        assert (tmp_path / "mongodb").stat().st_mode & 0o777 == 0o700
