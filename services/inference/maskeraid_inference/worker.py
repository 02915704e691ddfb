"""The inference worker's process: its Celery app, and what it opens and warms. Run it with a pool of threads."""

from contextlib import ExitStack

import cv2
import structlog
from celery import signals
from threadpoolctl import threadpool_limits

from maskeraid_core.image_sanitiser import ImageSanitiser
from maskeraid_core.jobs import QueueName
from maskeraid_core.limited_child import is_network_isolated
from maskeraid_core.log import configure_log
from maskeraid_core.portal import open_portal
from maskeraid_core.queue import create_celery_app
from maskeraid_core.settings import read_settings
from maskeraid_core.worker import Worker
from maskeraid_inference.known_versions import KnownVersions
from maskeraid_inference.loaded_models import LoadedModels, StoredModels
from maskeraid_inference.loaded_selectors import LoadedSelectors, StoredSelectors
from maskeraid_inference.memory import Memory
from maskeraid_inference.registering import Register
from maskeraid_inference.settings import InferenceSettings
from maskeraid_inference.warming import warm
from maskeraid_inference.workbench import Workbench

log = structlog.get_logger()


class Process:
    """What lives as long as this process. Celery's signals, which carry keywords, open and close it."""

    worker: Worker
    workbench: Workbench

    def __init__(self, settings: InferenceSettings) -> None:
        self.settings = settings
        self._open = ExitStack()

    def log(self, **_: object) -> None:
        configure_log(self.settings, QueueName.INFERENCE)

    def start(self, **_: object) -> None:
        """Open everything before threads start; a worker that cannot ends, for Celery would run on without it."""
        try:
            self.open()
        except Exception as error:
            log.error("the worker could not start", exc_info=error)
            raise SystemExit(1) from error

    def open(self) -> None:
        """Open the stores, keep a child ready for strangers' images, load the newest models."""
        # The worker's threads fill the cores; threads of OpenBLAS and OpenCV below them only wait for one another
        # (a photograph's fill took 360 ms instead of 47 on two busy cores).
        threadpool_limits(1, user_api="blas")
        cv2.setNumThreads(1)
        port = self._open.enter_context(open_portal(self.settings))
        sanitiser = self._open.enter_context(ImageSanitiser())
        settings = self.settings
        memory = Memory(most=settings.models_kept, most_bytes=settings.models_kept_bytes)
        models = LoadedModels(StoredModels(port).read, memory)
        selectors = LoadedSelectors(StoredSelectors(port).read, memory)
        register = Register(port.stores)
        self._open.callback(port.call, register.finish)
        self.workbench = Workbench(port, models, KnownVersions(port), sanitiser, selectors, register)
        warm(port, models, settings.models_warmed)
        # Last: from now on it counts as alive.
        self.worker = Worker(
            port, QueueName.INFERENCE, tells_later=True, facts={"network_isolated": is_network_isolated()}
        )
        self._open.callback(self.worker.close)

    def leave(self, **_: object) -> None:
        """Finish what is in hand, a second at most as a rule; claim no more."""
        self.worker.is_leaving.set()

    def close(self, **_: object) -> None:
        self._open.close()


process = Process(read_settings(InferenceSettings))
app = create_celery_app(process.settings, name="maskeraid-inference")
app.conf.imports = ["maskeraid_inference.tasks"]
signals.setup_logging.connect(process.log)
signals.worker_init.connect(process.start)
signals.worker_shutting_down.connect(process.leave)
signals.worker_shutdown.connect(process.close)
