"""The notifier's process: its Celery app, the stores, and the sweeper. Run it with a pool of threads."""

import os
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import ExitStack
from random import Random

import structlog
from celery import signals

from maskeraid_core.jobs import QueueName
from maskeraid_core.litter import sweep_litter_forever
from maskeraid_core.log import configure_log
from maskeraid_core.portal import PortalStores, Stores, open_portal
from maskeraid_core.queue import create_celery_app
from maskeraid_core.settings import read_settings
from maskeraid_core.sweeper import sweep_forever
from maskeraid_core.worker import Worker
from maskeraid_notifier.expiring_keys import warn_of_expiring_keys_forever
from maskeraid_notifier.sending import Sender
from maskeraid_notifier.settings import NotifierSettings
from maskeraid_notifier.slots import Slots

log = structlog.get_logger()


class Process:
    """What lives as long as this process. Celery's signals, which carry keywords, open and close it."""

    worker: Worker
    sender: Sender

    def __init__(self, settings: NotifierSettings) -> None:
        self.settings = settings
        self.random = Random()  # jitter: nothing that must be made again
        self.slots = Slots()
        self._open = ExitStack()

    def log(self, **_: object) -> None:
        configure_log(self.settings, QueueName.NOTIFIER)

    def open(self, **_: object) -> None:
        self.log()  # Celery asks for it only after this
        port = self._open.enter_context(open_portal(self.settings))
        self.sender = Sender.of(self.settings, port.stores.database)
        self.worker = Worker(port, QueueName.NOTIFIER)
        self._open.callback(self.worker.close)
        for sweeping in (sweep_forever, sweep_litter_forever, warn_of_expiring_keys_forever):
            self._open.callback(start_sweeping(port, sweeping).cancel)
        if self.settings.allowed_hosts:
            log.warning("webhooks may call internal hosts", hosts=sorted(self.settings.allowed_hosts))

    def leave(self, **_: object) -> None:
        """Begin no more attempts."""
        self.worker.is_leaving.set()

    def close(self, **_: object) -> None:
        self._open.close()


def start_sweeping(port: PortalStores, sweep: Callable[[Stores], Awaitable[None]]) -> "Future[None]":
    """Sweep on the data layer's loop. It must work while Redis is away, so it is no Celery schedule."""
    sweeping = port.portal.start_task_soon(sweep, port.stores)
    sweeping.add_done_callback(_end_with)
    return sweeping


def _end_with(sweeping: "Future[None]") -> None:
    """A notifier that no longer sweeps must not look alive: it ends, and is started again."""
    if not sweeping.cancelled():
        log.critical("sweeper ended", exc_info=sweeping.exception())
        os.kill(os.getpid(), signal.SIGTERM)


process = Process(read_settings(NotifierSettings))
app = create_celery_app(process.settings, name="maskeraid-notifier")
app.conf.imports = ["maskeraid_notifier.tasks"]
signals.setup_logging.connect(process.log)
signals.worker_init.connect(process.open)
signals.worker_shutting_down.connect(process.leave)
signals.worker_shutdown.connect(process.close)
