"""The child's ties to its parent: it reports by JSON lines on a descriptor that no library knows, and dies with it."""

import ctypes
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PR_SET_PDEATHSIG = 1  # linux/prctl.h


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


def tie_to_parent(parent_pid: int) -> None:
    """Die with the thread that started us: nobody would listen."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent_pid:  # it died before the signal was asked for
        raise SystemExit("the parent is gone")
