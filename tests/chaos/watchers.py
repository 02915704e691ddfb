"""Many readers at once, on bare connections: event streams that stay open, and reads at a steady rate."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle, islice

import httpx

from maskeraid_local.ports import LOOPBACK
from tests.chaos.environment import Environment

READERS = 40
END = b"event: end\n"
OPENED_AT_ONCE = 50


@dataclass
class Watched:
    """What the watchers have seen."""

    opened: int = 0
    ended: int = 0  # streams that closed with `end`
    broken: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # that each read took
    statuses: set[int] = field(default_factory=set)


async def watch(
    environment: Environment, job_ids: Sequence[str], *, streams: int, reads_per_second: float, seconds: float
) -> Watched:
    """Follow the jobs with so many streams, and read, for so long; then cancel the jobs, which ends the streams."""
    watched, is_over = Watched(), asyncio.Event()
    gate = asyncio.Semaphore(OPENED_AT_ONCE)
    following = [
        asyncio.create_task(_follow(environment, job_id, watched, gate)) for job_id in islice(cycle(job_ids), streams)
    ]
    reading = [
        asyncio.create_task(_read(environment, job_ids, watched, is_over, READERS / reads_per_second))
        for _ in range(READERS)
    ]
    await asyncio.sleep(seconds)
    is_over.set()
    await asyncio.gather(*reading)
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
        async for line in reader:
            if line == END:
                watched.ended += 1
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


def _cancel(environment: Environment, job_id: str) -> None:
    with environment.client() as client:
        client.jobs.cancel(job_id)
