"""Stores that hang, die, or stand still: requests are answered truthfully, and work goes on afterwards."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from maskeraid import Client
from maskeraid.objects import Job
from tests.chaos.auditor import Auditor
from tests.chaos.beats import stalls_of, watched_beats
from tests.chaos.environment import Environment
from tests.chaos.fixtures import WORKERS, Note, scaled
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.probe import Probe
from tests.chaos.proxy import Mode
from tests.chaos.wanted import BEAT_SECONDS, LEASE_SECONDS, Wanted
from tests.chaos.workload import Workload
from tests.chaos.zombies import is_at_work

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800)]

HALF_OPEN_SECONDS, AWAY_SECONDS = 20.0, 30.0
STALL_SECONDS = 0.1
SURVIVED_SECONDS = 10.0  # a lease of which it can be told whether a training outlives it
LATE_SECONDS = 2.0  # the lease is looked at every second


@pytest.fixture(scope="module")
def half_open(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A stack in which every service reaches Redis by a proxy of its own."""
    wanted = Wanted(WORKERS, proxied=("redis",), watches_loops=True)
    with Environment(tmp_path_factory.mktemp("half-open"), wanted) as running:
        yield running


@pytest.fixture(scope="module")
def half_open_workload(half_open: Environment) -> Workload:
    return Workload(half_open).prepare()


@pytest.fixture(scope="module")
def leased(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A stack whose leases are as long as a store is away, nearly."""
    settings = {"MASKERAID_LEASE_SECONDS": str(SURVIVED_SECONDS)}
    with Environment(tmp_path_factory.mktemp("leased"), Wanted(WORKERS, settings=settings)) as running:
        yield running


@pytest.fixture(scope="module")
def leased_workload(leased: Environment) -> Workload:
    return Workload(leased).prepare()


@pytest.mark.row("R6", "a black hole before Redis, for each client: event loop stalls <= 100 ms, recovery <= 60 s")
@pytest.mark.parametrize("service", ["api", "curator", "trainer", "inference", "notifier"])
def test_a_half_open_broker_stops_nobody(
    half_open: Environment, half_open_workload: Workload, measured: Note, service: str
) -> None:
    proxies = [proxy for (name, _), proxy in half_open.proxies.items() if name.partition("-")[0] == service]
    places = [half_open_workload.look_for_covering] * 19 + [half_open_workload.draw_faces]
    with half_open.client() as client:
        auditor = Auditor(half_open, client)
        with held_training(half_open, half_open_workload, client, service) as (held, gaps):
            since = half_open.log.stat().st_size
            with Probe(half_open, "/healthz", every_seconds=0.02) as probe:
                for proxy in proxies:
                    proxy.switch(Mode.BLACK_HOLE)
                with half_open_workload.ordering(places, every_seconds=HALF_OPEN_SECONDS / len(places)) as orders:
                    pass
                for proxy in proxies:
                    proxy.switch(Mode.PASS)
                if held:
                    held.cancel()
                settled = auditor.settle(limit_seconds=60)
            stalls = stalls_of(half_open, service, since)
        audit = auditor.audit([*orders.accepted, *([held.id] if held else [])])
    stall, late = max(answer.seconds for answer in probe.answers), max([0.0, *gaps]) - BEAT_SECONDS
    measured(
        f"{service}: {audit}; longest stall of the API {1000 * stall:.0f} ms, of the workers' loops {stalls or 'none'}"
        f"{f', latest beat {late:.2f} s late' if held else ''}; recovered after {settled:.1f} s"
    )
    assert orders.refused == []
    assert audit.faults == {}
    assert audit.reruns == 0, "a worker that does not hear Redis keeps its leases"
    assert probe.statuses.keys() == {200}
    assert stalls == [], "each of them is longer than the bar"
    assert stall <= STALL_SECONDS
    assert late <= LEASE_SECONDS / 2


@contextmanager
def held_training(
    environment: Environment, workload: Workload, client: Client, service: str
) -> Iterator[tuple[Job | None, list[float]]]:
    """For the trainer, a training that runs meanwhile, and the gaps between its heartbeats; nothing for others."""
    if service != "trainer":
        yield None, []
        return
    training = workload.train_long(client, "its trainer does not hear Redis")
    wait_until(lambda: training.refresh().phase in ("compiling", "training"), 120, "it trains")
    with watched_beats(environment, training) as gaps:
        yield training, gaps


@pytest.mark.row("R7", "database killed or stopped 30 s: 503 never 500, nothing acknowledged lost, trainings survive "
                 "their lease (10 s) and not more")  # fmt: skip
@pytest.mark.parametrize("attack", ["killed", "stopped"])
def test_the_database_goes_away(leased: Environment, leased_workload: Workload, measured: Note, attack: str) -> None:
    nemesis, pause = Nemesis(leased, seed=7), threading.Event()
    away = max(scaled(AWAY_SECONDS), 2 * SURVIVED_SECONDS)
    with leased.client() as client:
        training = leased_workload.train_long(client, f"database {attack}")
        wait_until(lambda: training.refresh().phase in ("compiling", "training"), 120, "the training trains")
        orders_of = [leased_workload.look_for_covering] * round(2 * away)
        with (
            Probe(leased, "/v1/jobs?limit=1", every_seconds=0.2) as probe,
            leased_workload.ordering(orders_of, every_seconds=1, repeats=0) as orders,
        ):
            with nemesis.down("mongodb") if attack == "killed" else nemesis.frozen("mongodb"):
                survived = wait_until(lambda: not is_at_work(leased, "trainer", training), away, "its process is gone")
                pause.wait(away - survived)
            fenced = wait_until(lambda: training.refresh().attempt > 1, 60, "another attempt of the training")
        training.cancel()
        auditor = Auditor(leased, client)
        auditor.settle(limit_seconds=120)
        audit = auditor.audit([*orders.accepted, training.id])
    slowest = max(answer.seconds for answer in probe.answers)
    measured(
        f"{attack}: {audit}; answers {dict(probe.statuses)}, slowest {slowest:.1f} s; {len(orders.refused)} refused; "
        f"the training's process lived on for {survived:.1f} s, its next attempt came {fenced:.1f} s after"
    )
    assert audit.faults == {}
    assert probe.statuses.keys() <= {200, 503}
    assert all("[store_unavailable]" in reason for reason in orders.refused)
    assert SURVIVED_SECONDS - BEAT_SECONDS - LATE_SECONDS <= survived <= SURVIVED_SECONDS + LATE_SECONDS
