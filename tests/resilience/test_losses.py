"""Nothing that was accepted is lost or done visibly twice while workers are killed and Redis is emptied."""

import pytest
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note
from tests.chaos.scenarios import kill_workers
from tests.chaos.workload import Workload

JOBS, KILLS, SEED = 400, 8, 1


@pytest.mark.row("R1", "400 jobs, 8 kills: lost 0, two results 0, re-runs <= kills")
def test_killed_workers_lose_nothing(environment: Environment, workload: Workload, measured: Note) -> None:
    outcome = kill_workers(environment, workload.untold(), jobs=JOBS, kills=KILLS, seed=SEED)
    measured(f"seed {SEED}: {outcome}")
    assert outcome.orders.refused == []
    assert outcome.audit.faults == {}
    assert outcome.audit.statuses == {"succeeded": JOBS}
    assert outcome.audit.reruns <= KILLS
