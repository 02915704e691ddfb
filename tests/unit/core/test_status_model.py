"""Any order of events keeps the rules: workers that die, freeze, and wake, owners that change their minds, late and
doubled messages, clocks that are wrong by minutes. MASKERAID_TEST_EXAMPLES asks for more than the everyday 500 runs.
"""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.unit.core.job_world import CRASH_LIMIT, LEASE_SECONDS, Holder, Late, World

from maskeraid_core.errors import JobStateConflict
from maskeraid_core.jobs import DEADLINE_EXCEEDED, POISONED, Job, JobError, JobKind, JobStatus
from maskeraid_core.status_machine import (
    Change,
    JobAction,
    asked,
    claimed,
    crashed,
    failed,
    lease_lost,
    let_go,
    past_deadline,
    succeeded,
)

EXAMPLES = int(os.environ.get("MASKERAID_TEST_EXAMPLES", "500"))
STEPS = 40
SKEW = st.integers(-300, 300).map(lambda seconds: timedelta(seconds=seconds))
PICK = st.integers(0, 3)
KINDS = ([JobKind.TRAINING], [JobKind.REIMAGING], [JobKind.TRAINING, JobKind.TRAINING])
ACTIONS = st.sampled_from([action for action in JobAction if action is not JobAction.RETRY])
NO_FACE = JobError(code="no_face", message="No face was found in the photo.")
WISHES = ("cancel_requested", "pause_requested", "stop_requested")


