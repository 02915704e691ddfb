"""What dies comes back, and nothing that was accepted is lost: kill -9 of workers, an emptied Redis."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from maskeraid import Client
from maskeraid.objects import Model, Reimaging, Training
from maskeraid_local.process import ManagedProcess
from maskeraid_local.stack import Stack

PATIENCE_SECONDS = 90.0
SENT_ARRIVES_SECONDS = 0.2  # what a stopped process had sent before, as the end of its job


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


def kill_amid_work(process: ManagedProcess, is_at_work: Callable[[], bool]) -> None:
    """Kill it while it holds something: it is held still for each look, so that the look is true when it dies."""

    def is_caught() -> bool:
        process.signal(signal.SIGSTOP)
        time.sleep(SENT_ARRIVES_SECONDS)
        if is_at_work():
            return True
        process.signal(signal.SIGCONT)
        return False

    wait_until(is_caught)
    kill_and_restart(process)


@pytest.fixture(scope="module")
def survivor(stack: Stack) -> Training:
    """A training whose worker was killed when there was something to go on from, after its end."""
    with Client(stack.first_key, stack.url) as client:
        dataset = client.datasets.create("survivors")
        client.imports.generate(dataset.id, "faces-dark").wait()
        # Ended by its steps, not by a quality, nor by a time that a busy machine has used up before the kill.
        asked = {"steps": 1500, "max_seconds": 120, "target_quality": 1.0, "detector": False}
        training = client.trainings.create("survivor", [dataset.id], hyperparameters=asked)
        wait_until(lambda: has_gone_on(client, training.id))
        kill_and_restart(stack.services["trainer"])
        return training.wait()


@pytest.fixture(scope="module")
def model(stack: Stack, survivor: Training) -> Model:
    """What came of it; any model would do for faces that are asked for while processes die."""
    with Client(stack.first_key, stack.url) as client:
        return client.models.get((survivor.result or {})["model_id"])


class TestKilledTrainer:
    def test_the_training_goes_on_from_its_checkpoint(self, client: Client, survivor: Training) -> None:
        assert survivor.attempt == 2
        assert min(steps_of(client, survivor.id, 2)) >= kept_steps(client, survivor.id)[-1]

    def test_it_gives_one_model(self, client: Client, survivor: Training) -> None:
        assert [model.name for model in client.models.list()].count("survivor") == 1

    def test_its_history_has_no_holes(self, client: Client, survivor: Training) -> None:
        sequence = [event["id"] for event in history(client, survivor.id)]
        assert sequence == list(range(1, len(sequence) + 1))

    def test_no_process_is_left(self, survivor: Training) -> None:
        assert children_of(survivor.id) == []


class TestKilledInference:
    def test_every_accepted_face_is_answered_once(
        self, client: Client, stack: Stack, model: Model, covered_png: Path
    ) -> None:
        asked = order(client, model, covered_png, 24)
        kill_amid_work(stack.services["inference"], lambda: any(client.jobs.list(kind="reimaging", status="running")))
        ended = [reimaging.wait() for reimaging in asked]
        assert {reimaging.status for reimaging in ended} == {"succeeded"}
        assert max(reimaging.attempt for reimaging in ended) == 2
        for reimaging in ended:
            assert [event["type"] for event in history(client, reimaging.id)].count("end") == 1


class TestEmptiedRedis:
    def test_jobs_whose_bells_are_gone_are_rung_again(
        self, client: Client, stack: Stack, model: Model, covered_png: Path
    ) -> None:
        inference, bells = stack.services["inference"], redis.Redis.from_url(stack.environment["MASKERAID_REDIS_URL"])
        inference.kill()
        asked = order(client, model, covered_png, 5)
        wait_until(lambda: bells.llen("inference") >= len(asked))  # each bell was rung
        bells.flushall()
        wait_until(lambda: bells.llen("inference") >= len(asked))  # and again: nobody but the sweeper can have done it
        inference.start()
        assert {reimaging.wait().status for reimaging in asked} == {"succeeded"}

    def test_a_restarted_redis_stops_nothing(
        self, client: Client, stack: Stack, model: Model, covered_png: Path
    ) -> None:
        kill_and_restart(stack.processes["redis"])
        (asked,) = order(client, model, covered_png, 1)
        assert asked.wait().status == "succeeded"


def order(client: Client, model: Model, picture: Path, count: int) -> list[Reimaging]:
    """Re-imagings of one picture; nobody waits for them."""
    choice = {"model_id": model.id}
    return [client.reimagings.create(picture, model=choice, seed=seed, wait_seconds=0) for seed in range(count)]


def told(client: Client, job_id: str, kind: str, attempt: int) -> list[dict[str, Any]]:
    """Events of a kind from one attempt."""
    return [event for event in history(client, job_id) if (event["type"], event["attempt"]) == (kind, attempt)]


def has_gone_on(client: Client, job_id: str) -> bool:
    """Whether the first attempt kept a step behind its first, which is kept at once and would prove nothing."""
    kept, seen = kept_steps(client, job_id), steps_of(client, job_id, 1)
    return bool(kept and seen) and kept[-1] > min(seen)


def kept_steps(client: Client, job_id: str) -> list[int]:
    """The steps of the first attempt's checkpoints."""
    return [event["data"]["step"] for event in told(client, job_id, "job.checkpoint", attempt=1)]


def steps_of(client: Client, job_id: str, attempt: int) -> list[float]:
    """The steps of which an attempt told figures."""
    events = told(client, job_id, "job.metric", attempt)
    return [point["step"] for event in events for point in event["data"]["points"]]


def history(client: Client, job_id: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    while True:
        page = client.get_json(f"/v1/jobs/{job_id}/events", after=len(events), limit=100)
        events += page["data"]
        if not page["has_more"]:
            return events


def children_of(job_id: str) -> list[str]:
    """Processes of a training that are still there."""
    return subprocess.run(["pgrep", "-f", job_id], capture_output=True, text=True).stdout.split()
