"""The life of a claimed job: look, claim, beat, report, and record what came out. Knows nothing of what a job does."""

import asyncio
import os
import platform
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog
from pymongo.errors import PyMongoError

from maskeraid_core import failpoints
from maskeraid_core.bells import Bells
from maskeraid_core.held import CancelAsked, HandBack, Held, LeaseLost, Parked, PauseHonoured
from maskeraid_core.jobs import Job, JobStatus, QueueName
from maskeraid_core.machine import describe_cpu, used_bytes
from maskeraid_core.news import wait_for_news, wish_subject
from maskeraid_core.outbox import drain, tend_batch
from maskeraid_core.portal import STORE_ERRORS, PortalStores, Stores
from maskeraid_core.reasons import error_of, is_domain_error, last_words
from maskeraid_core.repositories.claims import Claim, JobClaims, is_ours
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.workers import WorkerRepository
from maskeraid_core.status_machine import Change, crashed, failed, let_go, succeeded
from maskeraid_core.telling import Telling
from maskeraid_core.turns import Turns

log = structlog.get_logger()

WORKER_BEAT_SECONDS = 10.0
NO_FACTS: Mapping[str, object] = {}
RETRY_SECONDS = 0.5  # between two tries of a job's last write
ANNOUNCE_SECONDS = 1.0  # a job that is over sooner tells of its start together with its end


def end_process() -> None:
    """Ask this process to end as at a deploy."""
    os.kill(os.getpid(), signal.SIGTERM)


