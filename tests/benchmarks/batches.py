"""A batch of drawn faces through the whole stack, beside filling alone in one process."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from maskeraid import Client
from maskeraid.objects import Batch
from maskeraid_faces.coverings.colour_rule import covered_by_colour
from maskeraid_faces.filling.fill import fill
from tests.benchmarks.figures import Bench, Figure, measures
from tests.benchmarks.reimaging import MASK_COLOUR, masked_face, threads_as_in_the_worker, trained

ITEMS, CANDIDATES, THREADS = 200, 8, 2
CLIENTS, LONE_CALLS = 20, 100
LOOK_SECONDS = 0.1
DATASET = "bench covered faces"


def masked_images(client: Client) -> list[str]:
    """Ids of drawn faces that wear the teal mask: 200 of a hundred or so, one after the other."""
    dataset = client.datasets.create(f"{DATASET} {time.monotonic_ns()}", role="test")
    client.imports.generate(dataset.id, "faces-test").wait()
    found = [one.id for one in client.images.of_dataset(dataset.id) if one.file.startswith("faces-light")]
    masked = [one.id for one in client.images.of_dataset(dataset.id) if one.file.endswith("_mask.png")]
    wanted = [one for one in masked if one in set(found)]
    return [wanted[number % len(wanted)] for number in range(ITEMS)]


def lone_seconds(client: Client, image_id: str, batch: Batch) -> float:
    """How long somebody waits for one re-imaging while the batch runs."""
    while batch.refresh().counts["succeeded"] < ITEMS // 10:
        time.sleep(LOOK_SECONDS)
    started = time.perf_counter()
    options = {"candidates": CANDIDATES, "covering": {"method": "colour", "colours": [MASK_COLOUR]}}
    made = client.reimagings.create(image_id=image_id, wait_seconds=30, **options)
    assert made.status == "succeeded", made
    return time.perf_counter() - started


def lone_per_second(client: Client, images: list[str], options: dict[str, Any]) -> float:
    """The same re-imagings ordered one by one, by many clients at once."""

    def one(image_id: str) -> str:
        return client.reimagings.create(image_id=image_id, wait_seconds=30, **options).wait().status

    with ThreadPoolExecutor(CLIENTS) as pool:
        started = time.perf_counter()
        assert set(pool.map(one, images[:LONE_CALLS])) == {"succeeded"}
        return LONE_CALLS / (time.perf_counter() - started)


@measures("batch.throughput")
def measure_batch(bench: Bench) -> Iterator[Figure]:
    """200 faces of 32 px, 8 candidates each, by Selection: ordered at once, until the batch has ended."""
    with bench.client() as client, threads_as_in_the_worker():
        _, model = trained(client)
        images = masked_images(client)
        options = {"candidates": CANDIDATES, "covering": {"method": "colour", "colours": [MASK_COLOUR]}, "seed": 1}
        client.batches.create(image_ids=images[:10], **options).wait()  # warm
        started = time.perf_counter()
        batch = client.batches.create(image_ids=images, **options)
        accepted = time.perf_counter() - started
        lone = lone_seconds(client, images[0], batch)
        ended = batch.wait()
        per_second = ITEMS / (time.perf_counter() - started)
        alone_over_http = lone_per_second(client, images, options)
        face = masked_face()
        covering = covered_by_colour(face, [MASK_COLOUR], 24)

        def fill_one(seed: int) -> object:
            return fill(face, np.asarray(covering), model, k=CANDIDATES, seed=seed)

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(fill_one, range(THREADS)))
            started = time.perf_counter()
            list(pool.map(fill_one, range(ITEMS)))
            alone = ITEMS / (time.perf_counter() - started)
    beside = {
        "lone_requests_per_second": round(alone_over_http, 1),
        "fills_per_second_in_process": round(alone, 1), "accept_ms": round(1000 * accepted),
        "lone_request_ms": round(1000 * lone), "succeeded": ended.counts["succeeded"],
    }  # fmt: skip
    is_good = ended.counts["succeeded"] == ITEMS and lone <= 2.0
    yield Figure(
        "batch.throughput", per_second, "items/s", "all done; a lone request beside it <= 2 s", is_good, beside
    )
