"""The page of a training with a long history: how soon it can be used, and what an hour of events adds to its memory.

The training itself is brief; what workers would have told in an hour is then written into its history.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from maskeraid import attest
from maskeraid_core.mongo import open_database
from maskeraid_core.settings import CoreSettings
from tests.benchmarks.figures import Bench, Figure, measures
from tests.benchmarks.web_app import opened, sign_in
from tests.benchmarks.web_heap import Heap

STEPS, SECONDS = 98_000, 3_600
POINTS_EVERY, PROGRESS_EVERY = 2, 5  # seconds between two events of a kind, as the trainer writes them
POINTS_AT_ONCE = 5
BRIEF = {"steps": 50, "max_seconds": 2, "detector": False}
MOST_USABLE_MS, MOST_MB = 1_500, 30
ROUNDS = 5

IS_USABLE = """() => document.querySelector("canvas") && document.querySelector("[role=slider]")
  && document.querySelector("ol > li") && !document.querySelector(".mantine-Skeleton-root")"""


@measures("web.history_ms", "web.history_mb")
def measure_history(bench: Bench) -> Iterator[Figure]:
    """A training's page before and after an hour of events was put into its history."""
    with bench.client() as client:
        dataset = client.datasets.create("history", attestation=attest("generated"))
        client.imports.generate(dataset.id, "faces-light").wait()
        training = client.trainings.create("history", [dataset.id], seed=3, hyperparameters=BRIEF).wait()
    url = f"{bench.stack.url}/trainings/{training.id}"
    with opened() as browser:
        before = heap_of(sign_in(browser, bench.stack), url)
    asyncio.run(lengthen(bench, training.id))
    with opened() as browser:
        page = sign_in(browser, bench.stack)
        after = heap_of(page, url)
        times = sorted(usable_after(page, url) for _ in range(ROUNDS))
    usable, grown = times[ROUNDS // 2], after - before
    bar = f"<= {MOST_USABLE_MS} ms until curves, faces, and events of {STEPS:,} steps are there"
    yield Figure("web.history_ms", usable, "ms", bar, usable <= MOST_USABLE_MS, {"all": times})
    bar = f"< {MOST_MB} MB more than without an hour of events"
    yield Figure("web.history_mb", round(grown, 1), "MB", bar, grown < MOST_MB, {"heap_mb": round(after, 1)})


def usable_after(page: Page, url: str) -> int:
    """Milliseconds from the start of the navigation until the page can be used."""
    page.goto(url, wait_until="commit")
    page.wait_for_function(IS_USABLE, polling="raf")
    return round(page.evaluate("performance.now()"))


def heap_of(page: Page, url: str) -> float:
    """Megabytes of the page once all events have come."""
    usable_after(page, url)
    page.wait_for_timeout(10_000)
    return Heap(page).megabytes()


async def lengthen(bench: Bench, job_id: str) -> None:
    """Write an hour of events into a history, before its last two lines: how it ended, and that it did."""
    settings = CoreSettings(mongodb_url=bench.stack.environment["MASKERAID_MONGODB_URL"])
    database = await open_database(settings)
    events = database["job_events"]
    told = [row async for row in events.find({"job": job_id}).sort("seq", 1)]
    head, tail = told[:-2], told[-2:]
    lines = [*head, *(told[0] | {"type": kind, "key": key, "data": data} for kind, key, data in an_hour()), *tail]
    rows = [line | {"_id": f"{job_id}:{seq}", "seq": seq} for seq, line in enumerate(lines, 1)]
    await events.delete_many({"job": job_id})
    await events.insert_many(rows)
    await database.client.close()


def an_hour() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Type, key, and data of what is told in an hour: points of six curves, and how far it is."""
    for second in range(SECONDS):
        step = 100 + STEPS * second // SECONDS
        if second % POINTS_EVERY == 0:
            each = STEPS * POINTS_EVERY // SECONDS // POINTS_AT_ONCE
            points = [point(step + each * place, second) for place in range(POINTS_AT_ONCE)]
            yield "job.metric", f"job.metric:hour:{second}", {"points": points}
        if second % PROGRESS_EVERY == 0:
            data = {"current": step, "total": STEPS, "unit": "step", "eta_seconds": SECONDS - second}
            yield "job.progress", f"job.progress:hour:{second}", data


def point(step: int, second: int) -> dict[str, float]:
    """One point of the curves, none like another."""
    share = step / STEPS
    names = ("accuracy_real", "accuracy_fake", "accuracy_gan", "loss_real", "loss_fake", "loss_gan")
    values = {name: (share * (place + 1) * 7.3) % 1 for place, name in enumerate(names)}
    return {"step": step, "seconds": second} | values
