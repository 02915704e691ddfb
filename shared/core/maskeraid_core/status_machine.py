"""What may become of a job: each move and each wish as a pure value, a compare-and-set that is still to be made.

The one table of moves. Whoever wants something of a job reads it, asks here, and hands the `Change` to JobMoves.move;
when the job has changed meanwhile nothing happens, and it is asked again of what the job is by then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from maskeraid_core.errors import JobStateConflict
from maskeraid_core.jobs import (
    DEADLINE_EXCEEDED,
    POISONED,
    Job,
    JobError,
    JobKind,
    JobStatus,
    OutboxEntry,
    poisoned_unseen,
    reason_of_cancel,
)

LATER_CRASHES = 6  # times the wait after the first crash


@dataclass(frozen=True)
class FromNow:
    """A time, counted by the database's clock from the moment of the change."""

    seconds: float = 0.0


@dataclass(frozen=True)
class Change:
    """One compare-and-set: the fields that must be as they were read, and what they and others become."""

    where: Mapping[str, object]  # equal, or `{"$lte": …}`
    facts: Mapping[str, object]
    outbox: Sequence[OutboxEntry] = ()  # what follows it, beside the telling of it

    @property
    def to(self) -> JobStatus | None:
        """The status that the job comes to; None when the change is a wish."""
        to = self.facts.get("status")
        return to if isinstance(to, JobStatus) else None


class JobAction(StrEnum):
    """What an owner may ask of a job. Of three wishes the higher takes the lower one's place: cancel, stop, pause."""

    PAUSE = "pause"  # a training: free its worker, keep its newest checkpoint
    RESUME = "resume"  # a paused training, or one that has not yet paused
    STOP = "stop"  # a training: end now, and keep what it has learned
    CANCEL = "cancel"  # end, and drop what was made
    RETRY = "retry"  # of one that failed or was cancelled: a new job with the same specification


class _Refused(Exception):
    """The job's status, or a higher wish, does not allow the action."""


ONLY_TRAININGS = frozenset({JobAction.PAUSE, JobAction.RESUME, JobAction.STOP})
_TIMES = ("created_at", "updated_at", "not_before", "rang_at", "deadline")
_WISHES = ("cancel_requested", "pause_requested", "stop_requested")
_NO_WISHES = dict.fromkeys(_WISHES, False)


def accepted(job: Job, at: datetime) -> Job:
    """The job by the database's clock, where it is `at` now: that of the gateway may be wrong by minutes."""
    times = {name: given + (at - job.created_at) for name in _TIMES if (given := getattr(job, name)) is not None}
    return job.model_copy(update=times)


# Asked by the owner, or by the deadline.


def asked(job: Job, action: JobAction, at: datetime) -> Change | None:
    """What an action makes of a job; None when it is under way or in effect.

    Args:
        at: the database's time, asked for just before.

    Raises:
        JobStateConflict: the job's status does not allow it.
    """
    try:
        return _ask(job, action, at)
    except _Refused:
        raise conflict(job, action) from None


def allowed_actions(job: Job) -> list[JobAction]:
    """What would be accepted now and would change something."""
    return [action for action in JobAction if _is_allowed(job, action)]


def conflict(job: Job, action: JobAction) -> JobStateConflict:
    """Why an action is refused, and what would not be."""
    allowed = [str(action) for action in allowed_actions(job)]
    wishes = "".join(f", its {wish.partition('_')[0]} is under way" for wish in _WISHES if getattr(job, wish))
    hidden = ", and what it deletes is hidden already" if erases(job) and not job.status.is_terminal else ""
    return JobStateConflict(
        f"This {job.kind} is {job.status}{wishes}{hidden}: no {action}.",
        current_status=str(job.status),
        allowed_actions=allowed,
    )


def erases(job: Job) -> bool:
    """Whether it has hidden what it deletes, from its order on: it goes on, for half of it helps nobody."""
    return job.kind is JobKind.DELETION and not job.spec.get("dry_run")


def past_deadline(job: Job) -> Change | None:
    """A job whose time is over is cancelled; None when it is already on its way, or stands still."""
    if job.status is JobStatus.QUEUED:
        return _move(job, JobStatus.CANCELLED, error=DEADLINE_EXCEEDED)
    if job.status is JobStatus.RUNNING and not job.cancel_requested:
        return _wish(job, cancel_requested=True, cancel_reason=DEADLINE_EXCEEDED.code)
    return None


def _pause(job: Job, _: datetime) -> Change | None:
    if job.status is JobStatus.PAUSED or job.pause_requested:
        return None
    if job.status.is_terminal or job.cancel_requested or job.stop_requested:
        raise _Refused
    return _pausing(job) if job.status is JobStatus.QUEUED else _wish(job, pause_requested=True, paused_at=FromNow())


def _resume(job: Job, at: datetime) -> Change | None:
    if job.status is JobStatus.PAUSED:
        return _requeued(job, at)
    if job.pause_requested:
        return _wish(job)
    if job.status.is_terminal or job.paused_at is None:
        raise _Refused
    return None


def _stop(job: Job, at: datetime) -> Change | None:
    has_stopped = job.status is JobStatus.SUCCEEDED and bool((job.result or {}).get("stopped_early"))
    if has_stopped or job.stop_requested:
        return None
    has_something_to_keep = job.status is JobStatus.RUNNING or bool(job.checkpoints)
    if job.status.is_terminal or job.cancel_requested or not has_something_to_keep:
        raise _Refused
    return (
        _requeued(job, at, stop_requested=True) if job.status is JobStatus.PAUSED else _wish(job, stop_requested=True)
    )


