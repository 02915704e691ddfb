"""The inference worker as it is deployed: Celery rings, SIGTERM leaves at once, SIGKILL loses nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from tests.integration.inference.conftest import PATIENCE_SECONDS, Inference, is_running
from tests.unit.inference.made_models import covered_face

from maskeraid_core.jobs import Job, JobStatus, QueueName
from maskeraid_core.sweeper import sweep
from maskeraid_inference.settings import InferenceSettings

COMMAND = (
    *(sys.executable, "-m", "celery", "--app", "maskeraid_inference.worker", "worker", "--queues", "inference"),
    *("--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle"),
)
MAGNIFIED = 32  # 1,024 pixels: some seconds of work, so that there is a middle in which to kill
Start = Callable[[], AbstractContextManager["subprocess.Popen[bytes]"]]


@pytest.fixture
def start(inference_settings: InferenceSettings) -> Start:
    """Starts a worker process; it is killed at the end if it still runs."""
    values = inference_settings.model_dump(exclude_none=True)
    environment = {**os.environ, **{f"MASKERAID_{name.upper()}": str(value) for name, value in values.items()}}

    @contextmanager
    def started() -> Iterator["subprocess.Popen[bytes]"]:
        with subprocess.Popen(COMMAND, env=environment, cwd=inference_settings.scratch_folder) as process:
            yield process
            process.kill()

    return started


def ring(inference: Inference, job: Job) -> None:
    assert inference.port.call(inference.port.stores.doorbell.ring, QueueName.INFERENCE, job.id)


def has_ended(job: Job) -> bool:
    return job.status.is_terminal


def test_a_bell_is_answered_and_a_stop_is_prompt(inference: Inference, start: Start) -> None:
    jobs = [inference.accept(covered_face(number=number)) for number in range(3)]
    for job in jobs:
        ring(inference, job)
    with start() as process:
        ended = [inference.wait_for(job, has_ended) for job in jobs]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert [job.status for job in ended] == [JobStatus.SUCCEEDED] * 3


def test_a_killed_worker_s_job_is_finished_by_another(inference: Inference, start: Start) -> None:
    large = covered_face().repeat(MAGNIFIED, axis=0).repeat(MAGNIFIED, axis=1)
    job = inference.accept(large, candidates=25)
    with start() as first:
        ring(inference, job)
        inference.wait_for(job, is_running)
        first.kill()
        first.wait(PATIENCE_SECONDS)
    killed = inference.look(job)
    assert (killed.status, killed.fence) == (JobStatus.RUNNING, 1)

    def is_taken_from_the_dead(found: Job) -> bool:
        inference.port.call(sweep, inference.port.stores)
        return found.status is JobStatus.QUEUED

    inference.wait_for(job, is_taken_from_the_dead)
    with start():
        ring(inference, job)
        done = inference.wait_for(job, has_ended)
    assert (done.status, done.fence, done.crashes) == (JobStatus.SUCCEEDED, 2, 1)
    assert done.result is not None
    assert all("/attempt-2/" in file["key"] for file in done.result["files"].values())
    assert done.result["proof"]["equal"] is True
