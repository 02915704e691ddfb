"""Tells the phases of a job that takes long, and stays silent about one that is over at once."""

import time
from collections.abc import Callable

Tell = Callable[[str], None]

SECONDS_WORTH_TELLING = 1.0  # telling costs several writes, more than most re-imagings take


class Phases:
    """Measures every phase; passes one on to `tell` when the job has lasted for a while since the last one told."""

    def __init__(self, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell, self._clock = tell, clock
        self._told_at = self._entered_at = clock()
        self._name: str | None = None
        self.milliseconds: dict[str, float] = {}

    def enter(self, name: str) -> None:
        """End the phase before and begin this one."""
        now = self._clock()
        self._close(now)
        self._name, self._entered_at = name, now
        if now - self._told_at >= SECONDS_WORTH_TELLING:
            self._tell(name)
            self._told_at = now

    def end(self) -> float:
        """End the last phase; the sum of all in milliseconds."""
        self._close(self._clock())
        self._name = None
        return sum(self.milliseconds.values())

    def _close(self, now: float) -> None:
        if self._name is not None:
            spent = (now - self._entered_at) * 1000
            self.milliseconds[self._name] = round(self.milliseconds.get(self._name, 0) + spent, 1)
