"""Cheap but real jobs, ordered through the SDK by several clients at once; what was accepted is remembered."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import uuid4

from maskeraid import ApiError, Client, NotReachable
from maskeraid.objects import Job, Training
from tests.chaos.environment import PATIENT_REPEATS, Environment

MASK_COLOUR = [20, 150, 140]  # teal: the mask of the drawn test faces
QUICK = {"steps": 40, "max_seconds": 20, "target_quality": 1.0, "detector": False}  # ended by its steps: seconds
ENDLESS = {"steps": 10_000_000, "max_seconds": 3600, "target_quality": 1.0, "detector": False}
Place = Callable[[Client, int], Job]  # order number n


@dataclass
class Orders:
    """What a workload has seen: the ids that were accepted, and what was refused and why."""

    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # that each accepted order took

    def percentile(self, share: float) -> float:
        """Seconds that this share of the orders (0 to 1) did not exceed."""
        return sorted(self.seconds)[round(share * (len(self.seconds) - 1))]

    def place(self, client: Client, place: Place, number: int) -> None:
        started = time.monotonic()
        try:
            job = place(client, number)
        except (ApiError, NotReachable) as error:
            self.refused.append(f"{type(error).__name__}: {error}")
        else:
            self.accepted.append(job.id)
            self.seconds.append(time.monotonic() - started)


class Workload:
    """Orders jobs in the background, as many clients at once as asked for. `prepare` it once an environment."""

    covering: ClassVar[dict[str, Any]] = {"method": "colour", "colours": [MASK_COLOUR]}

    def __init__(self, environment: Environment, name: str = "chaos faces", *, is_told: bool = True) -> None:
        self._environment = environment
        self._name = name
        self.is_told = is_told
        self.dataset_id = ""
        self.image_id = ""

    def prepare(self) -> "Workload":
        """Draw test faces; a covered one is what all re-imagings are about."""
        with self._environment.client() as client:
            self.dataset_id = client.datasets.create(self._name, role="test").id
            client.imports.generate(self.dataset_id, "faces-test").wait()
            images = client.images.of_dataset(self.dataset_id, limit=500)
            self.image_id = next(image.id for image in images if image.file.endswith("_mask.png"))
        return self

    def untold(self) -> "Workload":
        """The same of which no webhook tells."""
        quiet = Workload(self._environment, self._name, is_told=False)
        quiet.dataset_id, quiet.image_id = self.dataset_id, self.image_id
        return quiet

    def look_for_covering(self, client: Client, number: int) -> Job:
        """The cheapest job that writes files: find the covering, and no more."""
        return client.reimagings.create(
            image_id=self.image_id,
            wait_seconds=0,
            covering=self.covering,
            until="covering",
            seed=number,
            notify={"webhooks": self.is_told},
        )

    def reimage(self, client: Client, number: int) -> Job:
        """A whole re-imaging by a model that was chosen for it; the answer is the result."""
        return client.reimagings.create(
            image_id=self.image_id, wait_seconds=30, covering=self.covering, candidates=8, seed=number
        )

    def draw_faces(self, client: Client, _number: int) -> Job:
        """An import of 125 drawn faces into a dataset of its own."""
        dataset = client.datasets.create(f"{self._name}, {uuid4()}")
        return client.imports.generate(dataset.id, "faces-medium")

    def train(self, client: Client, number: int) -> Job:
        """A training of some seconds on a dataset that is drawn first."""
        return self._train(client, f"training {number}", QUICK)

    def train_long(self, client: Client, name: str) -> Training:
        """A training that does not end by itself within a test."""
        return self._train(client, name, ENDLESS)

    def train_many(self, client: Client, name: str, count: int) -> list[Training]:
        """So many of those, on one dataset."""
        data = self._draw(client, name)
        return [
            client.trainings.create(f"{self._name}, {name} {number}", [data], seed=9, hyperparameters=ENDLESS)
            for number in range(count)
        ]

    def train_seeded(self, client: Client, name: str, steps: int) -> Training:
        """A training of exactly so many steps that is the same each time."""
        return self._train(client, name, {**ENDLESS, "steps": steps})

    def _train(self, client: Client, name: str, hyperparameters: Mapping[str, float]) -> Training:
        data = self._draw(client, name)
        return client.trainings.create(f"{self._name}, {name}", [data], seed=9, hyperparameters=hyperparameters)

    def _draw(self, client: Client, name: str) -> str:
        data = client.datasets.create(f"{self._name}, {name}").id
        client.imports.generate(data, "faces-light").wait()
        return data

    @contextmanager
    def ordering(
        self, places: Sequence[Place], clients: int = 4, every_seconds: float = 0, repeats: int = PATIENT_REPEATS
    ) -> Iterator[Orders]:
        """Order all of these while the block runs, one after so many seconds each; on leaving it, all are answered."""
        orders, own, started = Orders(), threading.local(), time.monotonic()
        opened: list[Client] = []

        def order(number: int) -> None:
            if not hasattr(own, "client"):
                own.client = self._environment.client(repeats)
                opened.append(own.client)
            time.sleep(max(0.0, started + number * every_seconds - time.monotonic()))
            orders.place(own.client, places[number], number)

        with ThreadPoolExecutor(clients) as pool:
            futures: list[Future[None]] = [pool.submit(order, number) for number in range(len(places))]
            yield orders
            for future in futures:
                future.result()
        for client in opened:
            client.close()