class JobModel(RuleBasedStateMachine):
    """Rules are what may happen; invariants are what must hold after each of them."""

    is_fenced = True

    def __init__(self) -> None:
        super().__init__()
        self.world = World(is_fenced=self.is_fenced)

    # What may happen.

    @initialize(kinds=st.sampled_from(KINDS), deadline=st.none() | st.integers(30, 900), skew=SKEW)
    def accept(self, kinds: Sequence[JobKind], deadline: int | None, skew: timedelta) -> None:
        for kind in kinds:
            self.world.accept(kind, deadline, skew)

    @rule(seconds=st.sampled_from([1, 15, 61, 400]))
    def wait(self, seconds: int) -> None:
        self.world.now += timedelta(seconds=seconds)

    @rule(pick=PICK, is_late=st.booleans())
    def look(self, pick: int, is_late: bool) -> None:
        """A worker looks at a job: told by its bell, by an old one, or by itself."""
        job = self._job(pick)
        change = claimed(job, "w", LEASE_SECONDS, self.world.now)
        self._send(job, change, is_late=is_late, arrived=lambda: self._hold(job.id))

    @precondition(lambda self: self.world.holders)
    @rule(pick=PICK)
    def beat(self, pick: int) -> None:
        self.world.note(self._holder(pick), lease_until=self.world.now + timedelta(seconds=LEASE_SECONDS))

    @precondition(lambda self: self.world.holders)
    @rule(pick=PICK)
    def keep_checkpoint(self, pick: int) -> None:
        holder = self._holder(pick)
        self.world.note(holder, checkpoints=[self.world.checkpoint(holder.job)], crashes=0)

    @rule(pick=PICK, action=ACTIONS, is_late=st.booleans())
    def ask(self, pick: int, action: JobAction, is_late: bool) -> None:
        job = self._job(pick)

        def answer() -> None:
            self.world.seen[job.id].is_cancel_answered |= action is JobAction.CANCEL

        is_late = is_late and job.status is not JobStatus.PAUSED  # how long it was paused, is asked for just before
        try:
            change = asked(job, action, self.world.now)
        except JobStateConflict:
            return
        if change is None:
            answer()
        else:
            self._send(job, change, is_late=is_late, arrived=answer)

    @precondition(lambda self: self.world.holders)
    @rule(pick=PICK, how=st.sampled_from(["succeeded", "failed", "let go", "crashed"]))
    def end_work(self, pick: int, how: str) -> None:
        """A worker ends its work on what it holds, or believes to hold."""
        holder = self._holder(pick)
        job = holder.job
        for _ in range(2):  # as it was at the claim, then as it is
            if (job.status, job.fence) != (JobStatus.RUNNING, holder.job.fence):
                break
            if self.world.apply(job.id, self._end(job, how), holder):
                break
            job = self.world.jobs[job.id]

    @rule(is_late=st.booleans())
    def sweep(self, is_late: bool) -> None:
        """One of any number of sweepers."""
        for job in list(self.world.jobs.values()):
            if job.deadline and job.deadline < self.world.now:
                self._send(job, past_deadline(job), is_late=is_late)
            if job.status is JobStatus.RUNNING and job.lease_until and job.lease_until < self.world.now:
                self._send(job, lease_lost(job, CRASH_LIMIT, 10), is_late=is_late)

    @precondition(lambda self: self.world.late)
    @rule(pick=PICK, is_doubled=st.booleans())
    def arrive(self, pick: int, is_doubled: bool) -> None:
        """Something that was sent long ago arrives, and may arrive again."""
        late = self.world.late[pick % len(self.world.late)]
        if not is_doubled:
            self.world.late.remove(late)
        if self.world.apply(late.job_id, late.change, late.holder):
            late.arrived()

    # What must hold.

    @invariant()
    def every_move_was_possible(self) -> None:
        """By the table, not before its time, not from a worker whose lease is good, not by an old attempt."""
        assert [fault for seen in self.world.seen.values() for fault in seen.faults] == []

    @invariant()
    def an_end_is_the_end(self) -> None:
        for seen in self.world.seen.values():
            assert not any(before.is_terminal for before, _ in seen.moves)
            assert sum(to.is_terminal for _, to in seen.moves) <= 1

    @invariant()
    def the_status_is_where_the_last_move_led(self) -> None:
        for job_id, seen in self.world.seen.items():
            assert self.world.jobs[job_id].status is (seen.moves[-1][1] if seen.moves else JobStatus.QUEUED)

    @invariant()
    def each_attempt_has_the_next_number(self) -> None:
        for job_id, seen in self.world.seen.items():
            assert seen.claimed_fences == list(range(1, self.world.jobs[job_id].fence + 1))

    @invariant()
    def a_result_is_the_last_attempts(self) -> None:
        for job in self.world.jobs.values():
            assert job.result == ({"attempt": job.fence} if job.status is JobStatus.SUCCEEDED else None)

    @invariant()
    def what_was_cancelled_never_ends_otherwise(self) -> None:
        for job_id, seen in self.world.seen.items():
            job = self.world.jobs[job_id]
            if seen.is_cancel_answered:
                assert job.status is JobStatus.CANCELLED or (job.status, job.cancel_requested) == (
                    JobStatus.RUNNING, True,
                )  # fmt: skip

    @invariant()
    def there_is_one_wish_at_most_and_none_of_what_is_done(self) -> None:
        for job in self.world.jobs.values():
            wishes = [wish for wish in WISHES if getattr(job, wish)]
            possible = {JobStatus.RUNNING: set(WISHES), JobStatus.QUEUED: {"stop_requested"}}
            assert len(wishes) <= 1
            assert set(wishes) <= possible.get(job.status, set())

    @invariant()
    def whatever_has_not_ended_can_go_on(self) -> None:
        """Waiting for a worker, leased to one, or paused by its owner: the sweeper finds the first two."""
        for job in self.world.jobs.values():
            if not job.status.is_terminal:
                assert (job.lease_until is not None) == (job.status is JobStatus.RUNNING)

    @invariant()
    def only_trainings_pause_and_stop(self) -> None:
        for job in self.world.jobs.values():
            if job.kind is not JobKind.TRAINING:
                assert job.status is not JobStatus.PAUSED
                assert not job.pause_requested
                assert not job.stop_requested

    @invariant()
    def crashes_end_a_job_at_the_limit(self) -> None:
        for job in self.world.jobs.values():
            assert job.crashes <= CRASH_LIMIT
            assert (job.crashes == CRASH_LIMIT) == (job.error == POISONED)

    @invariant()
    def the_deadline_stands_still_while_paused(self) -> None:
        for job_id, seen in self.world.seen.items():
            if seen.deadline:
                assert self.world.jobs[job_id].deadline == seen.deadline + seen.paused_for

    @invariant()
    def a_deadline_cancels_and_says_so(self) -> None:
        for job in self.world.jobs.values():
            if job.error == DEADLINE_EXCEEDED:
                assert job.status is JobStatus.CANCELLED

    def teardown(self) -> None:
        """Left alone with one good worker, everything that is not paused ends."""
        for job_id in self.world.jobs:
            for _ in range(2 * CRASH_LIMIT + 2):
                self.world.now += timedelta(seconds=LEASE_SECONDS + 70)
                self.sweep(is_late=False)
                job = self.world.jobs[job_id]
                change = claimed(job, "w", LEASE_SECONDS, self.world.now)
                if change and self.world.apply(job_id, change):
                    mine = Holder(self.world.jobs[job_id])
                    assert self.world.apply(job_id, self._end(mine.job, "succeeded"), mine)
            assert self.world.jobs[job_id].status.is_terminal or self.world.jobs[job_id].status is JobStatus.PAUSED

    def _job(self, pick: int) -> Job:
        return list(self.world.jobs.values())[pick % len(self.world.jobs)]

    def _holder(self, pick: int) -> Holder:
        """0 is the newest."""
        return self.world.holders[-1 - pick % len(self.world.holders)]

    def _hold(self, job_id: str) -> None:
        self.world.holders.append(Holder(self.world.jobs[job_id]))

    def _send(
        self, job: Job, change: Change | None, *, is_late: bool, arrived: Callable[[], None] = lambda: None
    ) -> None:
        if change is None:
            return
        late = Late(job.id, change, arrived=arrived)
        if is_late:
            self.world.late.append(late)
        elif self.world.apply(job.id, change):
            late.arrived()

    @staticmethod
    def _end(job: Job, how: str) -> Change:
        ends = {
            "succeeded": lambda: succeeded(job, {"attempt": job.fence}), "failed": lambda: failed(job, NO_FACE),
            "let go": lambda: let_go(job), "crashed": lambda: crashed(job, CRASH_LIMIT, 10),
        }  # fmt: skip
        return ends[how]()


class FencelessModel(JobModel):
    """The same world, where nobody compares fences."""

    is_fenced = False


SEARCH = settings(
    max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, print_blob=True,
    report_multiple_bugs=False, suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip


@pytest.mark.row("R8", "Hypothesis, 500 examples (10,000): no invariant broken; without the fence one is")
class TestStatusMachine:
    @pytest.mark.timeout(3600)  # ten thousand examples take minutes
    def test_keeps_its_rules_in_any_order_of_events(self) -> None:
        run_state_machine_as_test(JobModel, settings=SEARCH)

    def test_would_not_without_the_fence(self) -> None:
        with pytest.raises(AssertionError):
            run_state_machine_as_test(
                FencelessModel, settings=settings(SEARCH, max_examples=500, phases=[Phase.generate], derandomize=True)
            )
