"""A thousand readers of events beside a steady stream of reads."""

from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.chaos.environment import Environment
from tests.chaos.fixtures import WORKERS, Note, scaled
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.wanted import STORES, Wanted
from tests.chaos.watchers import watch
from tests.chaos.workload import Workload

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800)]

STREAMS, JOBS, READS_PER_SECOND, SECONDS = 1_000, 50, 200, 300
MOST_BYTES = 400 * 2**20


@pytest.mark.row(
    "R16", "1,000 SSE that news comes to + 200 reads/s, 5 min: 0 errors, p99 <= 1 s, <= 400 MiB, descriptors as before"
)
async def test_many_watch_at_once(tmp_path: Path, measured: Note) -> None:
    with Environment(tmp_path, Wanted(WORKERS)) as environment, environment.client() as client:
        workload = Workload(environment).prepare()
        api = psutil.Process(environment.services["api"].pid)
        with Nemesis(environment, seed=16).down("inference", "inference-2"):
            jobs = [workload.look_for_covering(client, number).id for number in range(JOBS)]
            before = descriptors(api, environment)
            watched = await watch(
                environment, jobs, streams=scaled(STREAMS), reads_per_second=READS_PER_SECOND, seconds=scaled(SECONDS)
            )
            wait_until(lambda: descriptors(api, environment) <= before, 60, "the descriptors are back")
    p99 = sorted(watched.seconds)[round(0.99 * (len(watched.seconds) - 1))]
    measured(
        f"{watched.opened} streams, {watched.ended} ended, {len(watched.broken)} broken; {watched.lines.total()} lines "
        f"appended, which {len(watched.missed)} missed; {len(watched.seconds)} reads "
        f"({len(watched.seconds) / scaled(SECONDS):.0f}/s), p99 {1000 * p99:.0f} ms; at most "
        f"{watched.most_bytes / 2**20:.0f} MiB; {before} descriptors before and after"
    )
    assert (watched.broken, watched.missed) == ([], [])
    assert watched.ended == watched.opened == scaled(STREAMS)
    assert watched.statuses == {200}
    assert len(watched.seconds) >= 0.9 * READS_PER_SECOND * scaled(SECONDS)
    assert p99 <= 1
    assert 0 < watched.most_bytes <= MOST_BYTES


def descriptors(api: psutil.Process, environment: Environment) -> int:
    """Open descriptors of a process, without its pools of connections to the stores, which are kept once made."""
    stores = {urlsplit(environment.environment[variable]).port for variable in STORES.values()}
    pooled = [one for one in api.net_connections("tcp") if one.raddr and one.raddr.port in stores]
    return api.num_fds() - len(pooled)
