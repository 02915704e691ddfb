"""The yardstick: Celery with nothing around one empty task."""

import os

from celery import Celery

QUEUE = "bare"
ECHO = "bare.echo"


def create_app(redis_url: str) -> Celery:
    app = Celery("bare", broker=redis_url, backend=redis_url)
    app.conf.update(task_default_queue=QUEUE, broker_connection_retry_on_startup=True, result_expires=60)
    app.task(name=ECHO)(echo)
    return app


def echo(said: str) -> str:
    return said


if "BARE_REDIS_URL" in os.environ:  # what `celery --app` looks for
    app = create_app(os.environ["BARE_REDIS_URL"])
