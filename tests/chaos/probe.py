"""Asks one address again and again from a thread of its own, and remembers every answer and how long it took."""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Self

import httpx

from tests.chaos.environment import Environment

ANSWER_SECONDS = 60.0
NO_ANSWER = 0  # instead of a status


@dataclass(frozen=True)
class Answer:
    at: float  # monotonic seconds, when it was asked
    status: int
    seconds: float


class Probe:
    """Use as a context manager; `answers` grows while it is open. It asks the next time when it has been answered."""

    def __init__(self, environment: Environment, path: str, *, every_seconds: float, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key or environment.first_key}"}
        self.answers: list[Answer] = []
        self._client = httpx.Client(base_url=environment.url, headers=headers, timeout=ANSWER_SECONDS)
        self._path = path
        self._every_seconds = every_seconds
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._ask, name=f"probe of {path}")

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)

    def percentile(self, share: float) -> float:
        """Seconds that this share of the answers (0 to 1) did not exceed."""
        seconds = sorted(answer.seconds for answer in self.answers)
        return seconds[round(share * (len(seconds) - 1))]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._client.close()

    def _ask(self) -> None:
        while not self._is_over.wait(self._every_seconds):
            started = time.monotonic()
            try:
                status = self._client.get(self._path).status_code
            except httpx.TransportError:
                status = NO_ANSWER
            self.answers.append(Answer(started, status, time.monotonic() - started))
