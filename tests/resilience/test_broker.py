"""Redis may be away, come back empty, and be full of junk: jobs are accepted, and all of them end."""

import json
import random

import pytest
import redis
from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note
from tests.chaos.nemesis import wait_until
from tests.chaos.scenarios import lose_broker
from tests.chaos.workload import Workload

from maskeraid import Client
from maskeraid_core.queue import create_celery_app
from maskeraid_core.settings import CoreSettings

JUNK = (b"junk", b"{}", b"[]", b"\xff\xfe", b"null", json.dumps({"body": "e30=", "headers": {}}).encode())


@pytest.mark.chaos
@pytest.mark.row("R5", "15 s away, 20 jobs, then empty: all 202, API p99 <= 1 s meanwhile, all finish")
def test_jobs_come_while_the_broker_is_away(environment: Environment, workload: Workload, measured: Note) -> None:
    outcome = lose_broker(environment, workload, jobs=20, seconds=15)
    slowest = outcome.orders.percentile(0.99)
    measured(f"{outcome}; p99 {slowest:.2f} s")
    assert outcome.orders.refused == []
    assert outcome.audit.faults == {}
    assert outcome.audit.statuses == {"succeeded": 20}
    assert slowest <= 1


@pytest.mark.row("R20", "each ring 5 times, reordered, unknown ids, junk: no extra effect, the worker lives")
def test_bad_messages_have_no_effect(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    workers = {name: environment.services[name].pid for name in ("inference", "inference-2")}
    url = environment.environment["MASKERAID_REDIS_URL"]
    celery = create_celery_app(CoreSettings(_env_file=None, redis_url=url))
    with workload.ordering([workload.look_for_covering] * 20) as orders:
        pass
    rings = [*orders.accepted * 4, *(f"rim_{number:026}" for number in range(20))]
    random.Random(20).shuffle(rings)
    with redis.Redis.from_url(url) as bells:
        for number, job_id in enumerate(rings):
            celery.send_task("inference.look", args=[job_id], queue="inference")
            bells.lpush("inference", JUNK[number % len(JUNK)])
    for arguments in ([], [1], [None], [{"$gt": ""}], ["rim_1", "rim_2"]):
        celery.send_task("inference.look", args=arguments, queue="inference")
    celery.send_task("inference.unknown", queue="inference")
    with redis.Redis.from_url(url) as bells:
        wait_until(lambda: bells.llen("inference") == 0, 60, "every message was looked at")
    auditor = Auditor(environment, client)
    with workload.ordering([workload.look_for_covering]) as last:
        pass
    auditor.settle(60)
    audit = auditor.audit([*orders.accepted, *last.accepted])
    measured(audit)
    assert audit.faults == {}
    assert (audit.statuses, audit.reruns) == ({"succeeded": 21}, 0)
    assert {name: environment.services[name].pid for name in workers} == workers
    assert environment.ended() == []
