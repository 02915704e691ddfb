"""The status machine, as a specification: which moves there are, what an owner may ask, what a wish becomes."""

from datetime import timedelta
from typing import Any

import pytest
from tests.factories import make_job

from maskeraid_core.errors import JobStateConflict
from maskeraid_core.jobs import (
    DEADLINE_EXCEEDED,
    NEXT_STATUSES,
    POISONED,
    CheckpointEntry,
    Job,
    JobKind,
    JobStatus,
    QueueName,
)
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import (
    Change,
    FromNow,
    JobAction,
    allowed_actions,
    asked,
    claimed,
    crashed,
    failed,
    lease_lost,
    let_go,
    past_deadline,
    succeeded,
)

TERMINAL = {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}
NOW = now()
CHECKPOINT = CheckpointEntry(key="c", sha256="0" * 64, step=1, fence=1, created_at=NOW)


def training(status: JobStatus, **facts: Any) -> Job:  # noqa: ANN401 any field
    return make_job(JobKind.TRAINING, status=status, **facts)


def ask(job: Job, action: JobAction) -> Change:
    change = asked(job, action, NOW)
    assert change is not None
    return change


class TestStatuses:
    def test_every_status_has_a_row(self) -> None:
        assert set(NEXT_STATUSES) == set(JobStatus)

    def test_nothing_leaves_a_terminal_status(self) -> None:
        assert {status for status in JobStatus if status.is_terminal} == TERMINAL

    def test_only_a_running_job_succeeds_or_fails(self) -> None:
        for to in (JobStatus.SUCCEEDED, JobStatus.FAILED):
            assert [status for status in JobStatus if to in NEXT_STATUSES[status]] == [JobStatus.RUNNING]

    def test_every_live_status_can_be_cancelled(self) -> None:
        live = set(JobStatus) - TERMINAL
        assert {status for status in JobStatus if JobStatus.CANCELLED in NEXT_STATUSES[status]} == live


class TestAllowedActions:
    @pytest.mark.parametrize(
        ("status", "actions"),
        [
            (JobStatus.QUEUED, ["pause", "cancel"]),
            (JobStatus.RUNNING, ["pause", "stop", "cancel"]),
            (JobStatus.PAUSED, ["resume", "cancel"]),
            (JobStatus.SUCCEEDED, []),
            (JobStatus.FAILED, ["retry"]),
            (JobStatus.CANCELLED, ["retry"]),
        ],
    )
    def test_of_a_training(self, status: JobStatus, actions: list[str]) -> None:
        assert allowed_actions(training(status)) == actions

    @pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.PAUSED])
    def test_with_a_checkpoint_there_is_something_to_stop_with(self, status: JobStatus) -> None:
        assert "stop" in allowed_actions(training(status, checkpoints=[CHECKPOINT]))

    @pytest.mark.parametrize("kind", sorted(set(JobKind) - {JobKind.TRAINING}))
    def test_only_trainings_pause_and_stop(self, kind: JobKind) -> None:
        is_erasure = kind is JobKind.DELETION
        assert allowed_actions(make_job(kind, status=JobStatus.RUNNING)) == ([] if is_erasure else ["cancel"])

    @pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.RUNNING])
    def test_what_a_deletion_has_hidden_goes_but_looking_may_be_cancelled(self, status: JobStatus) -> None:
        erasing, looking = [make_job(JobKind.DELETION, status=status, spec={"dry_run": dry}) for dry in (False, True)]
        with pytest.raises(JobStateConflict, match="hidden already: no cancel"):
            asked(erasing, JobAction.CANCEL, NOW)
        assert (allowed_actions(erasing), allowed_actions(looking)) == ([], ["cancel"])

    @pytest.mark.parametrize("wishes", [{}, {"pause_requested": True}, {"stop_requested": True}], ids=str)
    @pytest.mark.parametrize("action", sorted(set(JobAction) - {JobAction.RETRY}))
    def test_are_those_that_change_something(self, action: JobAction, wishes: dict[str, bool]) -> None:
        job = training(JobStatus.RUNNING, **wishes)
        if action in allowed_actions(job):
            assert asked(job, action, NOW) is not None
        elif not wishes.get(f"{action}_requested"):
            with pytest.raises(JobStateConflict) as refusal:
                asked(job, action, NOW)
            assert refusal.value.facts == {"current_status": "running", "allowed_actions": allowed_actions(job)}


class TestOrderOfWishes:
    def test_a_higher_one_takes_the_lower_ones_place(self) -> None:
        paused = training(JobStatus.RUNNING, pause_requested=True)
        stopped = training(JobStatus.RUNNING, stop_requested=True)
        for job, action in [(paused, JobAction.STOP), (paused, JobAction.CANCEL), (stopped, JobAction.CANCEL)]:
            wishes = {name for name, is_wished in ask(job, action).facts.items() if is_wished is True}
            assert wishes == {f"{action}_requested"}

    def test_a_lower_one_is_refused(self) -> None:
        cancelled = training(JobStatus.RUNNING, cancel_requested=True)
        stopped = training(JobStatus.RUNNING, stop_requested=True)
        for job, action in [(cancelled, JobAction.STOP), (cancelled, JobAction.PAUSE), (stopped, JobAction.PAUSE)]:
            with pytest.raises(JobStateConflict):
                asked(job, action, NOW)

    def test_a_change_holds_only_while_the_wishes_are_as_they_were_read(self) -> None:
        change = succeeded(training(JobStatus.RUNNING), None)
        assert change.where["cancel_requested"] is False


