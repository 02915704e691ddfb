"""The curator's process: its Celery app, and the stores that it opens at its start. Run it with a pool of threads."""

from contextlib import ExitStack

from celery import signals

from maskeraid_core.jobs import QueueName
from maskeraid_core.limited_child import is_network_isolated
from maskeraid_core.log import configure_log
from maskeraid_core.portal import open_portal
from maskeraid_core.queue import create_celery_app
from maskeraid_core.settings import CoreSettings, read_settings
from maskeraid_core.worker import Worker


class Process:
    """What lives as long as this process. Celery's signals, which carry keywords, open and close it."""

    worker: Worker

    def __init__(self, settings: CoreSettings) -> None:
        self.settings = settings
        self._open = ExitStack()

    def log(self, **_: object) -> None:
        configure_log(self.settings, QueueName.CURATOR)

    def open(self, **_: object) -> None:
        port = self._open.enter_context(open_portal(self.settings))
        self.worker = Worker(port, QueueName.CURATOR, facts={"network_isolated": is_network_isolated()})
        self._open.callback(self.worker.close)

    def leave(self, **_: object) -> None:
        """Hand running imports back; claim no more."""
        self.worker.is_leaving.set()

    def close(self, **_: object) -> None:
        self._open.close()


process = Process(read_settings(CoreSettings))
app = create_celery_app(process.settings, name="maskeraid-curator")
app.conf.imports = ["maskeraid_curator.tasks"]
signals.setup_logging.connect(process.log)
signals.worker_init.connect(process.open)
signals.worker_shutting_down.connect(process.leave)
signals.worker_shutdown.connect(process.close)
