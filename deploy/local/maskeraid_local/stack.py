"""The whole product on one machine: which processes it is made of, in which order they start and stop."""

import os
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from maskeraid_core.mongo import create_indexes
from maskeraid_core.portal import open_portal
from maskeraid_core.settings import CoreSettings
from maskeraid_local.first_account import create_first_key
from maskeraid_local.mongo_server import mongo_server, mongodb_url
from maskeraid_local.ports import LOOPBACK, free_port, wait_for_port
from maskeraid_local.process import ManagedProcess, ReadLine, print_line
from maskeraid_local.redis_server import redis_server, redis_url

SERVER_START_SECONDS = 30
SERVICE_START_SECONDS = 90
STOP_SECONDS = 4.0  # a group; workers hand their jobs back meanwhile, and what stays longer is killed and resumed later
RESTART_SECONDS = 2.0

WORKERS: Mapping[str, int] = {"curator": 2, "trainer": 1, "inference": 2, "notifier": 8}  # threads each


class StackError(Exception):
    """The stack could not be started; the message says which part and why."""


@dataclass(frozen=True)
class StackOptions:
    """Where the data lies, where the API listens, and settings beyond the defaults."""

    data: Path
    port: int = 8000
    environment: Mapping[str, str] | None = None
    read_line: ReadLine = print_line


class Stack:
    """Redis, the database, the API, and the four workers. Use as a context manager: leaving it stops all."""

    def __init__(self, options: StackOptions) -> None:
        self.options = options
        self.first_key: str | None = None
        redis_port, mongodb_port = free_port(), free_port()
        self._stores = (
            redis_server(options.data / "redis", redis_port, options.read_line),
            mongo_server(options.data / "mongodb", mongodb_port, options.read_line),
        )
        self._store_ports = (redis_port, mongodb_port)
        self.environment = {
            "MASKERAID_ENVIRONMENT": "local",
            "MASKERAID_MONGODB_URL": mongodb_url(mongodb_port),
            "MASKERAID_REDIS_URL": redis_url(redis_port),
            "MASKERAID_BLOBS_URL": f"file://{options.data}/blobs",
            "MASKERAID_SCRATCH_FOLDER": str(options.data / "scratch"),
            "MASKERAID_OUTBOX_FOLDER": str(options.data / "outbox"),
            "MASKERAID_LOG_FORMAT": "console",
            **(options.environment or {}),
        }
        self.services = {name: self._service(name) for name in ("api", *WORKERS)}
        self._is_stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.options.port}"

    @property
    def outbox(self) -> Path:
        return self.options.data / "outbox"

    @property
    def processes(self) -> dict[str, ManagedProcess]:
        """Every process by name, the stores first."""
        return {process.name: process for process in self._stores} | self.services

    def __enter__(self) -> "Stack":
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Services first, all at once, so that they can still record; then the stores."""
        self._is_stopping.set()
        for group in (list(self.services.values()), list(self._stores)):
            stopping = [threading.Thread(target=process.stop, args=(STOP_SECONDS,)) for process in group]
            for thread in stopping:
                thread.start()
            for thread in stopping:
                thread.join()

    def watch(self) -> None:
        """Restart whatever dies, until `stop` is called."""
        while not self._is_stopping.wait(RESTART_SECONDS):
            for name, process in self.processes.items():
                if not process.is_running and not self._is_stopping.is_set():
                    self.options.read_line("stack", f"{name} ended with code {process.exit_code}; starting it again")
                    process.start()

    def _start(self) -> None:
        for folder in ("blobs", "scratch", "outbox"):
            (self.options.data / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        if wait_for_port(self.options.port, 0.2):
            raise StackError(f"port {self.options.port} is taken by another program; choose one with --port")
        for store, port in zip(self._stores, self._store_ports, strict=True):
            store.start()
            if not wait_for_port(port, SERVER_START_SECONDS):
                raise StackError(f"{store.name} did not start within {SERVER_START_SECONDS} s; its log is above")
        for name in WORKERS:
            self.services[name].start()  # they look for their stores by themselves, while we prepare the database
        self._prepare_database()
        self.services["api"].start()
        self._wait_until_ready()

    def _service(self, name: str) -> ManagedProcess:
        if name == "api":
            listen = ["--host", LOOPBACK, "--port", str(self.options.port), "--no-access-log", "--log-level", "warning"]
            command = [sys.executable, "-m", "uvicorn", "--factory", "maskeraid_api.main:create_app", *listen]
        else:
            pool = ["--pool", "threads", "--concurrency", str(WORKERS[name]), "--queues", name]
            quiet = ["--without-gossip", "--without-mingle", "--loglevel", "warning", "--hostname", f"{name}@%h"]
            celery = [sys.executable, "-m", "celery", "--quiet", "-A", f"maskeraid_{name}.worker"]
            command = [*celery, "worker", *pool, *quiet]
        environment = {**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"}
        # not in the caller's folder: a .env there must not change what the stack is made of
        folder = self.options.data / "scratch"
        return ManagedProcess(name, command, environment=environment, folder=folder, read_line=self.options.read_line)

    def _prepare_database(self) -> None:
        settings = CoreSettings(
            environment="local",
            mongodb_url=self.environment["MASKERAID_MONGODB_URL"],
            redis_url=self.environment["MASKERAID_REDIS_URL"],
            blobs_url=self.environment["MASKERAID_BLOBS_URL"],
        )
        with open_portal(settings) as port:
            port.call(create_indexes, port.stores.database)
            self.first_key = port.call(create_first_key, port.stores.database)

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + SERVICE_START_SECONDS
        waiting_for = "the API"
        while time.monotonic() < until:
            try:
                answer = httpx.get(f"{self.url}/readyz", timeout=2)
                missing = [name for name, count in answer.json()["checks"]["workers"].items() if not count]
                if answer.json()["status"] == "ready" and not missing:
                    return
                waiting_for = ", ".join(missing) or "the API"
            except (httpx.HTTPError, KeyError, ValueError):
                pass
            time.sleep(0.1)
        raise StackError(f"not ready after {SERVICE_START_SECONDS} s: {waiting_for}; the log is above")
