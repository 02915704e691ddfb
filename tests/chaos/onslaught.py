"""Everything is killed, again and again, while jobs of all kinds come in."""

import threading
import time

from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.nemesis import Nemesis
from tests.chaos.scenarios import Outcome
from tests.chaos.workload import Place, Workload

IMPORT_EVERY, TRAINING_EVERY = 20, 100  # orders
LONGEST_DOWN_SECONDS = 3.0
SETTLING_SECONDS = 600.0


def attack_everything(
    environment: Environment, workload: Workload, *, jobs: int, kills: int, minutes: float, seed: int
) -> tuple[Outcome, float]:
    """Kill any process, stores included, at random moments; each is started anew within seconds.

    Returns the outcome, and how long after the last fault every job had ended.
    """
    nemesis, pause = Nemesis(environment, seed), threading.Event()
    seconds = minutes * 60
    with environment.client() as client:
        auditor, started = Auditor(environment, client), time.monotonic()
        with workload.ordering(mixture(workload, jobs), every_seconds=seconds / jobs) as orders:
            for moment in sorted(nemesis.random.uniform(0, seconds) for _ in range(kills)):
                pause.wait(max(0.0, started + moment - time.monotonic()))
                with nemesis.down(nemesis.random.choice(sorted(environment.processes))):
                    pause.wait(nemesis.random.uniform(0, LONGEST_DOWN_SECONDS))
            last_fault = time.monotonic()
        auditor.settle(limit_seconds=SETTLING_SECONDS)
        ended = time.monotonic()
        outcome = Outcome(orders, auditor.audit(orders.accepted), ended - started, nemesis)
        return outcome, ended - last_fault


def mixture(workload: Workload, jobs: int) -> list[Place]:
    """Mostly re-imagings; now and then an import or a training."""
    return [kind_of(workload, number) for number in range(jobs)]


def kind_of(workload: Workload, number: int) -> Place:
    if number % TRAINING_EVERY == 0:
        return workload.train
    return workload.draw_faces if number % IMPORT_EVERY == 0 else workload.look_for_covering
