"""Pages, facets, sheets of thumbnails, and reports of large datasets, with several readers at once.

Beside them what Polars and DuckDB take for the same rows and counts, with nothing around them.
"""

import asyncio
import io
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import httpx
import numpy as np
import polars as pl
import psutil

from maskeraid_api.reports.axes import axes_of
from maskeraid_api.reports.confounds import find_confounds
from maskeraid_api.reports.coverage import find_coverage
from maskeraid_core.blobs import Blobs, image_key, sha256_hex
from maskeraid_core.documents.datasets import Attribute, Dataset, DatasetVersion
from maskeraid_core.ids import image_id, new_id
from maskeraid_core.manifests import PREFIX, compact
from maskeraid_core.mongo import open_database
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.settings import CoreSettings
from tests.benchmarks.figures import Bench, Figure, measures, percentile
from tests.benchmarks.importing import jittered_pngs

SIZES = (10_000, 100_000, 1_000_000)
READERS, REQUESTS = 10, 20  # requests of each reader
BARS = {10_000: 100, 100_000: 100, 1_000_000: 400}  # milliseconds
ATTRIBUTES, PICTURES, SIDE = 10, 1_000, 64
MOST_RATIO, MOST_SECONDS = 2.0, 3.0


def rows_of(dataset_id: str, count: int, digests: list[tuple[str, int]]) -> pl.DataFrame:
    """Ten attributes of 3 to 12 values, one of numbers; the pictures come again and again."""
    random = np.random.default_rng(count)
    chosen = np.arange(count) % len(digests)
    columns: dict[str, Any] = {
        "row": np.arange(1, count + 1), "id": [image_id(dataset_id, row) for row in range(1, count + 1)],
        "file": [f"images/{row:07}.png" for row in range(count)],
        "sha256": [digests[at][0] for at in chosen], "bytes": [digests[at][1] for at in chosen],
        "width": SIDE, "height": SIDE, "grey": False,
    }  # fmt: skip
    for number in range(ATTRIBUTES - 1):
        columns[f"{PREFIX}a{number}"] = random.integers(0, 3 + number, count).astype(str)
    columns[f"{PREFIX}age"] = random.integers(0, 90, count).astype(str)
    return pl.DataFrame(columns)


async def put_datasets(
    bench: Bench, tenant: str, sizes: Sequence[int] = SIZES, name: str = "bench"
) -> dict[int, tuple[str, pl.DataFrame]]:
    """Versions as imports would leave them, written to the running stack's stores at once."""
    of_stack = bench.stack.environment
    settings = CoreSettings(
        mongodb_url=of_stack["MASKERAID_MONGODB_URL"], redis_url=of_stack["MASKERAID_REDIS_URL"],
        blobs_url=of_stack["MASKERAID_BLOBS_URL"],
    )  # fmt: skip
    database, blobs = await open_database(settings), Blobs(settings.blobs_url)
    digests = []
    for picture in jittered_pngs(PICTURES, SIDE):
        digest = sha256_hex(picture)
        await blobs.put(image_key(tenant, digest), picture)
        digests.append((digest, len(picture)))
    found = {}
    for count in sizes:
        at, dataset_id = now(), new_id("ds")
        manifest = rows_of(dataset_id, count, digests)
        found[count] = dataset_id, manifest
        packed = io.BytesIO()
        manifest.write_parquet(packed, compression="zstd")
        key, digest = await blobs.put_content(f"t/{tenant}/manifests", packed.getvalue(), ".parquet")
        attributes = {name.removeprefix(PREFIX): Attribute() for name in manifest.columns if name.startswith(PREFIX)}
        dataset = Dataset(
            id=dataset_id, tenant=tenant, name=f"{name} {count}", attributes=attributes, created_at=at, updated_at=at
        )
        datasets = DatasetRepository(database, tenant)
        await datasets.add(dataset)
        version = DatasetVersion(
            id=f"{dataset_id}:1", tenant=tenant, dataset_id=dataset_id, version=1, parent_version=0,
            import_id=new_id("imp"), role=dataset.role, image_count=count, sides=[SIDE], manifest_key=key,
            manifest_sha256=digest, bytes=count, attributes=attributes, created_at=at,
        )  # fmt: skip
        await DatasetVersionRepository(database, tenant).put(version)
        await datasets.publish(version)
    await database.client.close()
    return found


