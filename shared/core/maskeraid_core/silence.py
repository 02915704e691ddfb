"""How long a Redis that did not answer in time is left alone."""

import time

SILENT_SECONDS = 10.0


class Silence:
    """Begins when a try ran into its time-out: the next ones would each take as long, and reach nobody either."""

    def __init__(self) -> None:
        self._until = float("-inf")

    @property
    def is_kept(self) -> bool:
        return time.monotonic() < self._until

    def begin(self) -> None:
        self._until = time.monotonic() + SILENT_SECONDS
