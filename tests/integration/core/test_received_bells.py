"""A bell that a worker has in hand is noted nowhere: lost with the worker, it is rung again by the sweeper."""

import redis
from kombu import Consumer, Message, Queue

from maskeraid_core.jobs import QueueName
from maskeraid_core.queue import TaskName, create_celery_app
from maskeraid_core.settings import CoreSettings


def test_no_books_are_kept_of_it(settings: CoreSettings) -> None:
    celery, received = create_celery_app(settings), list[Message]()
    with redis.Redis.from_url(settings.redis_url) as books, celery.connection_for_read() as connection:
        books.flushdb()  # bells of other tests
        celery.send_task(TaskName.REIMAGE.value, args=["rim_1"], queue=QueueName.INFERENCE.value)
        before = set(books.keys())
        assert QueueName.INFERENCE.value.encode() in before
        queue = Queue(QueueName.INFERENCE.value)
        with Consumer(connection, [queue], on_message=received.append, accept=["json"]):
            connection.drain_events(timeout=10)
        assert [message.payload[0] for message in received] == [["rim_1"]]
        assert set(books.keys()) < before, "the bell is gone, and nothing has come in its place"
        received[0].ack()
        assert received[0].acknowledged
