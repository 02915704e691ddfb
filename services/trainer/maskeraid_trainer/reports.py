"""The child's voice: JSON lines for the parent, on a descriptor that no library knows."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Reports:
    """One line a report. Threads may report at the same time."""

    def __init__(self) -> None:
        """Take over the standard output; what libraries print goes to the standard error from now on."""
        self._stream = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        self._turn = threading.Lock()

    def say(self, report: str, **facts: object) -> None:
        """Report plain JSON values; a number that is not finite is an error."""
        line = json.dumps({"type": report, **facts}, allow_nan=False)
        with self._turn:
            self._stream.write(line + "\n")
            self._stream.flush()

    @contextmanager
    def alive(self, every_seconds: float) -> Iterator[None]:
        """Say now and then that this process lives: a compilation or a decomposition reports nothing for minutes."""
        ended = threading.Event()

        def repeat() -> None:
            while not ended.wait(every_seconds):
                self.say("alive")

        thread = threading.Thread(target=repeat, name="alive", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
