"""A worker that is frozen amid a job, and wakes when the job is another's."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import psutil

from maskeraid import Client
from maskeraid.objects import Job
from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.findings import Audit
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.reading import history
from tests.chaos.wanted import LEASE_SECONDS

TRAINING_SECONDS = 120.0
GONE_SECONDS = 15.0
SAVING_SECONDS = 1.0  # an import of drawn faces saves for less


@dataclass(frozen=True)
class Awakening:
    """How it went: who ended the job, how long the woken process went on, and what the auditor says."""

    job: Job
    ended_by_attempt: int
    zombie_seconds: float
    audit: Audit

    def __str__(self) -> str:
        return (
            f"{self.job.kind} ended by attempt {self.ended_by_attempt}, zombie gone after {self.zombie_seconds:.1f} s"
        )


def wake_zombie(
    environment: Environment,
    worker: str,
    order: Callable[[Client], Job],
    *,
    is_late: bool,
    is_moment: Callable[[Environment, str, Job], bool],
) -> Awakening:
    """Freeze a worker and its children amid a job; a spare claims it; the zombie wakes then, or late: after its end."""
    with environment.client() as client, ExitStack() as help_:
        job = order(client)
        with Nemesis(environment, seed=0).frozen(worker, lambda: is_moment(environment, worker, job)) as frozen:
            since = time.monotonic()
            help_.enter_context(environment.helped_by(f"{worker.partition('-')[0]}-2"))
            wait_until(lambda: job.refresh().attempt > 1, TRAINING_SECONDS, "the spare claims the job")
            if is_late:
                wait_until(lambda: job.refresh().is_terminal, TRAINING_SECONDS, "the spare ends the job")
                wait_until(lambda: time.monotonic() - since > 2 * LEASE_SECONDS, GONE_SECONDS, "two leases are over")
        seconds = wait_until(lambda: not any(_works_on(job, child) for child in frozen[1:]), GONE_SECONDS, "it is gone")
        list(client.jobs.events(job.id))  # to their end
        *_, last = [event["data"] for event in history(client, job.id) if event["type"] == "job.status"]
        audit = Auditor(environment, client).audit([job.id])
        return Awakening(job.refresh(), last["attempt"], seconds, audit)


def wake_zombie_at_the_finish(environment: Environment, order: Callable[[Client], Job]) -> Awakening:
    """As an import's worker that is frozen with its result in hand, and wakes when another is still at it."""
    saving_since: list[float] = []

    def has_result(_environment: Environment, _worker: str, job: Job) -> bool:
        if not saving_since and job.refresh().phase == "saving":
            saving_since.append(time.monotonic())
        return bool(saving_since) and time.monotonic() - saving_since[0] > SAVING_SECONDS

    with (
        Nemesis(environment, seed=0).down("curator"),
        environment.armed("curator", f"result.bytes_written=sleep:{3 * SAVING_SECONDS}") as zombie,
    ):
        return wake_zombie(environment, zombie.name, order, is_late=False, is_moment=has_result)


def is_at_work(environment: Environment, worker: str, job: Job) -> bool:
    """Whether the first attempt is at work; a training, when its process runs."""
    if job.kind == "training":
        return any(_works_on(job, child) for child in environment.descendants(worker))
    return job.refresh().status == "running"


def _works_on(job: Job, process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and job.id in process.cmdline()
    except psutil.NoSuchProcess:
        return False
