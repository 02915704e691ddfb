"""Much at once: training beside re-imaging, long queues of many tenants."""

import base64
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from maskeraid import Client
from tests.chaos.auditor import Auditor
from tests.chaos.beats import watched_beats
from tests.chaos.environment import Environment
from tests.chaos.fixtures import WORKERS, Note, scaled
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.probe import Probe
from tests.chaos.wanted import BEAT_SECONDS, LEASE_SECONDS, Wanted
from tests.chaos.workload import Orders, Workload

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

CALLS = 100
TENANTS, QUEUED, SERVED, CLIENTS = 50, 10_000, 1_000, 8


@pytest.mark.row("R13", "re-imaging p95 beside a training <= max(2 x idle p95, 2 s); no beat late by half a lease")
def test_a_training_starves_nobody(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    workload.train(client, 1300).wait()
    idle = reimage_often(workload, client, scaled(CALLS))
    training = workload.train_long(client, "which fills the machine")
    wait_until(lambda: training.refresh().phase in ("compiling", "training"), 120, "it trains")
    with watched_beats(environment, training) as gaps:
        busy = reimage_often(workload, client, scaled(CALLS))
    training.cancel()
    wait_until(lambda: training.refresh().is_terminal, 60, "it has ended")
    late = max(gaps) - BEAT_SECONDS
    p95_idle, p95_busy = idle.percentile(0.95), busy.percentile(0.95)
    measured(f"p95 {p95_idle:.2f} s idle, {p95_busy:.2f} s beside a training; latest beat {late:.2f} s late")
    assert p95_busy <= max(2 * p95_idle, 2)
    assert late <= LEASE_SECONDS / 2
    assert training.refresh().attempt == 1


def reimage_often(workload: Workload, client: Client, calls: int) -> Orders:
    orders = Orders()
    for number in range(calls):
        orders.place(client, workload.reimage, number)
    assert orders.refused == []
    return orders


@pytest.mark.row("R15", "10,000 queued over 50 tenants: list p95 <= 150 ms, shares within 2x, API growth <= 50 MiB")
def test_a_long_queue_is_shared(tmp_path: Path, measured: Note) -> None:
    each, served = scaled(QUEUED / TENANTS), scaled(SERVED)
    with Environment(tmp_path, Wanted(WORKERS)) as environment:
        picture = covered_picture(Workload(environment).prepare(), environment)
        keys = [environment.make_tenant(f"tenant-{number}") for number in range(TENANTS)]
        api, nemesis = psutil.Process(environment.services["api"].pid), Nemesis(environment, seed=15)
        with nemesis.down("inference", "inference-2"):
            before, started = api.memory_info().rss, time.monotonic()
            with ThreadPoolExecutor(CLIENTS) as pool:
                statuses = sum(pool.map(lambda key: order_all(environment, key, picture, each), keys), Counter())
            seconds = time.monotonic() - started
            with Probe(environment, "/v1/jobs?limit=20", key=keys[0], every_seconds=0.01) as lists:
                wait_until(lambda: len(lists.answers) >= 100, 120, "a hundred lists")
            grown = (api.memory_info().rss - before) / 2**20
        with environment.client() as client:
            progress = Auditor(environment, client).progress(served)
            wait_until(lambda: progress() >= 1, 600, f"{served} have been served")
            with nemesis.down("inference", "inference-2"):
                shares = [ended(environment, key) for key in keys]
    fair = served / TENANTS
    measured(
        f"{TENANTS * each} accepted at {TENANTS * each / seconds:.0f}/s (embedded database); lists p95 "
        f"{1000 * lists.percentile(0.95):.0f} ms; of {sum(shares)} served each tenant {min(shares)} to {max(shares)}; "
        f"API grew by {grown:.0f} MiB"
    )
    assert statuses == {202: TENANTS * each}
    assert fair / 2 <= min(shares) <= max(shares) <= 2 * fair + 1
    assert lists.percentile(0.95) <= 0.15
    assert grown <= 50


def covered_picture(workload: Workload, environment: Environment) -> str:
    """A covered face as the data URL that any tenant can send."""
    with environment.client() as client:
        return "data:image/png;base64," + base64.b64encode(client.images.content(workload.image_id)).decode()


def order_all(environment: Environment, key: str, picture: str, count: int) -> Counter[int]:
    """Order so many small jobs with one key; how often each status was answered."""
    body = {"image": {"data_url": picture}, "until": "covering", "covering": Workload.covering}
    with httpx.Client(base_url=environment.url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        return Counter(client.post("/v1/reimagings", json=body).status_code for _ in range(count))


def ended(environment: Environment, key: str) -> int:
    with Client(key, environment.url) as client:
        return int(client.get_json("/v1/reimagings", status="succeeded", include="total", limit=1)["total"])
