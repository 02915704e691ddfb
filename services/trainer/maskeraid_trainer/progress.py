"""How far a training is and how long it still takes: estimates for people, from what its process reports."""

from collections import deque

from maskeraid_core.jobs import Progress

WINDOW_SECONDS = 60.0
LEAST_SECONDS, LEAST_UNITS = 10.0, 5.0  # before these a rate says nothing


class Pace:
    """The rate of the last minute. Times are seconds of any one clock."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()  # (time, current)
        self._percent = 0.0

    def note(self, at: float, current: float, total: float | None, unit: str) -> Progress:
        """Take in that `current` units are done at time `at`. The percentage never falls."""
        self._seen.append((at, current))
        while len(self._seen) > 2 and self._seen[1][0] <= at - WINDOW_SECONDS:
            self._seen.popleft()
        if total:
            self._percent = max(self._percent, min(100.0, round(100 * current / total, 1)))
        return Progress(
            current=current,
            total=total,
            unit=unit,
            percent=self._percent if total else None,
            eta_seconds=self._remaining_seconds(total),
        )

    def _remaining_seconds(self, total: float | None) -> float | None:
        (first_at, first), (last_at, last) = self._seen[0], self._seen[-1]
        seconds, units = last_at - first_at, last - first
        if total is None or seconds < LEAST_SECONDS or units < LEAST_UNITS:
            return None
        return round(max(0.0, total - last) * seconds / units, 1)
