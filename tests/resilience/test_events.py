"""A reader of a job's events sees each once and in order, however often its connection breaks."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
from httpx_sse import EventSource
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note
from tests.chaos.nemesis import Nemesis
from tests.chaos.proxy import Mode, Proxy
from tests.chaos.workload import Workload

from maskeraid import Client
from maskeraid_core.repositories.events import EventLine, EventRepository
from maskeraid_core.repositories.repository import now

CUTS, WRITERS, LINES, SEED = 50, 2, 150, 21


@pytest.mark.row("R21", "cut 50 times, two writers: every number once, in order, none missing, `end` last")
def test_a_cut_stream_misses_nothing(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    with Nemesis(environment, SEED).down("inference", "inference-2"):
        job = workload.look_for_covering(client, SEED)
        with Proxy(environment.options.port) as proxy, ThreadPoolExecutor(WRITERS + 1) as pool:
            seen = pool.submit(follow, environment, proxy, job.id)
            writers = [pool.submit(write, environment, job.id, number) for number in range(WRITERS)]
            cut(proxy, random.Random(SEED))
            for writer in writers:
                writer.result()
            client.jobs.cancel(job.id)
            numbers, kinds = zip(*seen.result(), strict=True)
    measured(f"seed {SEED}: {len(numbers)} events, {CUTS} cuts")
    assert list(numbers) == list(range(1, len(numbers) + 1))
    assert len(numbers) >= WRITERS * LINES
    assert kinds.index("end") == len(kinds) - 1


def cut(proxy: Proxy, chance: random.Random) -> None:
    """Reset every connection at random moments."""
    pause = threading.Event()
    for _ in range(CUTS):
        pause.wait(chance.uniform(0, 0.1))
        proxy.switch(Mode.RESET)
        proxy.switch(Mode.PASS)


def follow(environment: Environment, proxy: Proxy, job_id: str) -> list[tuple[int, str]]:
    """What came over all connections, unsifted: the number and the type of each event."""
    seen: list[tuple[int, str]] = []
    url, headers = f"http://127.0.0.1:{proxy.port}", {"Authorization": f"Bearer {environment.first_key}"}
    with httpx.Client(base_url=url, headers={**headers, "Accept": "text/event-stream"}, timeout=20) as client:
        while not seen or seen[-1][1] != "end":
            behind = {"Last-Event-ID": str(seen[-1][0] if seen else 0)}
            with (
                suppress(httpx.TransportError),
                client.stream("GET", f"/v1/jobs/{job_id}/events", headers=behind) as answer,
            ):
                seen += ((int(sent.id), sent.event) for sent in EventSource(answer).iter_sse() if sent.data)
    return seen


def write(environment: Environment, job_id: str, writer: int) -> None:
    """Append lines as a worker would, over a connection of its own."""
    with environment.stores() as port:
        events = EventRepository(port.stores.database)
        for number in range(LINES):
            line = EventLine(f"line:{writer}:{number}", "job.log", {"writer": writer, "number": number})
            port.call(events.append, job_id, "any tenant", 1, now(), line)
            port.call(port.stores.news.publish, job_id)