def queries(dataset_id: str, count: int) -> dict[str, Callable[[int], tuple[str, dict[str, Any]]]]:
    """The kinds of requests; each number asks for something else, so that nothing is answered from memory."""

    def where(number: int) -> list[str]:
        return [f"a{number % 5}:{number // 5 % 3}", "age:{}..{}".format(*ages(number))]

    return {
        "page": lambda number: ("/v1/images", {"dataset_id": dataset_id, "limit": 100, "offset": number * 97 % count}),
        "filtered page": lambda number: (
            "/v1/images", {"dataset_id": dataset_id, "limit": 100, "offset": number % 50, "where": where(number)}
        ),
        "facets": lambda number: ("/v1/facets", {"dataset_id": dataset_id, "where": where(number)}),
    }  # fmt: skip


def ages(number: int) -> tuple[int, int]:
    """Another range each time."""
    return number % 60, number % 60 + 20 + number // 60 % 10


def latencies(client: httpx.Client, ask: Callable[[int], tuple[str, dict[str, Any]]]) -> list[float]:
    """Milliseconds of every request, of several readers that ask one after the other."""

    def read(reader: int) -> list[float]:
        found = []
        for number in range(REQUESTS):
            path, query = ask(reader * REQUESTS + number)
            found.append(timed(partial(get, client, path, query)))
        return found

    with ThreadPoolExecutor(READERS) as pool:
        return [one for each in pool.map(read, range(READERS)) for one in each]


@measures("browse.100k_p95_ms", "browse.1m_p95_ms", "browse.sheet_p95_ms", "browse.1m_ratio")
def measure_browsing(bench: Bench) -> Iterator[Figure]:
    """The slowest kind of request at each size: p95 of ten readers; one alone beside Polars and DuckDB."""
    with bench.client() as client:
        tenant, api = client.get_json("/v1/me")["tenant_id"], psutil.Process(bench.stack.services["api"].pid)
        datasets = asyncio.run(put_datasets(bench, tenant))
        table = {
            count: measure_size(client.http, api, count, *datasets[count], bench.output / "faces.parquet")
            for count in SIZES
        }
        sheets = [
            ("/v1/image-sheets", {"dataset_id": datasets[100_000][0], "limit": 200, "offset": 200 * number})
            for number in range(READERS * REQUESTS)
        ]
        cold = latencies(client.http, lambda number: sheets[number % len(sheets)])
        warm = latencies(client.http, lambda number: sheets[number % len(sheets)])
    for figure_id, count in (("browse.100k_p95_ms", 100_000), ("browse.1m_p95_ms", 1_000_000)):
        slowest = max(kind["p95_ms"] for kind in table[count].values())
        beside = {f"{size:,}": kinds for size, kinds in table.items()} if count == 100_000 else {}
        bar = f"<= {BARS[count]} ms of {READERS} readers at once"
        yield Figure(figure_id, slowest, "ms", bar, slowest <= BARS[count], beside)
    p95 = percentile(warm, 95)
    beside = {"first_time_p95_ms": round(percentile(cold, 95)), "p50_ms": round(median(warm), 1)}
    yield Figure("browse.sheet_p95_ms", p95, "ms", "<= 100 ms, 200 thumbnails, 10 readers", p95 <= 100, beside)
    ratios = {kind: said["ratio"] for kind, said in table[1_000_000].items() if kind != "page"}  # Polars only slices
    ratio = max(ratios.values())
    yield Figure("browse.1m_ratio", ratio, "ratio", f"<= {MOST_RATIO} of bare Polars", ratio <= MOST_RATIO, ratios)


