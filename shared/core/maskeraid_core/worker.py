"""The life of a claimed job: look, claim, beat, report, and record what came out. Knows nothing of what a job does."""

import asyncio
import os
import platform
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import structlog
from pymongo.errors import PyMongoError

from maskeraid_core.errors import MaskeraidError
from maskeraid_core.held import CancelAsked, Crash, HandBack, Held, LeaseLost, PauseHonoured
from maskeraid_core.jobs import POISONED, JobError, JobStatus, OutboxEntry, QueueName, reason_of_cancel
from maskeraid_core.news import wait_for_news, wish_subject
from maskeraid_core.outbox import drain
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.jobs import Claim, JobMoves
from maskeraid_core.repositories.workers import WorkerRepository

log = structlog.get_logger()

WORKER_BEAT_SECONDS = 10.0
ANNOUNCE_SECONDS = 1.0  # a job that is over sooner tells of its start together with its end


class Worker:
    """One process that carries out the jobs of one queue."""

    def __init__(self, port: PortalStores, queue: QueueName, **facts: object) -> None:
        """Begin to say that this worker lives, with `facts` (plain JSON values) about it."""
        self.name = f"{queue}-{platform.node()}-{os.getpid()}"
        self.is_leaving = threading.Event()
        self._port = port
        self._queue = queue
        self._moves = JobMoves(port.stores.database)
        self._facts = {"host": platform.node(), "pid": os.getpid(), **facts}
        self._beats = port.portal.start_task_soon(self._beat_worker)

    @property
    def stores(self) -> Stores:
        return self._port.stores

    @property
    def port(self) -> PortalStores:
        return self._port

    def claim(self, first_id: str | None) -> Claim | None:
        """Claim the job that the bell named, else the oldest that waits; None when nothing can be claimed."""
        return None if self.is_leaving.is_set() else self._port.call(self._claim, first_id)

    def claims(self, first_id: str) -> Iterator[Claim]:
        """Claim one job after the other until nothing waits.

        Celery looks for the next message only every half second or so once its threads are busy (two re-imagings a
        second, where the machine can do twenty); the documents are the queue, so whoever is done looks there.
        """
        claim = self.claim(first_id)
        while claim is not None:
            yield claim
            claim = self.claim(None)

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
            yield held
        except LeaseLost:
            log.warning("lease lost, nothing more is written")
        except CancelAsked:
            self._cancel(held)
        except HandBack:
            self._hand_back(held)
        except PauseHonoured:
            self._pause(held)
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

    async def _claim(self, first_id: str | None) -> Claim | None:
        if first_id is not None and (claim := await self._claim_one(first_id)) is not None:
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

    def _pause(self, held: Held) -> None:
        """running → paused, unless the owner took the wish back: then the job goes on, here or elsewhere."""
        where: dict[str, object] = {"cancel_requested": False, "pause_requested": True}
        facts: dict[str, object] = {"pause_requested": False, "lease_until": None}
        if not self._end(held, JobStatus.PAUSED, where, facts):
            self._hand_back(held)

    def _hand_back(self, held: Held) -> None:
        """running → queued, and this is no crash."""
        if not self._end(held, JobStatus.QUEUED, {"cancel_requested": False}, {"lease_until": None}):
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
        held.good_until = time.monotonic() + settings.lease_seconds
        async with self.stores.news.about(wish_subject(held.job.id)) as wish:
            await wait_for_news(wish, min(ANNOUNCE_SECONDS, settings.heartbeat_seconds))
            while not held.is_lost:
                asked_at = time.monotonic()
                try:
                    await held.announce()
                    wishes = await self._moves.renew(held.claim, settings.lease_seconds)
                except PyMongoError as error:
                    log.warning("heartbeat not heard", error=str(error))
                    wishes = held.wishes if asked_at < held.good_until else None
                else:
                    held.good_until = asked_at + settings.lease_seconds
                held.learn(wishes)
                await wait_for_news(wish, settings.heartbeat_seconds)

    async def _beat_worker(self) -> None:
        while True:
            try:
                await WorkerRepository(self.stores.database).beat(self.name, self._queue, self._facts)
            except PyMongoError as error:
                log.warning("worker's beat not heard", error=str(error))
            await asyncio.sleep(WORKER_BEAT_SECONDS)


def is_domain_error(error: BaseException) -> bool:
    """Whether the error says in the domain's words why the job cannot be done. The science has a tree of its own."""
    return isinstance(error, MaskeraidError) or (hasattr(error, "code") and hasattr(error, "facts"))


def error_of(error: BaseException) -> JobError:
    """A domain error as the job shows it."""
    code, facts = getattr(error, "code", "internal"), getattr(error, "facts", {})
    return JobError(code=code, message=str(error), retryable=bool(getattr(error, "retryable", False)), facts=facts)


def _last_words(error: Exception) -> JobError:
    """What a job that is given up after this crash says."""
    facts = {"last_error": type(error).__name__, **getattr(error, "facts", {})}
    if isinstance(error, MemoryError):
        message = str(error) or "The worker ran out of memory."
        return JobError(code="out_of_memory", message=message, retryable=True, facts=facts)
    message = f"{POISONED.message} The last time: {error}." if isinstance(error, Crash) else POISONED.message
    return POISONED.model_copy(update={"message": message, "facts": facts})
