"""One client serves many threads, which is how asynchronous programs use it."""

import asyncio
import threading

import httpx
from tests.unit.client.service import Service, event_text, job, ok, stream

from maskeraid.objects import Job

WAITERS = 4


class TestEventLoop:
    async def test_an_event_loop_waits_for_many_jobs_at_once(self) -> None:
        together = threading.Barrier(WAITERS, timeout=30)  # passed only when all streams are open at the same time

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/events"):
                together.wait()
                return stream(event_text(1, "end", status="succeeded"))
            return ok(**job())

        with Service(answer).client() as client:
            waiting = [Job.of(job("running"), client) for _ in range(WAITERS)]
            ended = await asyncio.gather(*(asyncio.to_thread(one.wait) for one in waiting))
        assert [one.status for one in ended] == ["succeeded"] * WAITERS