def measure_size(
    client: httpx.Client, api: psutil.Process, count: int, dataset_id: str, manifest: pl.DataFrame, table: Path
) -> dict[str, Any]:
    """Of each kind of request: ten readers, one alone, and both yardsticks, in milliseconds."""
    bare = bare_queries(manifest, table)
    found = {}
    for kind, ask in queries(dataset_id, count).items():
        get(client, *ask(10**6 + 1))  # reads the manifest
        before = processor_seconds(api)
        crowded = latencies(client, ask)
        used = 1e3 * (processor_seconds(api) - before) / len(crowded)
        alone = median(timed(partial(get, client, *ask(number))) for number in range(10_000, 10_020))
        yardsticks = {
            name: median(timed(partial(one[kind], number)) for number in range(20)) for name, one in bare.items()
        }
        found[kind] = {
            "p95_ms": round(percentile(crowded, 95), 1), "processor_ms": round(used, 1), "alone_ms": round(alone, 1),
            **{f"{name}_ms": round(value, 2) for name, value in yardsticks.items()},
            "ratio": round(alone / yardsticks["polars"], 2),
        }  # fmt: skip
    return found


def processor_seconds(process: psutil.Process) -> float:
    """What a process has used of processors so far."""
    times = process.cpu_times()
    return times.user + times.system


def get(client: httpx.Client, path: str, query: dict[str, Any]) -> None:
    client.get(path, params=query).raise_for_status()


def timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - started)


def bare_queries(manifest: pl.DataFrame, table: Path) -> dict[str, dict[str, Callable[[int], object]]]:
    """The same rows and counts from a table in memory, with nothing around them."""
    names = [name for name in manifest.columns if name.startswith(PREFIX)]

    def chosen(number: int) -> pl.DataFrame:
        age = pl.col(f"{PREFIX}age").cast(pl.Int64).is_between(*ages(number))
        return manifest.filter((pl.col(f"{PREFIX}a{number % 5}") == str(number // 5 % 3)) & age)

    def of_polars(number: int) -> object:
        found = chosen(number)
        return [found[name].value_counts() for name in names]

    database = duckdb.connect()
    database.execute("set threads to 2")
    manifest.write_parquet(table)
    database.execute(f"create table faces as select * from read_parquet('{table}')")

    def where(number: int) -> str:
        first, (low, high) = number % 5, ages(number)
        return f'"{PREFIX}a{first}" = \'{number // 5 % 3}\' and "{PREFIX}age"::int between {low} and {high}'

    def of_duckdb(number: int) -> object:
        sets = ", ".join(f'("{name}")' for name in names)
        asked = f"select {', '.join(f'{chr(34)}{name}{chr(34)}' for name in names)}, count(*) from faces"
        return database.execute(f"{asked} where {where(number)} group by grouping sets ({sets})").fetchall()

    page = "select * from faces {} order by row limit 100 offset {}"
    return {
        "polars": {
            "page": lambda number: manifest.slice(number * 97 % manifest.height, 100).to_dicts(),
            "filtered page": lambda number: chosen(number).slice(number % 50, 100).to_dicts(),
            "facets": of_polars,
        },
        "duckdb": {
            "page": lambda number: database.execute(page.format("", number * 97 % manifest.height)).fetchall(),
            "filtered page": lambda number: database.execute(
                page.format(f"where {where(number)}", number % 50)
            ).fetchall(),
            "facets": of_duckdb,
        },
    }


@measures("reports.100k_seconds")
def measure_reports(bench: Bench) -> Iterator[Figure]:
    """Confounds and coverage of 100,000 images with ten attributes, one after the other."""
    frame = compact(rows_of(new_id("ds"), 100_000, [("0" * 64, 1)])).select(pl.col(f"^{PREFIX}.*$"))
    started = time.perf_counter()
    axes = axes_of([frame])
    confounds = find_confounds(axes)
    seconds = {"confounds": time.perf_counter() - started}
    started = time.perf_counter()
    find_coverage(axes_of([frame]))
    seconds["coverage"] = time.perf_counter() - started
    slowest = max(seconds.values())
    beside = {**{name: round(value, 2) for name, value in seconds.items()}, "pairs": len(confounds.pairs)}
    yield Figure("reports.100k_seconds", slowest, "s", f"<= {MOST_SECONDS} s each", slowest <= MOST_SECONDS, beside)
