"""Stores that hang, die, or stand still: requests are answered truthfully, and work goes on afterwards."""

import threading
import time
from collections.abc import Iterator

import pytest

from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.fixtures import WORKERS, Note, scaled
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.probe import Probe
from tests.chaos.proxy import Mode
from tests.chaos.wanted import Wanted
from tests.chaos.workload import Workload

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800)]

HALF_OPEN_SECONDS, AWAY_SECONDS = 20.0, 30.0
STALL_SECONDS = 0.1


@pytest.fixture(scope="module")
def half_open(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A stack in which every service reaches Redis by a proxy of its own."""
    with Environment(tmp_path_factory.mktemp("half-open"), Wanted(WORKERS, proxied=("redis",))) as running:
        yield running


@pytest.fixture(scope="module")
def half_open_workload(half_open: Environment) -> Workload:
    return Workload(half_open).prepare()


@pytest.mark.row("R6", "a black hole before Redis, for each client: event loop stalls <= 100 ms, recovery <= 60 s")
@pytest.mark.parametrize("service", ["api", "curator", "trainer", "inference", "notifier"])
def test_a_half_open_broker_stops_nobody(
    half_open: Environment, half_open_workload: Workload, measured: Note, service: str
) -> None:
    proxies = [proxy for (name, _), proxy in half_open.proxies.items() if name.partition("-")[0] == service]
    places = [half_open_workload.look_for_covering] * 19 + [half_open_workload.draw_faces]
    with half_open.client() as client:
        auditor = Auditor(half_open, client)
        with Probe(half_open, "/healthz", every_seconds=0.02) as probe:
            for proxy in proxies:
                proxy.switch(Mode.BLACK_HOLE)
            with half_open_workload.ordering(places, every_seconds=HALF_OPEN_SECONDS / len(places)) as orders:
                pass
            for proxy in proxies:
                proxy.switch(Mode.PASS)
            settled = auditor.settle(limit_seconds=60)
        audit = auditor.audit(orders.accepted)
    stall = max(answer.seconds for answer in probe.answers)
    measured(f"{service}: {audit}; longest stall {1000 * stall:.0f} ms, recovered after {settled:.1f} s")
    assert orders.refused == []
    assert audit.faults == {}
    assert probe.statuses.keys() == {200}
    assert stall <= STALL_SECONDS


@pytest.mark.row("R7", "database killed or stopped 30 s: 503 never 500, nothing acknowledged lost, trainings fenced")
@pytest.mark.parametrize("attack", ["killed", "stopped"])
def test_the_database_goes_away(environment: Environment, workload: Workload, measured: Note, attack: str) -> None:
    nemesis, pause = Nemesis(environment, seed=7), threading.Event()
    with environment.client() as client:
        training = workload.train_long(client, f"database {attack}")
        wait_until(lambda: training.refresh().phase == "training", 120, "the training trains")
        with (
            Probe(environment, "/v1/jobs?limit=1", every_seconds=0.2) as probe,
            workload.ordering([workload.look_for_covering] * 60, every_seconds=1, repeats=0) as orders,
            nemesis.down("mongodb") if attack == "killed" else nemesis.frozen("mongodb"),
        ):
            pause.wait(scaled(AWAY_SECONDS))
        back = time.monotonic()
        wait_until(lambda: training.refresh().attempt > 1, 60, "another attempt of the training")
        fenced = time.monotonic() - back
        training.cancel()
        auditor = Auditor(environment, client)
        auditor.settle(limit_seconds=120)
        audit = auditor.audit([*orders.accepted, training.id])
    slowest = max(answer.seconds for answer in probe.answers)
    measured(
        f"{attack}: {audit}; answers {dict(probe.statuses)}, slowest {slowest:.1f} s; {len(orders.refused)} refused; "
        f"the training's next attempt {fenced:.1f} s after"
    )
    assert audit.faults == {}
    assert probe.statuses.keys() <= {200, 503}
    assert all("[store_unavailable]" in reason for reason in orders.refused)
