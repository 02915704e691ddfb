"""Nothing is lost or doubled: when workers are killed, when everything is killed, when Redis is away for long."""

from pathlib import Path

import pytest

from tests.chaos.environment import Environment
from tests.chaos.fixtures import WORKERS, Note, scaled
from tests.chaos.onslaught import attack_everything
from tests.chaos.scenarios import kill_workers, lose_broker
from tests.chaos.wanted import Wanted
from tests.chaos.workload import Workload

pytestmark = pytest.mark.chaos


@pytest.mark.row("R1", "3,000 jobs, 38-50 kills, one FLUSHALL: lost 0, two results 0, re-runs <= kills, <= 120 s")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_workers_lose_nothing(tmp_path: Path, measured: Note, seed: int) -> None:
    jobs, kills = scaled(3000), scaled(38 + 6 * seed)
    with Environment(tmp_path, Wanted(WORKERS)) as environment:
        workload = Workload(environment).prepare().untold()
        outcome = kill_workers(environment, workload, jobs=jobs, kills=kills, seed=seed)
    measured(f"seed {seed}: {outcome}")
    assert outcome.orders.refused == []
    assert outcome.audit.faults == {}
    assert outcome.audit.statuses == {"succeeded": jobs}
    assert outcome.audit.reruns <= kills
    assert outcome.seconds <= 120, "on a machine that is idle otherwise"


@pytest.mark.row(
    "R2", "10 min, 50 kills of everything, 2,000 jobs: lost 0, doubled 0, told twice 0, ended <= 120 s after"
)
@pytest.mark.timeout(7200)
def test_every_process_may_die(tmp_path: Path, measured: Note) -> None:
    seed, jobs, kills, minutes = 3, scaled(2000), scaled(50), scaled(600) / 60
    settings = {"MASKERAID_CRASH_LIMIT": "20"}
    with Environment(tmp_path, Wanted(WORKERS, settings=settings)) as environment:
        outcome, settled = attack_everything(
            environment, Workload(environment).prepare(), jobs=jobs, kills=kills, minutes=minutes, seed=seed
        )
        measured(f"seed {seed}: {outcome}; all ended {settled:.0f} s after the last fault")
        assert outcome.orders.refused == []
        assert outcome.audit.faults == {}
        assert set(outcome.audit.statuses) == {"succeeded"}
        assert settled <= 120
        assert environment.ended() == []


@pytest.mark.row("R5", "5 min away, 200 jobs, then empty: all 202, API p99 <= 1 s meanwhile, all finish")
@pytest.mark.timeout(1800)
def test_jobs_come_while_the_broker_is_away(environment: Environment, workload: Workload, measured: Note) -> None:
    jobs = scaled(200)
    outcome = lose_broker(environment, workload, jobs=jobs, seconds=scaled(300))
    slowest = outcome.orders.percentile(0.99)
    measured(f"{outcome}; p99 {slowest:.2f} s")
    assert outcome.orders.refused == []
    assert outcome.audit.faults == {}
    assert outcome.audit.statuses == {"succeeded": jobs}
    assert slowest <= 1
