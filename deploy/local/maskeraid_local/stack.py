"""The whole product on one machine: which processes it is made of, in which order they start and stop."""

import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Self

import httpx

from maskeraid_core.demo_models import install_demo_models
from maskeraid_core.mongo import create_indexes
from maskeraid_core.portal import PortalStores, open_portal
from maskeraid_core.settings import CoreSettings
from maskeraid_local.first_account import create_first_key, create_further_key, create_login_link
from maskeraid_local.invocation import up_command
from maskeraid_local.log_file import LogFile
from maskeraid_local.mongo_server import mongo_server, mongodb_url
from maskeraid_local.ports import LOOPBACK, answers, free_port
from maskeraid_local.process import ManagedProcess, ReadLine, print_line
from maskeraid_local.redis_server import redis_server, redis_url
from maskeraid_local.running import FolderInUse, Running, claim, write_running
from maskeraid_local.services import WORKERS, make_services
from maskeraid_local.settings import SETTING

TOLD_AFTER_SECONDS = 3.0  # of a start that still goes on
STOP_SECONDS = 4.0  # a group; workers hand their jobs back meanwhile, and what stays longer is killed and resumed later
RESTART_SECONDS = 2.0
WEB_APP = Path(__file__).parents[3] / "services/web/dist"  # of the checkout, once `make web` has built it


class StackError(Exception):
    """The stack could not be started; the message says which part, why, and what to do."""


@dataclass(frozen=True)
class StackOptions:
    """Where the data lies, where the API listens, settings beyond the defaults, and how many jobs run at once."""

    data: Path
    port: int = 8000
    environment: Mapping[str, str] | None = None
    read_line: ReadLine = print_line
    threads: Mapping[str, int] = field(default_factory=dict)  # of a worker, instead of its own number
    log: Path | None = None  # that `read_line` writes, to be named; by default one in `data`
    start_seconds: float = 120.0  # for each store, and for all services together


