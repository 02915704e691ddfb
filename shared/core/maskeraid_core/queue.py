"""The doorbell: Celery over Redis.

A message says "look", with a job id as the first place to look at; MongoDB has the truth.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any

import structlog
from anyio import to_thread
from celery import Celery, signals
from kombu.asynchronous import get_event_loop
from kombu.exceptions import OperationalError
from redis.exceptions import TimeoutError as RedisTimeout

from maskeraid_core import failpoints, junk
from maskeraid_core.jobs import QueueName
from maskeraid_core.settings import CoreSettings
from maskeraid_core.silence import Silence

log = structlog.get_logger()

LISTEN_AGAIN_SECONDS = 0.002  # after a task's end, when Celery counts its thread as free again


class TaskName(StrEnum):
    CURATE = "curator.look"
    TRAIN = "trainer.look"
    REIMAGE = "inference.look"
    DELIVER = "notifier.look"


TASK_OF_QUEUE: Mapping[QueueName, TaskName] = {
    QueueName.CURATOR: TaskName.CURATE,
    QueueName.TRAINER: TaskName.TRAIN,
    QueueName.INFERENCE: TaskName.REIMAGE,
    QueueName.NOTIFIER: TaskName.DELIVER,
}


def create_celery_app(settings: CoreSettings, *, name: str = "maskeraid") -> Celery:
    """Celery with messages acknowledged early: the lease in the job's document is the only clock."""
    junk.install()
    app = Celery(name, broker=settings.redis_url)
    app.conf.update(
        task_ignore_result=True,
        result_backend=None,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=False,
        task_reject_on_worker_lost=False,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,  # a busy worker holds no message
        worker_cancel_long_running_tasks_on_connection_loss=False,  # a broker's hiccup must not kill a training
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_channel_error_retry=True,  # a Redis that refuses to write, its disk being full, must not end a worker
        broker_transport_options={
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        task_create_missing_queues=True,
        task_routes={task.value: {"queue": queue.value} for queue, task in TASK_OF_QUEUE.items()},
    )
    signals.task_postrun.connect(listen_again)
    return app


def listen_again(**_: object) -> None:
    """Make a worker ask for the next message as soon as a task has ended; by itself it sleeps up to a second first.

    A worker whose threads are all busy asks for none, and nothing but this tells its loop that one is free.
    """
    loop = get_event_loop()
    if loop is not None:  # only its own thread may set the loop's timers
        loop.call_soon(loop.call_later, LISTEN_AGAIN_SECONDS, _wake)


def _wake() -> None:
    """Nothing: the loop looks at its channels each time that it wakes."""


class Doorbell:
    """Tells the workers of a queue that something waits."""

    def __init__(self, settings: CoreSettings) -> None:
        self._celery = create_celery_app(settings, name="maskeraid-doorbell")
        self._silence = Silence()
        # Behind `retry=False` kombu still connects again, for 6 s where Redis refuses; sweeps would wait for that.
        options: dict[str, Any] = {"socket_timeout": 2, "socket_connect_timeout": 2, "max_retries": 0}
        self._celery.conf.broker_transport_options = {**self._celery.conf.broker_transport_options, **options}

    async def ring(self, queue: QueueName, subject_id: str) -> bool:
        """Ring once; False when the broker did not answer: the sweeper rings again."""
        failpoints.hit("ring.before")
        if self._silence.is_kept:
            return False
        publish = partial(
            self._celery.send_task, TASK_OF_QUEUE[queue].value, args=[subject_id], queue=queue.value, retry=False
        )
        try:  # send_task blocks on the network: never on the event loop
            await to_thread.run_sync(publish)
        except (OperationalError, OSError) as error:
            log.warning("doorbell silent, left to the sweeper", job_id=subject_id, error=str(error))
            if isinstance(error.__cause__, RedisTimeout):
                self._silence.begin()
            return False
        return True
