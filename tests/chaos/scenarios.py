"""Attacks that the everyday rows and the long ones share; only their sizes differ."""

import shutil
import threading
import time
from dataclasses import dataclass

from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.findings import Audit
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.workload import Orders, Workload

LATE_BELLS_SECONDS = 4.0  # those that hung when Redis came back have rung by then, or given up


@dataclass(frozen=True)
class Outcome:
    """What an attack gave: the orders, the audit, and the seconds from the first order to the last job's end."""

    orders: Orders
    audit: Audit
    seconds: float
    nemesis: Nemesis

    def __str__(self) -> str:
        return f"{self.audit}; {dict(self.nemesis.strikes)}; {self.seconds:.0f} s"


def kill_workers(environment: Environment, workload: Workload, *, jobs: int, kills: int, seed: int) -> Outcome:
    """Order `jobs` small re-imagings while inference workers are killed, and Redis is emptied once in the middle."""
    nemesis = Nemesis(environment, seed)
    victims = [name for name in environment.services if name.startswith("inference")]
    with environment.client() as client:
        auditor = Auditor(environment, client)
        progress, started = auditor.progress(jobs), time.monotonic()
        with workload.ordering([workload.look_for_covering] * jobs) as orders:
            nemesis.haunt(victims, kills // 2, lambda: 2 * progress())
            nemesis.flush()
            nemesis.haunt(victims, kills - kills // 2, lambda: 2 * progress() - 1)
        auditor.settle(limit_seconds=jobs / 2)
        seconds = time.monotonic() - started
        return Outcome(orders, auditor.audit(orders.accepted, is_told=workload.is_told), seconds, nemesis)


def lose_broker(environment: Environment, workload: Workload, *, jobs: int, seconds: float) -> Outcome:
    """Order jobs evenly while Redis is away for so long; it comes back empty, and no bell rings but the sweeper's."""
    nemesis, redis = Nemesis(environment, seed=0), environment.options.data / "redis"
    workers = [name for name in environment.services if name.startswith("inference")]
    with environment.client() as client:
        auditor, started = Auditor(environment, client), time.monotonic()
        places = [workload.look_for_covering] * jobs
        with nemesis.down(*workers):
            with nemesis.down("redis"), workload.ordering(places, every_seconds=seconds / jobs) as orders:
                wait_until(lambda: time.monotonic() - started >= seconds, 2 * seconds, "Redis was away for long enough")
                shutil.rmtree(redis)
                redis.mkdir()
            threading.Event().wait(LATE_BELLS_SECONDS)
            nemesis.flush()
        auditor.settle(limit_seconds=60 + jobs / 2)
        took = time.monotonic() - started
        return Outcome(orders, auditor.audit(orders.accepted, is_told=workload.is_told), took, nemesis)
