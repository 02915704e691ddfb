"""Many readers at once, on bare connections: event streams that stay open, and reads at a steady rate."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle, islice

import httpx
import psutil

from maskeraid_core.repositories.events import EventLine, EventRepository
from maskeraid_core.repositories.repository import now
from maskeraid_local.ports import LOOPBACK
from tests.chaos.environment import Environment

READERS = 40
LINE, END = b"event: job.log\n", b"event: end\n"
OPENED_AT_ONCE = 50
LINE_EVERY_SECONDS = 10.0  # of each job
LOOK_SECONDS = 0.5  # at the API's memory


@dataclass
class Watched:
    """What the watchers have seen."""

    opened: int = 0
    ended: int = 0  # streams that closed with `end`
    broken: list[str] = field(default_factory=list)
    lines: Counter[str] = field(default_factory=Counter)  # that were appended, by job
    missed: list[str] = field(default_factory=list)  # streams to which not each line came, and once
    most_bytes: int = 0  # of the API's memory while the streams were open
    seconds: list[float] = field(default_factory=list)  # that each read took
    statuses: set[int] = field(default_factory=set)


async def watch(
    environment: Environment, job_ids: Sequence[str], *, streams: int, reads_per_second: float, seconds: float
) -> Watched:
    """Follow the jobs with so many streams, append to their histories, and read, for so long.

    Then the jobs are cancelled, which ends the streams.
    """
    watched, is_over = Watched(), asyncio.Event()
    gate = asyncio.Semaphore(OPENED_AT_ONCE)
    following = [
        asyncio.create_task(_follow(environment, job_id, watched, gate)) for job_id in islice(cycle(job_ids), streams)
    ]
    reading = [
        asyncio.create_task(_read(environment, job_ids, watched, is_over, READERS / reads_per_second))
        for _ in range(READERS)
    ]
    beside = [
        asyncio.create_task(_measure(environment, watched, is_over)),
        asyncio.create_task(asyncio.to_thread(_append, environment, job_ids, watched, seconds)),
    ]
    await asyncio.sleep(seconds)
    await beside[1]
    is_over.set()
    await asyncio.gather(*reading, *beside)
    for job_id in job_ids:
        await asyncio.to_thread(_cancel, environment, job_id)
    await asyncio.wait_for(asyncio.gather(*following), 120)
    return watched


async def _follow(environment: Environment, job_id: str, watched: Watched, gate: asyncio.Semaphore) -> None:
    head = f"GET /v1/jobs/{job_id}/events HTTP/1.1\r\nHost: {LOOPBACK}\r\nAccept: text/event-stream\r\n"
    async with AsyncExitStack() as opened:
        async with gate:
            reader, writer = await asyncio.open_connection(LOOPBACK, environment.options.port)
            opened.callback(writer.close)
            writer.write(f"{head}Authorization: Bearer {environment.first_key}\r\n\r\n".encode())
            status = await reader.readline()
        if b" 200 " not in status:
            watched.broken.append(status.decode(errors="replace"))
            return
        watched.opened += 1
        lines = 0
        async for line in reader:
            lines += line == LINE
            if line == END:
                watched.ended += 1
                if lines != watched.lines[job_id]:
                    watched.missed.append(f"{job_id}: {lines} of {watched.lines[job_id]}")
                return
        watched.broken.append("closed before the end")


async def _read(
    environment: Environment, job_ids: Sequence[str], watched: Watched, is_over: asyncio.Event, every_seconds: float
) -> None:
    headers, due = {"Authorization": f"Bearer {environment.first_key}"}, time.monotonic()
    async with httpx.AsyncClient(base_url=environment.url, headers=headers, timeout=30) as client:
        for job_id in cycle(job_ids):
            if is_over.is_set():
                return
            started = time.monotonic()
            answer = await client.get(f"/v1/jobs/{job_id}")
            watched.seconds.append(time.monotonic() - started)
            watched.statuses.add(answer.status_code)
            due += every_seconds
            await asyncio.sleep(max(0.0, due - time.monotonic()))


async def _measure(environment: Environment, watched: Watched, is_over: asyncio.Event) -> None:
    api = psutil.Process(environment.services["api"].pid)
    while not is_over.is_set():
        watched.most_bytes = max(watched.most_bytes, api.memory_info().rss)
        await asyncio.sleep(LOOK_SECONDS)


def _append(environment: Environment, job_ids: Sequence[str], watched: Watched, seconds: float) -> None:
    """Append lines to the jobs' histories in turn, as their workers would; at least one to each."""
    until, every = time.monotonic() + seconds, LINE_EVERY_SECONDS / len(job_ids)
    with environment.stores() as port:
        events = EventRepository(port.stores.database)
        for number, job_id in enumerate(cycle(job_ids)):
            if number >= len(job_ids) and time.monotonic() >= until:
                return
            line = EventLine(f"line:{number}", "job.log", {"number": number})
            port.call(events.append, job_id, "any tenant", 1, now(), line)
            watched.lines[job_id] += 1
            port.call(port.stores.news.publish, job_id)
            time.sleep(every)


def _cancel(environment: Environment, job_id: str) -> None:
    with environment.client() as client:
        client.jobs.cancel(job_id)
