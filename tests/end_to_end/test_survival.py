"""What dies comes back, and nothing that was accepted is lost: kill -9 of workers, an emptied Redis."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from maskeraid import Client
from maskeraid.objects import Dataset
from maskeraid_local.process import ManagedProcess
from maskeraid_local.stack import Stack

PATIENCE_SECONDS = 90.0


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def kill_and_restart(process: ManagedProcess) -> None:
    """As a power cut would end one service: the whole group at once, then a new process."""
    process.signal(signal.SIGKILL)
    process.wait(10)
    process.kill()
    process.start()


@pytest.fixture(scope="module")
def dataset(stack: Stack) -> Dataset:
    with Client(stack.first_key, stack.url) as client:
        made = client.datasets.create("survivors")
        client.imports.generate(made.id, "faces-light").wait()
        return made


class TestKilledTrainer:
    def test_the_training_goes_on_from_its_checkpoint_and_gives_one_model(
        self, client: Client, stack: Stack, dataset: Dataset
    ) -> None:
        before = {model.id for model in client.models.list()}
        training = client.trainings.create("survivor", [dataset.id], hyperparameters={"max_seconds": 25})
        wait_until(lambda: any(event["type"] == "job.checkpoint" for event in history(client, training.id)))
        kill_and_restart(stack.services["trainer"])
        ended = training.wait()
        assert ended.attempt == 2
        assert len({model.id for model in client.models.list()} - before) == 1
        sequence = [event["id"] for event in history(client, training.id)]
        assert sequence == list(range(1, len(sequence) + 1))
        assert children_of(training.id) == []


class TestKilledInference:
    def test_every_accepted_face_is_answered_once(
        self, client: Client, stack: Stack, covered_png: Path, dataset: Dataset
    ) -> None:
        client.trainings.create("for inference", [dataset.id], seed=2).wait()
        asked = [client.reimagings.create(covered_png, seed=seed, wait_seconds=0) for seed in range(24)]
        kill_and_restart(stack.services["inference"])
        ended = [reimaging.wait() for reimaging in asked]
        assert {reimaging.status for reimaging in ended} == {"succeeded"}
        for reimaging in ended:
            assert [event["type"] for event in history(client, reimaging.id)].count("end") == 1


class TestEmptiedRedis:
    def test_jobs_whose_bells_are_gone_are_rung_again(self, client: Client, stack: Stack, covered_png: Path) -> None:
        stack.services["inference"].signal(signal.SIGSTOP)
        try:
            asked = [client.reimagings.create(covered_png, seed=seed, wait_seconds=0) for seed in range(5)]
            redis.Redis.from_url(stack.environment["MASKERAID_REDIS_URL"]).flushall()
        finally:
            stack.services["inference"].signal(signal.SIGCONT)
        assert {reimaging.wait().status for reimaging in asked} == {"succeeded"}

    def test_a_restarted_redis_stops_nothing(self, client: Client, stack: Stack, covered_png: Path) -> None:
        kill_and_restart(stack.processes["redis"])
        assert client.reimagings.create(covered_png, seed=1).wait().status == "succeeded"


def history(client: Client, job_id: str) -> list[dict[str, object]]:
    events: list[dict[str, object]] = []
    while True:
        page = client.get_json(f"/v1/jobs/{job_id}/events", after=len(events), limit=100)
        events += page["data"]
        if not page["has_more"]:
            return events


def children_of(job_id: str) -> list[str]:
    """Processes of a training that are still there."""
    return subprocess.run(["pgrep", "-f", job_id], capture_output=True, text=True).stdout.split()
