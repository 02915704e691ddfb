"""A cancel that was accepted is kept, whatever else happens: to the job, to its worker, to Redis."""

import psutil
import pytest
from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.reading import history
from tests.chaos.workload import Workload

from maskeraid import ApiError, Client
from maskeraid.objects import Job

LIMIT_SECONDS = 20.0
BAR = "ended <= 20 s, with a dead worker <= lease + sweep; never `succeeded` after a 202; no process left"


def processes_of(job: Job) -> list[int]:
    """Processes whose command names the job."""
    return [found.pid for found in psutil.process_iter(["cmdline"]) if job.id in (found.info["cmdline"] or ())]


def is_told(client: Client, job: Job, event_type: str) -> bool:
    return any(event["type"] == event_type for event in history(client, job.id))


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


@pytest.mark.row("R11", BAR)
def test_cancelled_trainings_end(environment: Environment, workload: Workload, client: Client, measured: Note) -> None:
    nemesis = Nemesis(environment, seed=11)
    starting = workload.train_long(client, "cancelled at its start")
    wait_until(lambda: processes_of(starting), 60, "its process runs")
    seconds = {"starting": cancel(starting)}

    saving = workload.train_long(client, "cancelled at a checkpoint")
    wait_until(lambda: is_told(client, saving, "job.checkpoint"), 120, "a checkpoint")
    with nemesis.down("redis"):
        seconds["saving, Redis down"] = cancel(saving)

    orphaned = workload.train_long(client, "cancelled without its worker")
    wait_until(lambda: processes_of(orphaned), 60, "its process runs")
    with nemesis.down("trainer"):
        seconds["worker dead"] = cancel(orphaned)
    audit = Auditor(environment, client).audit([starting.id, saving.id, orphaned.id])
    measured({name: f"{taken:.1f} s" for name, taken in seconds.items()})
    assert audit.faults == {}


@pytest.mark.row("R11", BAR)
def test_a_cancel_at_the_finish_is_kept_or_refused(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    with Nemesis(environment, seed=12).down("inference", "inference-2"):
        jobs = [workload.look_for_covering(client, number) for number in range(30)]
        assert jobs[0].cancel().status == jobs[0].cancel().status == "cancelled"  # queued
    kept: set[str] = {jobs[0].id}
    refused: set[str] = set()
    for number, job in enumerate(jobs[1:], 1):
        if number % 3:
            wait_until(lambda job=job: job.refresh().status != "queued", 60, "it runs")  # type: ignore[misc]
        (kept if is_accepted(job) else refused).add(job.id)
    auditor = Auditor(environment, client)
    auditor.settle(60)
    audit = auditor.audit([job.id for job in jobs])
    measured(f"{len(kept)} accepted, {len(refused)} refused")
    assert audit.faults == {}
    assert {job.id for job in jobs if job.refresh().status == "cancelled"} == kept
    assert {job.id for job in jobs if job.refresh().status == "succeeded"} == refused
