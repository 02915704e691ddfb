"""A claimed job while it is ours: what the work may say of it, what it must know, and how it may end."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from maskeraid_core import failpoints
from maskeraid_core.jobs import CheckpointEntry, Job, JobStatus, OutboxEntry, Phase, Progress
from maskeraid_core.outbox import drain
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.claims import Claim, JobClaims, Wishes
from maskeraid_core.repositories.events import EventLine, EventRepository
from maskeraid_core.repositories.moves import notice_entry
from maskeraid_core.repositories.repository import now

NO_WISHES = Wishes(cancel=False, pause=False, stop=False)


class CancelAsked(Exception):
    """The owner, or the deadline, wants the job to end."""


class PauseHonoured(Exception):
    """The owner wished a pause: the work has stopped at its newest checkpoint."""


class LeaseLost(Exception):
    """The job belongs to another worker now: write nothing more."""


class HandBack(Exception):
    """The worker is leaving: the job goes back to the queue, and this is no crash."""


class Parked(Exception):
    """The job goes on without a worker, by what others do: it stays as it is, and is leased to nobody."""


class Crash(Exception):
    """The part that did the work died without an answer; `facts` (plain JSON values) are kept with the job's error."""

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail)
        self.facts = facts


@dataclass(eq=False)
class Held:
    """A job while it is ours: what the work may say, and what it must know.

    What raised because the database was away may be said again, as the next thing that is said: it is written once.
    So nothing is remembered as said before it was written.
    """

    claim: Claim
    _port: PortalStores
    result: dict[str, Any] | None = None
    effects: list[OutboxEntry] = field(default_factory=list)  # follow the move to `succeeded`
    afterwards: list[Callable[[], None]] = field(default_factory=list)  # when its success is written and told
    wishes: Wishes = NO_WISHES
    is_lost: bool = False
    good_until: float = math.inf  # the lease's end by the monotonic clock, as far as heartbeats were answered
    changed: threading.Event = field(default_factory=threading.Event)  # set on new wishes or a lost lease
    _lines: int = 0
    _phases: list[Phase] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._is_announced = False
        self._attention: OutboxEntry | None = None
        self._has_asked_attention = False
        self._warnings = list(self.job.warnings)
        self._checkpoints = list(self.job.checkpoints)

    @property
    def job(self) -> Job:
        return self.claim.job

    @property
    def stores(self) -> Stores:
        return self._port.stores

    def check(self) -> None:
        """Raise CancelAsked or LeaseLost when the work should not go on; needs no database to know that."""
        if self.is_lost or time.monotonic() >= self.good_until:
            raise LeaseLost
        if self.wishes.cancel:
            raise CancelAsked

    async def announce(self) -> None:
        """Tell that the job runs, once: before anything that happens in it, or when it has run for a while."""
        if not self._is_announced:
            await drain(self.stores, self.job)
            self._is_announced = True

    def enter(self, phase: str) -> None:
        """Begin a phase: for people only."""
        at = now()
        closed = [part if part.ended_at else part.model_copy(update={"ended_at": at}) for part in self._phases]
        phases = [*closed, Phase(name=phase, started_at=at)]
        self._note(phase=phase, phases=phases)
        self.tell("job.phase", {"phase": phase})
        self._phases[:] = phases

    def report(self, progress: Progress, metrics: dict[str, float] | None = None, *, stored: bool = True) -> None:
        """Say how far the job is; the caller decides how often (at most every 2 s, stored as an event every 5 s)."""
        progress = progress.model_copy(update={"updated_at": now()})
        self._note(progress=progress, **({"latest_metrics": metrics} if metrics else {}))
        if stored:
            phase = self._phases[-1].name if self._phases else None
            self.tell("job.progress", {"phase": phase, **progress.model_dump(mode="json")})

    def tell(self, event_type: str, data: dict[str, Any]) -> None:
        """Append a line to the job's history."""
        self._port.call(self.announce)
        line = EventLine.of_attempt(self.claim.fence, self._lines + 1, event_type, data)
        self._port.call(
            EventRepository(self.stores.database).append,
            self.job.id, self.job.tenant, self.claim.fence, now(), line,
        )  # fmt: skip
        self._lines += 1
        self._port.call(self.stores.news.publish, self.job.id)

    def warn(self, code: str, detail: str) -> None:
        """Tell the owner something that needs attention; shown with the job."""
        warnings = [*self._warnings, {"code": code, "detail": detail}]
        self._note(warnings=warnings)
        self.tell("job.warning", {"code": code, "detail": detail})
        self._warnings = warnings

    def ask_attention(self, code: str, detail: str) -> None:
        """Warn, and once an attempt tell the owner: collapse, over-fitting, no progress for long."""
        if not self._has_asked_attention:
            if self._attention is None:  # made once: said again, it is the same notice
                event, reason = f"{self.job.kind}.needs_attention", {"code": code, "message": detail}
                self._attention = notice_entry(event, JobStatus.RUNNING, self.claim.fence, reason=reason)
            self._port.call(self._add_notice, self._attention)
            self._has_asked_attention = True
        self.warn(code, detail)

    async def _add_notice(self, entry: OutboxEntry) -> None:
        told = await JobClaims(self.stores.database).add_notice(self.claim, entry)
        if told:
            await drain(self.stores, told)

    def checkpoint(self, entry: CheckpointEntry) -> list[CheckpointEntry]:
        """Put a checkpoint in front, keep two, return what fell out; a higher step starts the count of crashes anew."""
        others = [known for known in self._checkpoints if known.key != entry.key]  # said again: it takes no place twice
        everything = [entry, *others]
        kept = everything[:2]
        is_further = not self._checkpoints or entry.step > self._checkpoints[0].step
        failpoints.hit("checkpoint.bytes_written")
        self._note(checkpoints=kept, **({"crashes": 0} if is_further else {}))
        failpoints.hit("checkpoint.recorded")
        self.tell("job.checkpoint", {"step": entry.step})
        self._checkpoints = kept
        return everything[2:]

    def put_effect(self, effect: str, data: dict[str, Any]) -> None:
        """A change of another document that follows the job's success, and only that."""
        self.effects.append(OutboxEntry(key=f"{effect}:{self.claim.fence}", kind="effect", type=effect, data=data))

    def learn(self, wishes: Wishes | None) -> None:
        """Take in what a heartbeat found; None means that the lease is lost."""
        if wishes is None:
            self.is_lost = True
        elif wishes == self.wishes:
            return
        else:
            self.wishes = wishes
        self.changed.set()

    def _note(self, **facts: object) -> None:
        if not self._port.call(JobClaims(self.stores.database).note, self.claim, **facts):
            self.is_lost = True
            raise LeaseLost
