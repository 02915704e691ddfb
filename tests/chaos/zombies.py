"""A worker that is frozen amid a job, and wakes when the job is another's."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
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
FROZEN_SECONDS = 2 * LEASE_SECONDS
GONE_SECONDS = 15.0
SAVING_SECONDS = 1.0  # an import of drawn faces saves for less
SPARE_SECONDS = 4.0  # it claims after one lease at the earliest, and is still at it after two
REFUSALS = ("lease lost, nothing more is written", "the job was no longer ours, nothing is written")
LEFT = "job left"


@dataclass(frozen=True)
class Awakening:
    """How it went: who ended the job, when the woken worker let go of it and what it said, and the auditor's word."""

    job: Job
    ended_by_attempt: int
    zombie_seconds: float
    refusals: Sequence[str]
    audit: Audit

    def __str__(self) -> str:
        return (
            f"{self.job.kind} ended by attempt {self.ended_by_attempt}, zombie gone after {self.zombie_seconds:.1f} s"
        )

    @property
    def faults(self) -> dict[str, object]:
        """What is wrong with it, by kind; nothing when the zombie changed nothing, and was told that it may not."""
        found: dict[str, object] = dict(self.audit.faults)
        if (self.job.status, self.job.attempt, self.ended_by_attempt) != ("succeeded", 2, 2):
            found["end"] = f"{self.job.status} in attempt {self.job.attempt}, ended by {self.ended_by_attempt}"
        if not self.refusals:
            found["refusal"] = "the zombie never said that the job is another's"
        return found


def wake_zombie(
    environment: Environment,
    worker: str,
    order: Callable[[Client], Job],
    *,
    is_late: bool,
    is_moment: Callable[[Environment, str, Job], bool],
) -> Awakening:
    """Freeze a worker and its children amid a job; a spare claims it.

    The zombie wakes after two leases: when the spare is at it, or late, when it has ended the job.
    """
    with environment.client() as client, ExitStack() as help_:
        job = order(client)
        with Nemesis(environment, seed=0).frozen(worker, lambda: is_moment(environment, worker, job)) as frozen:
            since = time.monotonic()
            help_.enter_context(_spare(environment, worker.partition("-")[0], is_late=is_late))
            wait_until(lambda: job.refresh().attempt > 1, TRAINING_SECONDS, "the spare claims the job")
            if is_late:
                wait_until(lambda: job.refresh().is_terminal, TRAINING_SECONDS, "the spare ends the job")
            wait_until(lambda: time.monotonic() - since > FROZEN_SECONDS, GONE_SECONDS, "two leases are over")
            assert job.refresh().is_terminal == is_late
            asleep = environment.log.stat().st_size
        seconds = wait_until(lambda: _has_let_go(environment, worker, job, frozen, asleep), GONE_SECONDS, "it is gone")
        said = [line for line in environment.lines_of(worker, asleep) if any(words in line for words in REFUSALS)]
        list(client.jobs.events(job.id))  # to their end
        *_, last = [event["data"] for event in history(client, job.id) if event["type"] == "job.status"]
        audit = Auditor(environment, client).audit([job.id])
        return Awakening(job.refresh(), last["attempt"], seconds, said, audit)


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
    """Whether the first attempt is at work: it has entered a phase; of a training, its process runs."""
    if job.kind == "training":
        return any(_works_on(job, child) for child in environment.descendants(worker))
    found = job.refresh()
    return found.status == "running" and found.phase is not None  # a mere claim may not have reached its worker


def _spare(environment: Environment, queue: str, *, is_late: bool) -> AbstractContextManager[object]:
    """The second worker; it saves an import slowly where the zombie is to wake amid that."""
    if queue == "curator" and not is_late:
        return environment.armed(queue, f"result.bytes_written=sleep:{SPARE_SECONDS}")
    return environment.helped_by(f"{queue}-2")


def _has_let_go(environment: Environment, worker: str, job: Job, frozen: Sequence[psutil.Process], asleep: int) -> bool:
    """Whether a woken worker has said so, and nothing that it had started for the job is left."""
    said = any(LEFT in line and job.id in line for line in environment.lines_of(worker, asleep))
    return said and not any(_works_on(job, child) for child in frozen[1:])


def _works_on(job: Job, process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and job.id in process.cmdline()
    except psutil.NoSuchProcess:
        return False