class Stack:
    """Redis, the database, the API, and the four workers. Use as a context manager: leaving it stops all."""

    def __init__(self, options: StackOptions) -> None:
        self.options = options
        self.first_key: str | None = None  # of the very first start on this data
        self._claim: IO[str] | None = None
        self.log = options.log or options.data / "services.log"
        self._read_line = options.read_line if options.log else LogFile(self.log, options.read_line)
        redis_port, mongodb_port = free_port(), free_port()
        self._stores = {
            redis_port: redis_server(options.data / "redis", redis_port, self._read_line),
            mongodb_port: mongo_server(options.data / "mongodb", mongodb_port, self._read_line),
        }
        self.environment = {
            "MASKERAID_ENVIRONMENT": "local",
            "MASKERAID_MONGODB_URL": mongodb_url(mongodb_port),
            "MASKERAID_REDIS_URL": redis_url(redis_port),
            "MASKERAID_BLOBS_URL": f"file://{options.data}/blobs",
            "MASKERAID_SCRATCH_FOLDER": str(options.data / "scratch"),
            "MASKERAID_OUTBOX_FOLDER": str(options.data / "outbox"),
            "MASKERAID_PUBLIC_URL": f"http://{LOOPBACK}:{options.port}",
            "MASKERAID_WEB_FOLDER": os.environ.get("MASKERAID_WEB_FOLDER", str(WEB_APP) if WEB_APP.is_dir() else ""),
            "MASKERAID_LOG_FORMAT": "console",
            "MASKERAID_READS_PER_SECOND": "1000",  # one trusted user, who may well be a script
            "MASKERAID_WRITES_PER_SECOND": "200",
            **(options.environment or {}),
        }
        self.services = make_services(
            options.port, self.environment, options.data / "scratch", self._read_line, {**WORKERS, **options.threads}
        )

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.options.port}"

    @property
    def outbox(self) -> Path:
        return self.options.data / "outbox"

    @property
    def processes(self) -> dict[str, ManagedProcess]:
        """Every process by name, the stores first."""
        return {process.name: process for process in self._stores.values()} | self.services

    def __enter__(self) -> Self:
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
        for group in (self.services.values(), self._stores.values()):
            stopping = [threading.Thread(target=process.stop, args=(STOP_SECONDS,)) for process in group]
            for thread in stopping:
                thread.start()
            for thread in stopping:
                thread.join()
        if self._claim:
            self._claim.close()

    def watch(self) -> None:
        """Restart whatever dies, until the thread is interrupted.

        Call it in the main thread: Linux ends a child with the thread that started it.
        """
        while True:
            time.sleep(RESTART_SECONDS)
            for name, process in self.processes.items():
                if not process.is_running:
                    self._read_line("stack", f"{name} ended with code {process.exit_code}; starting it again")
                    process.kill()  # what it left behind
                    process.start()

    def make_key(self) -> str:
        """A further key for everything; its text is kept nowhere."""
        with self._portal() as port:
            return port.call(create_further_key, port.stores.database)

    def make_login_link(self) -> str:
        """The address that signs a browser in, once."""
        with self._portal() as port:
            return port.call(create_login_link, port.stores.database, self.url)

    def _start(self) -> None:
        claimed = self._claim_data()
        if answers(self.options.port):
            remedy = up_command(self.options.data, self.options.port + 1)
            raise StackError(f"port {self.options.port} is taken by another program; try {remedy}")
        for port, store in self._stores.items():
            store.start()
            self._wait(partial(_missing_store, store, port), [store])
        for name in WORKERS:
            self.services[name].start()  # they look for their stores by themselves, while we prepare the database
        with self._portal() as portal:
            portal.call(create_indexes, portal.stores.database)
            portal.call(install_demo_models, portal.stores)
            self.services["api"].start()
            self._wait(self._missing_services, self.processes.values())
            stores = portal.stores  # last, for now the key will be shown
            self.first_key = portal.call(create_first_key, stores.database, stores.settings.owner_email)
        write_running(claimed, Running(url=self.url, mongodb_url=self.environment["MASKERAID_MONGODB_URL"]))

    def _claim_data(self) -> IO[str]:
        """The folder is ours as long as we run."""
        for folder in ("blobs", "scratch", "outbox"):
            (self.options.data / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._claim = claim(self.options.data)
        except FolderInUse as error:
            remedy = up_command("FOLDER", self.options.port)
            raise StackError(f"another stack runs on {self.options.data}: end it, or try {remedy}") from error
        return self._claim

    def _wait(self, missing: Callable[[], str], started: Collection[ManagedProcess]) -> None:
        """Wait until nothing is missing; what takes long is told.

        Raises StackError when one of the processes ends meanwhile, or after the time.
        """
        began, is_told = time.monotonic(), False
        while names := missing():
            for process in started:
                if not process.is_running:
                    detail = f"{process.name} ended with code {process.exit_code} at its start"
                    raise StackError(f"{detail}; {self.log} says why")
            waited = time.monotonic() - began
            if waited > self.options.start_seconds:
                remedy = f"set {SETTING} to more on a busy machine"
                raise StackError(f"{names}: not ready after {waited:.0f} s; {self.log} may say why; {remedy}")
            if waited > TOLD_AFTER_SECONDS and not is_told:
                self._read_line("stack", f"starting {names} …")
                is_told = True
            time.sleep(0.1)

    def _portal(self) -> AbstractContextManager[PortalStores]:
        settings = CoreSettings(
            _env_file=None,  # the services read none either
            environment="local",
            mongodb_url=self.environment["MASKERAID_MONGODB_URL"],
            redis_url=self.environment["MASKERAID_REDIS_URL"],
            blobs_url=self.environment["MASKERAID_BLOBS_URL"],
        )
        return open_portal(settings)

    def _missing_services(self) -> str:
        """Names of what does not work yet; empty when all does."""
        try:
            readiness = httpx.get(f"{self.url}/readyz", timeout=2).json()
        except (httpx.HTTPError, ValueError):
            return "api"
        workers = [name for name in WORKERS if not readiness["checks"]["workers"].get(name)]
        return ", ".join(workers) or ("" if readiness["status"] == "ready" else "api")


def _missing_store(store: ManagedProcess, port: int) -> str:
    return "" if answers(port) else store.name