def _cancel(job: Job, _: datetime) -> Change | None:
    if job.status is JobStatus.CANCELLED or job.cancel_requested:
        return None
    if job.status.is_terminal or erases(job):
        raise _Refused
    return _wish(job, cancel_requested=True) if job.status is JobStatus.RUNNING else _move(job, JobStatus.CANCELLED)


_ASKED: Mapping[JobAction, Callable[[Job, datetime], Change | None]] = {
    JobAction.PAUSE: _pause, JobAction.RESUME: _resume, JobAction.STOP: _stop, JobAction.CANCEL: _cancel,
}  # fmt: skip


def _ask(job: Job, action: JobAction, at: datetime) -> Change | None:
    if action is JobAction.RETRY or (action in ONLY_TRAININGS and job.kind is not JobKind.TRAINING):
        raise _Refused  # a retry changes nothing in the job that is retried
    return _ASKED[action](job, at)


def _is_allowed(job: Job, action: JobAction) -> bool:
    if action is JobAction.RETRY:
        return job.status in (JobStatus.FAILED, JobStatus.CANCELLED) or _has_left_something(job)
    try:
        return _ask(job, action, job.updated_at) is not None
    except _Refused:
        return False


def _has_left_something(job: Job) -> bool:
    """A batch succeeds with what it could do; what it could not may be tried again."""
    result = job.result or {}
    return job.kind is JobKind.BATCH and job.status is JobStatus.SUCCEEDED and result["succeeded"] < result["total"]


# Made by the worker that owns the job, and by the sweeper in the place of one that is gone.


def claimed(job: Job, worker: str, lease_seconds: float, at: datetime) -> Change | None:
    """queued → running under a new fence, if it may run at `at`; None when it does not wait."""
    if job.status is not JobStatus.QUEUED:
        return None
    change = _move(
        job, JobStatus.RUNNING, fence=job.fence + 1, worker=worker, lease_until=FromNow(lease_seconds),
        heartbeat_at=FromNow(), started_at=job.started_at or FromNow(), stop_requested=job.stop_requested,
    )  # fmt: skip
    return replace(change, where={**change.where, "not_before": {"$lte": at}})


def succeeded(job: Job, result: dict[str, Any] | None, effects: Sequence[OutboxEntry] = ()) -> Change:
    """The work is done, and `effects` follow; a cancel that was accepted before comes first."""
    if job.cancel_requested:
        return _cancelled(job)
    return replace(_move(job, JobStatus.SUCCEEDED, result=result, phase="done"), outbox=effects)


def failed(job: Job, error: JobError) -> Change:
    """The work cannot be done; a cancel that was accepted before comes first."""
    return _cancelled(job) if job.cancel_requested else _move(job, JobStatus.FAILED, error=error)


def let_go(job: Job) -> Change:
    """The worker no longer works on it, and this is no crash: the wishes say what becomes of it."""
    if job.cancel_requested:
        return _cancelled(job)
    if job.pause_requested:
        return _pausing(job)
    return _move(job, JobStatus.QUEUED, lease_until=None, stop_requested=job.stop_requested)


def crashed(job: Job, limit: int, delay_seconds: float, error: JobError = POISONED) -> Change:
    """The worker died at it: once more, later and later, or to the end when that was the crash number `limit`."""
    if job.cancel_requested or job.pause_requested:
        return let_go(job)
    crashes = job.crashes + 1
    if crashes >= limit:
        change = _move(job, JobStatus.FAILED, error=error, crashes=crashes)
    else:
        delay = FromNow(delay_seconds * (1 if crashes == 1 else LATER_CRASHES))
        told = {} if error is POISONED else {"last_crash": error}
        change = replace(let_go(job), facts={**let_go(job).facts, "crashes": crashes, "not_before": delay, **told})
    return replace(change, where={**change.where, "crashes": job.crashes})  # a new checkpoint sets it to 0


def cancelled_with(owner: Job, job: Job) -> Change:
    """A job that waits, and whose owner (its batch) has ended or is to end: cancelled, for the owner's reason."""
    reasons = (owner.cancel_reason, owner.error.code if owner.error else None)
    return _move(job, JobStatus.CANCELLED, error=DEADLINE_EXCEEDED if DEADLINE_EXCEEDED.code in reasons else None)


def lease_lost(job: Job, limit: int, delay_seconds: float) -> Change:
    """As a crash, unless a heartbeat has renewed the lease meanwhile."""
    is_last = job.crashes + 1 >= limit
    change = crashed(job, limit, delay_seconds, poisoned_unseen(job) if is_last else POISONED)
    return replace(change, where={**change.where, "lease_until": job.lease_until})


def _cancelled(job: Job) -> Change:
    return _move(job, JobStatus.CANCELLED, error=reason_of_cancel(job))


def _pausing(job: Job) -> Change:
    return _move(job, JobStatus.PAUSED, lease_until=None, paused_at=FromNow())


def _requeued(job: Job, at: datetime, **facts: object) -> Change:
    """From paused: the deadline moves by as long as the job stood still."""
    paused_for = at - (job.paused_at or at)
    deadline = job.deadline + paused_for if job.deadline else None
    return _move(job, JobStatus.QUEUED, deadline=deadline, not_before=FromNow(), rang_at=FromNow(), **facts)


def _move(job: Job, to: JobStatus, **facts: object) -> Change:
    """A change of status takes every wish back, unless `facts` keeps one."""
    ending = {"finished_at": FromNow()} if to.is_terminal else {}
    return Change(_as_read(job), {"status": to, **_NO_WISHES, **ending, **facts})


def _wish(job: Job, **facts: object) -> Change:
    """A wish takes the place of another."""
    return Change(_as_read(job), {**_NO_WISHES, **facts})


def _as_read(job: Job) -> dict[str, object]:
    return {"status": job.status, "fence": job.fence, **{wish: getattr(job, wish) for wish in _WISHES}}
