"""How far a job over many images is: counted over all threads, told without saying it too often, and of which file."""

import threading
import time

from maskeraid_core.held import Held
from maskeraid_core.jobs import FileProgress, Progress

REPORT_SECONDS, EVENT_SECONDS = 2.0, 5.0  # between two notes of the progress, between two events


class Tracker:
    """Counts images, of all files and of the one that is being read."""

    def __init__(self, held: Held, total: int) -> None:
        self._held, self._total, self._done = held, total, 0
        self._started = self._told = self._stored = time.monotonic()
        self._turn = threading.Lock()
        self._file: FileProgress | None = None

    def begin(self, name: str, number: int, count: int, total: int) -> None:
        """Note which of `count` files is read now, and how many images of it; of a lone file nothing is said."""
        with self._turn:
            if count > 1:
                self._file = FileProgress(name=name, number=number, count=count, total=total)
                self._tell(is_event=True)

    def add(self, images: int) -> None:
        """Note that so many further images have their outcome."""
        with self._turn:
            self._done += images
            if self._file:
                self._file = self._file.model_copy(update={"current": self._file.current + images})
            at = time.monotonic()
            is_last = self._done >= self._total
            if at - self._told >= REPORT_SECONDS or is_last:
                self._tell(is_event=is_last or at - self._stored >= EVENT_SECONDS)

    def _tell(self, *, is_event: bool) -> None:
        at = time.monotonic()
        eta = (self._total - self._done) * (at - self._started) / self._done if self._done else None
        progress = Progress(
            current=self._done, total=self._total, unit="image", percent=100 * self._done / max(1, self._total),
            eta_seconds=eta, file=self._file,
        )  # fmt: skip
        self._held.report(progress, stored=is_event)
        self._told, self._stored = at, at if is_event else self._stored
