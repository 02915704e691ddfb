"""How far a job over many images is, said often enough and not too often."""

import threading
import time

from maskeraid_core.held import Held
from maskeraid_core.jobs import Progress

REPORT_SECONDS, EVENT_SECONDS = 2.0, 5.0  # between two notes of the progress, between two events


class Tracker:
    """Counts images over all threads, and says how far the job is without saying it too often."""

    def __init__(self, held: Held, total: int) -> None:
        self._held, self._total, self._done = held, total, 0
        self._started = self._told = self._stored = time.monotonic()
        self._turn = threading.Lock()

    def add(self, count: int) -> None:
        """Note that `count` further images have their outcome."""
        with self._turn:
            self._done += count
            at = time.monotonic()
            is_last = self._done >= self._total
            if at - self._told < REPORT_SECONDS and not is_last:
                return
            eta = (self._total - self._done) * (at - self._started) / self._done
            progress = Progress(
                current=self._done, total=self._total, unit="image",
                percent=100 * self._done / self._total, eta_seconds=eta,
            )  # fmt: skip
            is_event_due = is_last or at - self._stored >= EVENT_SECONDS
            self._held.report(progress, stored=is_event_due)
            self._told, self._stored = at, at if is_event_due else self._stored
