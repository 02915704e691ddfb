"""What processes take while something is measured: processor time and the most memory, theirs and their children's."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from maskeraid_local.stack import Stack

LOOK_SECONDS = 0.1  # limited children come and go; what one takes after the last look at it is missed


class Watch:
    """Looks at the processes of a stack again and again while it is open; use as a context."""

    def __init__(self, stack: Stack, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._look_seconds = look_seconds
        self._roots = {name: process.pid for name, process in stack.processes.items()}
        self._first: dict[tuple[str, int], float] = {}
        self._last: dict[tuple[str, int], float] = {}
        self._peaks: dict[tuple[str, int], float] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="watch")

    def __enter__(self) -> Self:
        self._look(is_first=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._look()

    @property
    def processor_seconds(self) -> Mapping[str, float]:
        """By service, its children under a name of their own; a child that was there before counts from then."""
        return {
            name: round(sum(self._last[key] - self._first.get(key, 0.0) for key in self._last if key[0] == name), 2)
            for name in dict.fromkeys(name for name, _ in self._last)
        }

    @property
    def peak_megabytes(self) -> Mapping[str, int]:
        """The most that any one process under a name ever had in memory, since it was started."""
        return {
            name: round(max(self._peaks[key] for key in self._peaks if key[0] == name))
            for name in dict.fromkeys(name for name, _ in self._peaks)
        }

    def _look_on(self) -> None:
        while not self._is_over.wait(self._look_seconds):
            self._look()

    def _look(self, *, is_first: bool = False) -> None:
        for name, pid in self._roots.items():
            with suppress(psutil.NoSuchProcess):
                root = psutil.Process(pid)
                self._note(name, root, is_first)
                for child in root.children(recursive=True):
                    with suppress(psutil.NoSuchProcess):
                        self._note(f"{name}'s children", child, is_first)

    def _note(self, name: str, process: psutil.Process, is_first: bool) -> None:
        key, times = (name, process.pid), process.cpu_times()
        (self._first if is_first else self._last)[key] = times.user + times.system
        with suppress(FileNotFoundError, ProcessLookupError, KeyError):
            self._peaks[key] = max(self._peaks.get(key, 0.0), megabytes_at_most(process.pid))


def megabytes_at_most(pid: int) -> float:
    """The most memory that a process ever had, in MiB. Source: VmHWM of proc_pid_status(5)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(facts["VmHWM"].split()[0]) / 2**10
