"""A user who goes on for hours: uploads, trains, re-images, and deletes, round after round, in a thread of its own."""

import threading
from pathlib import Path
from typing import Self

from maskeraid import Client, attest
from maskeraid.objects import Job
from tests.chaos.environment import Environment
from tests.chaos.workload import QUICK, Workload

TRAINING_EVERY = 5  # rounds
REIMAGINGS = 10  # a round


class User:
    """Use as a context manager: on leaving it, the round that is under way has ended."""

    def __init__(self, environment: Environment, workload: Workload, faces_zip: Path) -> None:
        self.accepted: set[str] = set()
        self.deleted: set[str] = set()
        self.rounds = 0
        self.failure: BaseException | None = None
        self._environment, self._workload, self._faces_zip = environment, workload, faces_zip
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="user")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _go_on(self) -> None:
        try:
            with self._environment.client() as client:
                while not self._is_over.is_set():
                    self._round(client)
                    self.rounds += 1
        except BaseException as failure:  # told by the main thread
            self.failure = failure

    def _round(self, client: Client) -> None:
        dataset = client.datasets.create(f"round {self.rounds}", attestation=attest("generated")).id
        self._take(client.imports.upload(dataset, self._faces_zip)).wait()
        if self.rounds % TRAINING_EVERY == 0:
            self._train(client, dataset)
        asked = [self._take(self._workload.look_for_covering(client, number)) for number in range(REIMAGINGS)]
        for job in asked:
            job.wait()
        for job in asked[::2]:
            client.reimagings.delete(job.id)
            self.deleted.add(job.id)
        client.datasets.delete(dataset)

    def _train(self, client: Client, dataset: str) -> None:
        training = client.trainings.create(f"round {self.rounds}", [dataset], hyperparameters=QUICK)
        self._take(training)
        client.models.delete((training.wait().model or {})["model_id"])

    def _take(self, job: Job) -> Job:
        self.accepted.add(job.id)
        return job
