"""Which reads were written down already: in this process's memory, so several gateways write one down once each."""

import time

NOTED_AGAIN_SECONDS = 3600.0
MOST_REMEMBERED = 10_000


class RecentReads:
    """What was read within the hour, and by whom."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], float] = {}

    def is_new(self, who: str, action: str, object_id: str) -> bool:
        """Whether it is not known yet; from now on it is."""
        read, at = (who, action, object_id), time.monotonic()
        if self._known.get(read, 0.0) > at:
            return False
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[read] = at + NOTED_AGAIN_SECONDS
        return True

    def forget(self, who: str, action: str, object_id: str) -> None:
        """It was not written down after all."""
        self._known.pop((who, action, object_id), None)
