"""Jobs and checkpoints that an earlier release has left run on this one."""

from pathlib import Path

import pytest

from maskeraid import Client
from maskeraid.objects import TERMINAL
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note
from tests.chaos.nemesis import wait_until
from tests.chaos.reading import history
from tests.chaos.release import FOLDER, restore

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]

PATIENCE_SECONDS = 600.0


@pytest.mark.row("R18", "queued jobs and checkpoints of an earlier release: 100 % run")
@pytest.mark.parametrize("release", sorted(FOLDER.glob("*.zip")), ids=lambda path: path.stem)
def test_what_a_release_has_left_runs(tmp_path: Path, measured: Note, release: Path) -> None:
    with Environment(tmp_path) as environment, Client(restore(environment, release), environment.url) as client:
        wait_until(
            lambda: all(job.status in TERMINAL for job in client.jobs.list()), PATIENCE_SECONDS, "every job has ended"
        )
        jobs = list(client.jobs.list())
        (resumed,) = [job for job in jobs if job.attempt > 1]
        events = history(client, resumed.id)
    kept = [event["data"]["step"] for event in events if (event["type"], event["attempt"]) == ("job.checkpoint", 1)]
    made = [point["step"] for event in events if (event["type"], event["attempt"]) == ("job.metric", 2)
            for point in event["data"]["points"]]  # fmt: skip
    measured(f"{release.stem}: {len(jobs)} jobs, all run; the training went on at step {min(made):.0f} of {kept}")
    assert {job.status for job in jobs} == {"succeeded"}
    assert min(made) >= kept[-1] > 0
