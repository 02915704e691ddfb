"""The table of legal moves, as a specification."""

import pytest
from tests.factories import make_job

from maskeraid_core.jobs import NEXT_STATUSES, JobKind, JobStatus, QueueName

TERMINAL = {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}


class TestStatuses:
    def test_every_status_has_a_row(self) -> None:
        assert set(NEXT_STATUSES) == set(JobStatus)

    def test_nothing_leaves_a_terminal_status(self) -> None:
        assert {status for status in JobStatus if status.is_terminal} == TERMINAL

    def test_only_a_running_job_succeeds(self) -> None:
        assert [status for status in JobStatus if JobStatus.SUCCEEDED in NEXT_STATUSES[status]] == [JobStatus.RUNNING]

    def test_every_live_status_can_be_cancelled(self) -> None:
        live = set(JobStatus) - TERMINAL
        assert {status for status in JobStatus if JobStatus.CANCELLED in NEXT_STATUSES[status]} == live

    @pytest.mark.parametrize("status", JobStatus)
    def test_cancel_is_offered_where_it_is_possible(self, status: JobStatus) -> None:
        assert ("cancel" in make_job(status=status).allowed_actions) == (status not in TERMINAL)


class TestKinds:
    def test_every_kind_has_an_id_prefix_and_a_queue_of_its_own_workers(self) -> None:
        assert len({kind.id_prefix for kind in JobKind}) == len(JobKind)
        assert {kind.queue for kind in JobKind} == set(QueueName) - {QueueName.NOTIFIER}