class TestRepeating:
    @pytest.mark.parametrize(
        ("action", "status", "facts"),
        [
            (JobAction.CANCEL, JobStatus.CANCELLED, {}),
            (JobAction.CANCEL, JobStatus.RUNNING, {"cancel_requested": True}),
            (JobAction.PAUSE, JobStatus.PAUSED, {}),
            (JobAction.PAUSE, JobStatus.RUNNING, {"pause_requested": True}),
            (JobAction.STOP, JobStatus.RUNNING, {"stop_requested": True}),
            (JobAction.STOP, JobStatus.SUCCEEDED, {"result": {"stopped_early": True}}),
            (JobAction.RESUME, JobStatus.QUEUED, {"paused_at": NOW}),
            (JobAction.RESUME, JobStatus.RUNNING, {"paused_at": NOW}),
        ],
    )
    def test_changes_nothing(self, action: JobAction, status: JobStatus, facts: dict[str, Any]) -> None:
        assert asked(training(status, **facts), action, NOW) is None

    @pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.RUNNING])
    def test_what_never_paused_cannot_be_resumed(self, status: JobStatus) -> None:
        with pytest.raises(JobStateConflict):
            asked(training(status), JobAction.RESUME, NOW)

    def test_what_succeeded_by_itself_was_not_stopped(self) -> None:
        with pytest.raises(JobStateConflict):
            asked(training(JobStatus.SUCCEEDED, result={}), JobAction.STOP, NOW)


class TestPausing:
    def test_the_deadline_stands_still(self) -> None:
        deadline, an_hour = NOW + timedelta(minutes=5), timedelta(hours=1)
        job = training(JobStatus.PAUSED, paused_at=NOW, deadline=deadline)
        assert past_deadline(job) is None
        resumed = asked(job, JobAction.RESUME, NOW + an_hour)
        assert resumed is not None
        assert resumed.facts["deadline"] == deadline + an_hour

    def test_resuming_takes_a_pending_pause_back(self) -> None:
        change = ask(training(JobStatus.RUNNING, pause_requested=True), JobAction.RESUME)
        assert (change.to, change.facts["pause_requested"]) == (None, False)

    def test_stopping_a_paused_training_sends_it_to_a_trainer_to_be_finished(self) -> None:
        change = ask(training(JobStatus.PAUSED, checkpoints=[CHECKPOINT]), JobAction.STOP)
        assert (change.to, change.facts["stop_requested"]) == (JobStatus.QUEUED, True)
        again = claimed(training(JobStatus.QUEUED, stop_requested=True), "w", 60, NOW)
        assert again is not None
        assert again.facts["stop_requested"] is True


class TestLettingGo:
    @pytest.mark.parametrize(
        ("wishes", "to"),
        [
            ({}, JobStatus.QUEUED),
            ({"stop_requested": True}, JobStatus.QUEUED),
            ({"pause_requested": True}, JobStatus.PAUSED),
            ({"cancel_requested": True}, JobStatus.CANCELLED),
        ],
    )
    def test_does_what_the_owner_wished(self, wishes: dict[str, bool], to: JobStatus) -> None:
        job = training(JobStatus.RUNNING, **wishes)
        for change in (let_go(job), crashed(job, 3, 10), lease_lost(job, 3, 10)):
            assert change.to is to
            kept = {name for name in wishes if change.facts[name]}
            assert kept == ({"stop_requested"} & set(wishes)), "what is not fulfilled stays wished"

    def test_a_cancel_comes_before_success_and_failure(self) -> None:
        job = training(JobStatus.RUNNING, cancel_requested=True, cancel_reason=DEADLINE_EXCEEDED.code)
        for change in (succeeded(job, {}), failed(job, POISONED)):
            assert (change.to, change.facts["error"]) == (JobStatus.CANCELLED, DEADLINE_EXCEEDED)

    def test_only_a_crash_is_counted_and_waits(self) -> None:
        job = training(JobStatus.RUNNING)
        assert "crashes" not in let_go(job).facts
        assert [crashed(job, 3, 10).facts[name] for name in ("crashes", "not_before")] == [1, FromNow(10)]

    def test_waits_grow_and_end(self) -> None:
        second, third = (crashed(training(JobStatus.RUNNING, crashes=crashes), 3, 10) for crashes in (1, 2))
        assert (second.facts["not_before"], third.to, third.facts["error"]) == (FromNow(60), JobStatus.FAILED, POISONED)

    def test_a_lost_lease_must_be_the_one_that_was_read(self) -> None:
        assert lease_lost(training(JobStatus.RUNNING, lease_until=NOW), 3, 10).where["lease_until"] == NOW


class TestKinds:
    def test_every_kind_has_an_id_prefix_and_a_queue_of_its_own_workers(self) -> None:
        assert len({kind.id_prefix for kind in JobKind}) == len(JobKind)
        assert {kind.queue for kind in JobKind} == set(QueueName) - {QueueName.NOTIFIER}
