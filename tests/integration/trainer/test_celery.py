"""The trainer as it is deployed: Celery rings, SIGTERM hands back, SIGKILL leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.trainer.conftest import PATIENCE_SECONDS, Trainer
from tests.unit.trainer.fakes import is_alive

from maskeraid_core.jobs import Job, JobStatus, QueueName
from maskeraid_core.status_machine import JobAction

COMMAND = (
    *(sys.executable, "-m", "celery", "--app", "maskeraid_trainer.worker", "worker", "--queues", "trainer"),
    *("--pool", "threads", "--concurrency", "1", "--without-gossip", "--without-mingle"),
)
LONG = {"steps": 1_000_000, "batch": 32, "target_quality": 1.0, "max_seconds": 600}


@pytest.fixture
def celery(trainer: Trainer) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; killed at the end if it still runs."""
    environment = {**os.environ, **trainer.settings.to_environment()}
    with subprocess.Popen(COMMAND, env=environment, cwd=trainer.settings.scratch_folder) as process:
        yield process
        process.kill()


@pytest.fixture
def rung(trainer: Trainer, celery: subprocess.Popen[bytes]) -> Iterator[Job]:
    """A long training that the worker was rung for; cancelled at the end, or the next worker would take it up first."""
    job = trainer.accept(hyperparameters=LONG)
    assert trainer.port.call(trainer.port.stores.doorbell.ring, QueueName.TRAINER, job.id)
    yield job
    trainer.ask(job, JobAction.CANCEL)


def child_of(parent: int) -> int:
    (pid,) = [
        int(pid) for task in Path(f"/proc/{parent}/task").iterdir() for pid in (task / "children").read_text().split()
    ]
    return pid


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.row("R19", "SIGTERM in a training: checkpoint, queued again, `crashes` unchanged, exit <= 30 s")
def test_a_stopped_worker_hands_its_training_back(trainer: Trainer, celery: subprocess.Popen[bytes], rung: Job) -> None:
    running = trainer.wait_for(rung, lambda found: bool(found.checkpoints))
    child = child_of(celery.pid)
    celery.send_signal(signal.SIGTERM)
    celery.wait(timeout=30)
    found = trainer.look(running)
    assert (found.status, found.crashes, found.lease_until) == (JobStatus.QUEUED, 0, None)
    assert found.checkpoints[0].step > running.checkpoints[0].step
    assert not is_alive(child)


def test_a_killed_worker_takes_its_training_along(trainer: Trainer, celery: subprocess.Popen[bytes], rung: Job) -> None:
    trainer.wait_for(rung, lambda found: found.phase is not None)  # the child has said something
    child = child_of(celery.pid)
    celery.kill()
    wait_until(lambda: not is_alive(child))
