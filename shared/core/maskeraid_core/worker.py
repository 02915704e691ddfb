"""The life of a claimed job: look, claim, beat, report, and record what came out. Knows nothing of what a job does."""

import asyncio
import os
import platform
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from pymongo.errors import PyMongoError

from maskeraid_core.errors import MaskeraidError
from maskeraid_core.jobs import (
    POISONED,
    CheckpointEntry,
    Job,
    JobError,
    JobStatus,
    OutboxEntry,
    Phase,
    Progress,
    QueueName,
    reason_of_cancel,
)
from maskeraid_core.news import wait_for_news
from maskeraid_core.outbox import drain
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.events import EventLine, EventRepository
from maskeraid_core.repositories.jobs import Claim, JobMoves, Wishes
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.workers import WorkerRepository

log = structlog.get_logger()

WORKER_BEAT_SECONDS = 10.0
NO_WISHES = Wishes(cancel=False, pause=False, stop=False)


class CancelAsked(Exception):
    """The owner, or the deadline, wants the job to end."""


class LeaseLost(Exception):
    """The job belongs to another worker now: write nothing more."""


class HandBack(Exception):
    """The worker is leaving: the job goes back to the queue, and this is no crash."""


class Crash(Exception):
    """The part that did the work died without an answer; `facts` (plain JSON values) are kept with the job's error."""

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail)
        self.facts = facts


@dataclass
class Held:
    """A job while it is ours: what the work may say, and what it must know."""

    claim: Claim
    _port: PortalStores
    result: dict[str, Any] | None = None
    effects: list[OutboxEntry] = field(default_factory=list)  # follow the move to `succeeded`
    wishes: Wishes = NO_WISHES
    is_lost: bool = False
    changed: threading.Event = field(default_factory=threading.Event)  # set on new wishes or a lost lease
    _lines: int = 0
    _phases: list[Phase] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._warnings = list(self.job.warnings)
        self._checkpoints = list(self.job.checkpoints)

    @property
    def job(self) -> Job:
        return self.claim.job

    @property
    def stores(self) -> Stores:
        return self._port.stores

    def check(self) -> None:
        """Raise CancelAsked or LeaseLost when the work should not go on."""
        if self.is_lost:
            raise LeaseLost
        if self.wishes.cancel:
            raise CancelAsked

    def enter(self, phase: str) -> None:
        """Begin a phase: for people only."""
        at = now()
        closed = [part if part.ended_at else part.model_copy(update={"ended_at": at}) for part in self._phases]
        self._phases[:] = [*closed, Phase(name=phase, started_at=at)]
        self._note(phase=phase, phases=self._phases)
        self.tell("job.phase", {"phase": phase})

    def report(self, progress: Progress, metrics: dict[str, float] | None = None, *, stored: bool = True) -> None:
        """Say how far the job is; the caller decides how often (at most every 2 s, stored as an event every 5 s)."""
        progress = progress.model_copy(update={"updated_at": now()})
        self._note(progress=progress, **({"latest_metrics": metrics} if metrics else {}))
        if stored:
            phase = self._phases[-1].name if self._phases else None
            self.tell("job.progress", {"phase": phase, **progress.model_dump(mode="json")})

    def tell(self, event_type: str, data: dict[str, Any], *, key: str | None = None) -> None:
        """Append a line to the job's history."""
        self._lines += 1
        line = EventLine(key or f"{event_type}:{self.claim.fence}:{self._lines}", event_type, data)
        self._port.call(
            EventRepository(self.stores.database).append,
            self.job.id, self.job.tenant, self.claim.fence, now(), line,
        )  # fmt: skip
        self._port.call(self.stores.news.publish, self.job.id)

    def warn(self, code: str, detail: str) -> None:
        """Tell the owner something that needs attention; shown with the job."""
        self._warnings.append({"code": code, "detail": detail})
        self._note(warnings=self._warnings)
        self.tell("job.warning", {"code": code, "detail": detail})

    def checkpoint(self, entry: CheckpointEntry) -> list[CheckpointEntry]:
        """Put a checkpoint in front, keep two, return what fell out; a higher step starts the count of crashes anew."""
        everything = [entry, *self._checkpoints]
        kept = everything[:2]
        is_further = not self._checkpoints or entry.step > self._checkpoints[0].step
        self._note(checkpoints=kept, **({"crashes": 0} if is_further else {}))
        self._checkpoints = kept
        self.tell("job.checkpoint", {"step": entry.step})
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
        if not self._port.call(JobMoves(self.stores.database).note, self.claim, **facts):
            self.is_lost = True
            raise LeaseLost