class Worker:
    """One process that carries out the jobs of one queue."""

    def __init__(
        self,
        port: PortalStores,
        queue: QueueName,
        *,
        facts: Mapping[str, object] = NO_FACTS,
        leave: Callable[[], None] = end_process,
        tells_later: bool = False,
    ) -> None:
        """Begin to say that this worker lives.

        Args:
            facts: what else to say about it, plain JSON values.
            leave: what a drained worker does once it holds no job.
            tells_later: take the next job before the last one is told of; for short jobs, whose success has no effects.
        """
        self.name = f"{queue}-{platform.node()}-{os.getpid()}"
        self.is_leaving = threading.Event()
        self._port = port
        self._queue = queue
        self._claims = JobClaims(port.stores.database)
        self._turns = Turns(port.stores.database, queue)
        self._bells = Bells()
        self._telling = Telling(port.stores) if tells_later else None
        self._facts = {"host": platform.node(), "pid": os.getpid(), **describe_cpu(), **facts}
        self.is_draining = False
        self._leave = leave
        self._held: set[Held] = set()
        self._beats = port.portal.start_task_soon(self._beat_worker)

    @property
    def stores(self) -> Stores:
        return self._port.stores

    @property
    def port(self) -> PortalStores:
        return self._port

    def claim(self, first_id: str | None) -> Claim | None:
        """Claim the job that the bell named, else the next of whose turn it is; None when nothing can be claimed."""
        is_over = self.is_leaving.is_set() or self.is_draining
        return None if is_over else self._port.call(self._claim, first_id)

    def claims(self, first_id: str) -> Iterator[Claim]:
        """Claim one job after the other until nothing waits.

        Celery looks for the next message only every half second or so once its threads are busy (two re-imagings a
        second, where the machine can do twenty); the documents are the queue, so whoever is done looks there.
        """
        failpoints.hit("look.received")
        claim = None if self._bells.is_answered(first_id) else self.claim(first_id)
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
        self._held.add(held)
        beating = self._port.portal.start_task_soon(self._beat, held)
        structlog.contextvars.bind_contextvars(**claim.job.log_context())
        started = time.monotonic()
        try:
            yield held
        except LeaseLost:
            log.warning("lease lost, nothing more is written")
        except (CancelAsked, PauseHonoured, HandBack):
            self._end(held, let_go)
        except Parked:
            self._park(held)
        except PyMongoError as error:
            log.error("database out of reach, left to the sweeper", error=str(error))
        except Exception as error:
            self._record_error(held, error)
        else:
            failpoints.hit("result.bytes_written")
            if self._end(held, lambda job: succeeded(job, held.result, held.effects)):
                self._follow(held)
        finally:
            beating.cancel()
            self._held.discard(held)
            self._leave_if_drained()
            log.info("job left", seconds=round(time.monotonic() - started, 3))
            structlog.contextvars.unbind_contextvars(*claim.job.log_context())

    def close(self) -> None:
        """Tell what is left to tell, and say that this worker is gone."""
        self._beats.cancel()
        if self._telling:
            self._port.call(self._telling.finish)
        self._port.call(WorkerRepository(self.stores.database).leave, self.name)

    async def _claim(self, first_id: str | None) -> Claim | None:
        lease_seconds = self.stores.settings.lease_seconds
        async for job_id in self._turns.candidates(first_id):
            if claim := await self._claims.claim(job_id, self.name, lease_seconds, self._queue):
                self._bells.note_claimed(job_id, first_id)
                await self._turns.note_claimed(claim.job)
                return claim
        return None

    def _record_error(self, held: Held, error: Exception) -> None:
        if is_domain_error(error):
            log.info("job failed", code=error_of(error).code, error=str(error))
            self._end(held, lambda job: failed(job, error_of(error)))
            return
        log.error("job crashed", exc_info=error)
        settings, words = self.stores.settings, last_words(error)
        self._end(held, lambda job: crashed(job, settings.crash_limit, settings.crash_delay_seconds, words))

    def _park(self, held: Held) -> None:
        try:
            if not self._port.call(self._claims.park, held.claim):
                log.warning("the job was no longer ours, it is not parked")
            self._port.call(tend_batch, self.stores, held.job.id)  # also what ended while we still held it
        except STORE_ERRORS as error:
            log.error("store out of reach, left to the sweeper", error=str(error))

    def _follow(self, held: Held) -> None:
        """What nobody waits for: it is lost with this process, and its errors change nothing of the job."""
        for do in held.afterwards:
            try:
                do()
            except Exception as error:
                log.error("left undone after the job's end", exc_info=error)

    def _end(self, held: Held, decide: Callable[[Job], Change]) -> bool:
        """End our work on a job by what `decide` makes of it, and carry the outbox out; False if it is not ours."""

        def decide_if_ours(job: Job) -> Change | None:
            return decide(job) if is_ours(job, held.claim) else None

        try:
            moved = self._port.call(self._settle, held, decide_if_ours)
            if moved:
                failpoints.hit("finish.moved")
                self._port.call(self._tell, moved)
                return True
            log.warning("the job was no longer ours, nothing is written")
        except STORE_ERRORS as error:
            log.error("store out of reach, left to the sweeper", error=str(error))
        return False

    async def _settle(self, held: Held, decide: Callable[[Job], Change | None]) -> Job | None:
        """Move the job, however often the database goes away, as long as the lease is good: the work is worth it."""
        moves, has_failed = JobMoves(self.stores.database), False
        while True:
            try:
                moved = await moves.settle(held.job, decide)
                return await self._moved_before(held) if has_failed and moved is None else moved
            except PyMongoError as error:
                if time.monotonic() >= held.good_until:
                    raise
                log.warning("end not written, will be tried again", error=str(error))
            has_failed = True
            await asyncio.sleep(RETRY_SECONDS)

    async def _moved_before(self, held: Held) -> Job | None:
        """The job as a write of unknown outcome left it; None when it did not happen, and another has the job now."""
        job = await JobMoves(self.stores.database).get(held.job.id)
        is_by_us = job and job.fence == held.claim.fence and job.status is not JobStatus.RUNNING
        return job if is_by_us else None

    async def _tell(self, moved: Job) -> None:
        if self._telling and moved.status.is_terminal:
            await self._telling.add(moved)
        else:
            await drain(self.stores, moved)

    async def _beat(self, held: Held) -> None:
        """Renew the lease until the job ends; a wish wakes the beat, a lost lease ends it."""
        settings = self.stores.settings
        heard_at = time.monotonic()
        held.good_until = heard_at + settings.lease_seconds
        async with self.stores.news.about(wish_subject(held.job.id)) as wish:
            await wait_for_news(wish, min(ANNOUNCE_SECONDS, settings.heartbeat_seconds))
            failpoints.hit("heartbeat.before_first")
            while not held.is_lost:
                asked_at = time.monotonic()
                try:
                    await held.announce()
                    wishes = await self._claims.renew(held.claim, settings.lease_seconds, asked_at - heard_at)
                except PyMongoError as error:
                    log.warning("heartbeat not heard", error=str(error))
                    wishes = held.wishes if asked_at < held.good_until else None
                else:
                    heard_at, held.good_until = asked_at, asked_at + settings.lease_seconds
                held.learn(wishes)
                await wait_for_news(wish, settings.heartbeat_seconds)

    async def _beat_worker(self) -> None:
        workers = WorkerRepository(self.stores.database)
        async with self.stores.news.about(wish_subject(self.name)) as wish:
            while True:
                try:
                    facts = {**self._facts, "used_bytes": used_bytes()}
                    self.is_draining = await workers.beat(self.name, self._queue, facts)
                except PyMongoError as error:
                    log.warning("worker's beat not heard", error=str(error))
                self._leave_if_drained()
                await wait_for_news(wish, WORKER_BEAT_SECONDS)

    def _leave_if_drained(self) -> None:
        if self.is_draining and not self._held and not self.is_leaving.is_set():
            log.info("drained, leaves")
            self.is_leaving.set()
            self._leave()
