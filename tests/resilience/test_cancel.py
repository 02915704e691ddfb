"""A wish that was accepted is kept, whatever else happens: to the job, to its worker, to Redis."""

from contextlib import AbstractContextManager, nullcontext
from functools import partial

import psutil
import pytest
from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.reading import history
from tests.chaos.wanted import LEASE_SECONDS, SWEEP_SECONDS
from tests.chaos.workload import Workload

from maskeraid import ApiError, Client
from maskeraid.objects import Job

LIMIT_SECONDS = 20.0
ORPHANED_SECONDS = LEASE_SECONDS + SWEEP_SECONDS + 2  # the last for the move itself, on a machine that works
STARTING_SECONDS = 120.0
RECORDS_SLOWLY = "checkpoint.bytes_written=sleep:2"
BY_DEFAULT = {"MASKERAID_HEARTBEAT_SECONDS": "10", "MASKERAID_LEASE_SECONDS": "60"}
EFFECT_SECONDS = 15.0
BAR = "ended <= 20 s, with a dead worker <= lease + sweep; never `succeeded` after a 202; no process left"


def processes_of(job: Job) -> list[int]:
    """Processes whose command names the job."""
    return [found.pid for found in psutil.process_iter(["cmdline"]) if job.id in (found.info["cmdline"] or ())]


def is_saving(environment: Environment, client: Client, job: Job) -> bool:
    """Whether a checkpoint's bytes are written, and the job does not name it yet."""
    written = list(environment.blobs.glob(f"t/*/jobs/{job.id}/attempt-*/checkpoint-*/state.json"))
    return len(written) > sum(event["type"] == "job.checkpoint" for event in history(client, job.id))


def trains(client: Client, job: Job) -> bool:
    """Whether the present attempt has done steps and kept them."""
    events = ((event["type"], event["attempt"]) for event in history(client, job.id))
    return ("job.checkpoint", job.refresh().attempt) in events


def outage(nemesis: Nemesis, redis: str) -> AbstractContextManager[None]:
    return nemesis.down("redis") if redis == "down" else nullcontext()


def is_accepted(job: Job) -> bool:
    """Cancel a job; whether that was accepted, and not too late."""
    try:
        job.cancel()
    except ApiError as error:
        if error.code != "job_state_conflict":
            raise
        return False
    return True


def cancel(job: Job) -> float:
    """Cancel twice, which is as once; the seconds until it has ended, with nothing left of it."""
    assert [job.cancel().id for _ in range(2)] == [job.id] * 2
    seconds = wait_until(lambda: job.refresh().is_terminal, LIMIT_SECONDS, f"{job.id} has ended")
    assert job.refresh().status == "cancelled"
    wait_until(lambda: not processes_of(job), LIMIT_SECONDS, f"no process of {job.id}")
    return seconds


@pytest.mark.chaos
@pytest.mark.row("R11", BAR)
def test_cancelled_trainings_end(environment: Environment, workload: Workload, client: Client, measured: Note) -> None:
    nemesis, seconds = Nemesis(environment, seed=11), dict[str, float]()
    jobs = workload.train_many(client, "cancelled", 8)
    orphan, *waiting, last = jobs
    wait_until(lambda: processes_of(orphan), STARTING_SECONDS, "its process runs")
    with nemesis.down("trainer"), environment.armed("trainer", RECORDS_SLOWLY) as trainer:
        seconds["worker dead, Redis up"] = cancel(orphan)
        for redis in ("up", "down"):
            saving, starting, queued, *waiting = waiting
            wait_until(partial(is_saving, environment, client, saving), STARTING_SECONDS, "it saves")
            with outage(nemesis, redis):
                seconds[f"queued, Redis {redis}"] = cancel(queued)
                seconds[f"in a checkpoint, Redis {redis}"] = cancel(saving)
                wait_until(partial(processes_of, starting), STARTING_SECONDS, "its process runs")
                seconds[f"starting, Redis {redis}"] = cancel(starting)
                if redis == "down":
                    wait_until(lambda: processes_of(last), STARTING_SECONDS, "its process runs")
                    nemesis.kill(trainer.name)
                    seconds["worker dead, Redis down"] = cancel(last)
    audit = Auditor(environment, client).audit([job.id for job in jobs])
    measured({name: f"{taken:.1f} s" for name, taken in seconds.items()})
    assert audit.faults == {}
    assert max(seconds["worker dead, Redis up"], seconds["worker dead, Redis down"]) <= ORPHANED_SECONDS


@pytest.mark.row("R11", BAR)
@pytest.mark.parametrize("redis", ["up", "down"])
def test_a_cancel_at_the_finish_is_kept_or_refused(
    environment: Environment, workload: Workload, client: Client, measured: Note, redis: str
) -> None:
    nemesis = Nemesis(environment, seed=12)
    with nemesis.down("inference", "inference-2"):
        jobs = [workload.look_for_covering(client, number) for number in range(30)]
        assert jobs[0].cancel().status == jobs[0].cancel().status == "cancelled"  # queued
    kept: set[str] = {jobs[0].id}
    refused: set[str] = set()
    wait_until(lambda: jobs[1].refresh().status != "queued", 60, "it runs")  # who works needs no further bell
    with outage(nemesis, redis):
        for number, job in enumerate(jobs[1:], 1):
            if number % 3:
                wait_until(lambda job=job: job.refresh().status != "queued", 60, "it runs")  # type: ignore[misc]
            (kept if is_accepted(job) else refused).add(job.id)
    auditor = Auditor(environment, client)
    auditor.settle(60)
    audit = auditor.audit([job.id for job in jobs])
    measured(f"Redis {redis}: {len(kept)} accepted, {len(refused)} refused")
    assert audit.faults == {}
    assert {job.id for job in jobs if job.refresh().status == "cancelled"} == kept
    assert {job.id for job in jobs if job.refresh().status == "succeeded"} == refused


@pytest.mark.chaos
@pytest.mark.row("R11", "pause and stop of a running training take effect <= 15 s, also without Redis by a 10 s beat")
def test_a_running_training_is_paused_and_stopped(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    nemesis, training = Nemesis(environment, seed=13), workload.train_long(client, "paused and stopped")
    with nemesis.down("trainer"), environment.joined_by("trainer-patient", BY_DEFAULT):
        wait_until(lambda: trains(client, training), STARTING_SECONDS, "it trains")
        training.pause()
        paused = wait_until(lambda: training.refresh().status == "paused", EFFECT_SECONDS, "it is paused")
        assert processes_of(training) == []
        training.resume()
        wait_until(lambda: trains(client, training), STARTING_SECONDS, "it trains again")
        with nemesis.down("redis"):
            training.stop()
            stopped = wait_until(lambda: training.refresh().phase != "training", EFFECT_SECONDS, "it is stopped")
            wait_until(lambda: training.refresh().is_terminal, LIMIT_SECONDS, "it has ended")
        ended = training.refresh()
    measured(f"paused after {paused:.1f} s; Redis down, stopped after {stopped:.1f} s")
    assert (ended.status, ended.attempt, ended.stopped_early) == ("succeeded", 2, True)
    assert Auditor(environment, client).audit([training.id]).faults == {}