class Worker:
    """One process that carries out the jobs of one queue."""

    def __init__(self, port: PortalStores, queue: QueueName) -> None:
        self.name = f"{queue}-{platform.node()}-{os.getpid()}"
        self.is_leaving = threading.Event()
        self._port = port
        self._queue = queue
        self._moves = JobMoves(port.stores.database)
        self._beats = port.portal.start_task_soon(self._beat_worker)

    @property
    def stores(self) -> Stores:
        return self._port.stores

    @property
    def port(self) -> PortalStores:
        return self._port

    def claim(self, first_id: str) -> Claim | None:
        """Claim the job that the bell named, else the oldest that waits; None when nothing can be claimed."""
        return None if self.is_leaving.is_set() else self._port.call(self._claim, first_id)

    def claims(self, first_id: str) -> Iterator[Claim]:
        """Claim one job after the other until nothing waits.

        Celery looks for the next message only every half second or so once its threads are busy (two re-imagings a
        second, where the machine can do twenty); the documents are the queue, so whoever is done looks there.
        """
        while (claim := self.claim(first_id)) is not None:
            yield claim

    @contextmanager
    def holding(self, claim: Claim) -> Iterator[Held]:
        """Keep a job ours while the body runs, then record what came out of it.

        The body sets `held.result`. A domain error becomes FAILED with its code; CancelAsked, HandBack, and LeaseLost
        mean what they say; any other exception is a crash.
        """
        held = Held(claim, self._port)
        beating = self._port.portal.start_task_soon(self._beat, held)
        structlog.contextvars.bind_contextvars(**claim.job.log_context())
        started = time.monotonic()
        try:
            self._port.call(drain, self.stores, claim.job)
            yield held
        except LeaseLost:
            log.warning("lease lost, nothing more is written")
        except CancelAsked:
            self._cancel(held)
        except HandBack:
            self._end(held, JobStatus.QUEUED, facts={"lease_until": None})
        except PyMongoError as error:
            log.error("database out of reach, left to the sweeper", error=str(error))
        except Exception as error:
            self._record_error(held, error)
        else:
            self._succeed(held)
        finally:
            beating.cancel()
            log.info("job left", seconds=round(time.monotonic() - started, 3))
            structlog.contextvars.unbind_contextvars(*claim.job.log_context())

    def close(self) -> None:
        """Say that this worker is gone."""
        self._beats.cancel()
        self._port.call(WorkerRepository(self.stores.database).leave, self.name)

    async def _claim(self, first_id: str) -> Claim | None:
        if (claim := await self._claim_one(first_id)) is not None:
            return claim
        for job_id in await self._moves.oldest_queued(self._queue):
            if (claim := await self._claim_one(job_id)) is not None:
                return claim
        return None

    async def _claim_one(self, job_id: str) -> Claim | None:
        return await self._moves.claim(job_id, self.name, self.stores.settings.lease_seconds, self._queue)

    def _succeed(self, held: Held) -> None:
        """running → succeeded, unless a cancel was accepted before: both look at the same field."""
        facts: dict[str, object] = {"result": held.result, "phase": "done"}
        if not self._end(held, JobStatus.SUCCEEDED, {"cancel_requested": False}, facts, held.effects):
            self._cancel(held)

    def _cancel(self, held: Held) -> None:
        job = self._port.call(self._moves.get, held.job.id)
        if job is not None and job.cancel_requested:
            self._end(held, JobStatus.CANCELLED, error=reason_of_cancel(job))

    def _record_error(self, held: Held, error: Exception) -> None:
        if is_domain_error(error):
            log.info("job failed", code=error_of(error).code, error=str(error))
            self._end(held, JobStatus.FAILED, error=error_of(error))
            return
        log.error("job crashed", exc_info=error)
        moved = self._port.call(
            self._moves.move_after_crash,
            held.job, self.stores.settings, where={"fence": held.claim.fence}, error=_last_words(error),
        )  # fmt: skip
        if moved:
            self._port.call(drain, self.stores, moved)

    def _end(
        self,
        held: Held,
        to: JobStatus,
        where: dict[str, object] | None = None,
        facts: dict[str, object] | None = None,
        effects: Iterable[OutboxEntry] = (),
        error: JobError | None = None,
    ) -> bool:
        """Move under our fence and carry the outbox out; False when the job was not ours to move."""
        guard: dict[str, object] = {"fence": held.claim.fence, **(where or {})}
        moved = self._port.call(self._moves.move, held.job, to, where=guard, facts=facts, error=error, outbox=effects)
        if moved is None:
            return False
        self._port.call(drain, self.stores, moved)
        return True

    async def _beat(self, held: Held) -> None:
        """Renew the lease until the job ends; a wish wakes the beat, a lost lease ends it."""
        settings = self.stores.settings
        good_until = time.monotonic() + settings.lease_seconds
        async with self.stores.news.about(wish_subject(held.job.id)) as wish:
            while not held.is_lost:
                await wait_for_news(wish, settings.heartbeat_seconds)
                asked_at = time.monotonic()
                try:
                    wishes = await self._moves.renew(held.claim, settings.lease_seconds)
                except PyMongoError as error:
                    log.warning("heartbeat not heard", error=str(error))
                    wishes = held.wishes if asked_at < good_until else None
                else:
                    good_until = asked_at + settings.lease_seconds
                held.learn(wishes)

    async def _beat_worker(self) -> None:
        facts = {"host": platform.node(), "pid": os.getpid()}
        while True:
            try:
                await WorkerRepository(self.stores.database).beat(self.name, self._queue, facts)
            except PyMongoError as error:
                log.warning("worker's beat not heard", error=str(error))
            await asyncio.sleep(WORKER_BEAT_SECONDS)


def wish_subject(job_id: str) -> str:
    """What the API publishes on when a running job's owner wishes something."""
    return f"wish:{job_id}"


def is_domain_error(error: BaseException) -> bool:
    """Whether the error says in the domain's words why the job cannot be done. The science has a tree of its own."""
    return isinstance(error, MaskeraidError) or (hasattr(error, "code") and hasattr(error, "facts"))


def error_of(error: BaseException) -> JobError:
    """A domain error as the job shows it."""
    code, facts = getattr(error, "code", "internal"), getattr(error, "facts", {})
    return JobError(code=code, message=str(error), retryable=bool(getattr(error, "retryable", False)), facts=facts)


def _last_words(error: Exception) -> JobError:
    if isinstance(error, MemoryError):
        return JobError(code="out_of_memory", message="The worker ran out of memory.", retryable=True)
    facts = {"last_error": type(error).__name__, **getattr(error, "facts", {})}
    return POISONED.model_copy(update={"facts": facts})
