"""The embedded stack as real processes that may be attacked: several workers of a kind, proxies before its stores."""

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psutil

from maskeraid import Client
from maskeraid_core.first_account import create_account
from maskeraid_core.portal import PortalStores
from maskeraid_local.ports import LOOPBACK, free_port
from maskeraid_local.process import ManagedProcess
from maskeraid_local.services import WORKERS, make_services
from maskeraid_local.stack import Stack, StackOptions
from tests.chaos.proxy import Proxy
from tests.chaos.receiver import LoggingReceiver
from tests.chaos.wanted import IMPATIENT, STORES, Wanted

END_SECONDS = 10.0
READY = re.compile(r"@\S+ ready\.")  # Celery's own words
PATIENT_REPEATS = 12  # a client outlives a store that is away for half a minute


class Environment(Stack):
    """The stack, its webhook receiver, and a proxy for each pair of service and proxied store."""

    def __init__(self, data: Path, wanted: Wanted | None = None) -> None:
        wanted = wanted or Wanted()
        self.receiver = LoggingReceiver(free_port())
        self._opened = ExitStack()
        self._log = self._opened.enter_context((data / "stack.log").open("a"))
        reachable = {"MASKERAID_WEBHOOK_ALLOWED_HOSTS": f"{LOOPBACK}:*", "MASKERAID_OWNER_EMAIL": "owner@example.org"}
        options = StackOptions(data, free_port(), {**IMPATIENT, **reachable, **wanted.settings}, self._write_line,
                               log=data / "stack.log")  # fmt: skip
        super().__init__(options)
        self.ready: set[str] = set()  # workers that have said so since their last start
        self.proxies: dict[tuple[str, str], Proxy] = {}
        made = {name: self._service(name, wanted) for name in ("api", *wanted.workers, *wanted.spares)}
        self._spares = {name: made.pop(name) for name in wanted.spares}
        self.services = {name: made.pop(name) for name in ("api", *WORKERS)}
        self._further = made

    @property
    def blobs(self) -> Path:
        return self.options.data / "blobs"

    def client(self, repeats: int = PATIENT_REPEATS) -> Client:
        """The SDK with the first key."""
        return Client(self.first_key, self.url, repeats=repeats)

    def make_tenant(self, name: str) -> str:
        """Another account with a key for everything; the key."""
        with self.stores() as port:
            key = port.call(create_account, port.stores.database, name, f"{name}@example.org", "local")
        assert key is not None, "each tenant is made once"
        return key

    def stores(self) -> AbstractContextManager[PortalStores]:
        """The data layer, for what no client may do."""
        return self._portal()

    def descendants(self, name: str) -> list[psutil.Process]:
        """What a process has started, and what that has started."""
        try:
            return psutil.Process(self.processes[name].pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def strays(self) -> list[str]:
        """Command lines of processes that carry this environment's settings and belong to none of its processes."""
        ours = {process.pid for process in self.processes.values() if process.is_running}
        ours |= {child.pid for name in self.processes for child in self.descendants(name)}
        return [" ".join(process.cmdline()) for process in self._carriers() if process.pid not in ours]

    def lines_of(self, name: str, since: int) -> list[str]:
        """What a process has written into the log behind so many bytes of it."""
        with self.log.open("rb") as log:
            log.seek(since)
            lines = log.read().decode(errors="replace").splitlines()
        return [line for line in lines if line.startswith(_head(name))]

    @contextmanager
    def helped_by(self, name: str) -> Iterator[None]:
        """With a spare worker running for the length of the block."""
        worker = self.services[name] = self._spares[name]
        worker.start()
        try:
            yield
        finally:
            worker.stop(END_SECONDS)
            del self.services[name]

    @contextmanager
    def joined_by(self, name: str, settings: Mapping[str, str], port: int = 0) -> Iterator[ManagedProcess]:
        """With one more process of a kind, which is what its name begins with, under settings of its own.

        `port` is that of an API. The process is gone when the block ends.
        """
        queue, scratch = name.partition("-")[0], self.options.data / "scratch"
        threads = {} if queue == "api" else {queue: 1}
        process = make_services(port, {**self.environment, **settings}, scratch, self._write_line, threads)[queue]
        process.name = name
        self.services[name] = process
        process.start()
        try:
            yield process
        finally:
            process.kill()
            del self.services[name]

    def armed(self, queue: str, failpoint: str, port: int = 0) -> AbstractContextManager[ManagedProcess]:
        """As `joined_by`, by a process that does at a failpoint what is asked (`claim.updated=kill`)."""
        swift = {"MASKERAID_HEARTBEAT_SECONDS": "0.05"}  # short jobs beat, too
        settings = {**swift, "MASKERAID_ENVIRONMENT": "test", "MASKERAID_FAILPOINTS": failpoint}
        return self.joined_by(f"{queue}-{failpoint}", settings, port)

    def ended(self) -> list[str]:
        """Names of processes that are not running now."""
        return [name for name, process in self.processes.items() if not process.is_running]

    def __enter__(self) -> Self:
        try:
            self._opened.enter_context(self.receiver)
            return super().__enter__()
        except BaseException:
            self._opened.close()
            raise

    def __exit__(self, *failure: object) -> None:
        with self._opened:
            super().__exit__(*failure)

    def _start(self) -> None:
        super()._start()  # one of each kind
        for name, worker in self._further.items():
            worker.start()
            self.services[name] = worker
        with self.client() as client:
            self.receiver.secret = client.webhook_endpoints.create(self.receiver.url).secret

    def _service(self, name: str, wanted: Wanted) -> ManagedProcess:
        queue = name.partition("-")[0]
        environment = {**self.environment, **{STORES[store]: self._through(name, store) for store in wanted.proxied}}
        threads = {} if queue == "api" else {queue: {**wanted.workers, **wanted.spares}[name]}
        if wanted.watches_loops and queue != "api":  # whose stalls its clients feel
            environment["PYTHONASYNCIODEBUG"] = "1"
        scratch, read_line = self.options.data / "scratch", self.options.read_line
        process = make_services(self.options.port, environment, scratch, read_line, threads)[queue]
        process.name = name
        return process

    def _through(self, name: str, store: str) -> str:
        """The URL of a store by way of a proxy of this service's own."""
        url = urlsplit(self.environment[STORES[store]])
        assert url.port is not None
        proxy = self.proxies[name, store] = self._opened.enter_context(Proxy(url.port))
        return url._replace(netloc=f"{LOOPBACK}:{proxy.port}").geturl()

    def _carriers(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            try:
                if process.environ().get("MASKERAID_BLOBS_URL") == self.environment["MASKERAID_BLOBS_URL"]:
                    yield process
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue

    def _write_line(self, name: str, line: str) -> None:
        if READY.search(line):
            self.ready.add(name)
        if not self._log.closed:  # what a killed process leaves in its pipe may come late
            self._log.write(f"{_head(name)}{line}\n")
            self._log.flush()


def _head(name: str) -> str:
    return f"{name:<12}| "
