"""A child process that is started, watched, read, and stopped; it never outlives us."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LAST_LINES_SECONDS = 1.0  # a stray grandchild may hold the output open for longer
ReadLine = Callable[[str, str], None]


def print_line(name: str, line: str) -> None:
    """Show one line of a child's log, with the child's name in front."""
    sys.stderr.write(f"{name:<10}│ {line}\n")


class ManagedProcess:
    """One program with its own process group; its output goes to `read_line`, a line at a time."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        read_line: ReadLine = print_line,
    ) -> None:
        self.name = name
        self._command = list(command)
        self._environment = {**os.environ, **(environment or {})}
        self._folder = folder
        self._read_line = read_line
        self._process: subprocess.Popen[str] | None = None
        self._forwarding: threading.Thread | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs, or before it was started."""
        return self._process.poll() if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # a terminal's Ctrl-C reaches the supervisor alone, which stops all in order
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        self._forwarding = threading.Thread(target=self._forward, args=(self._process,), daemon=True, name=self.name)
        self._forwarding.start()

    def stop(self, grace_seconds: float) -> None:
        """Ask it to end; after the grace its whole group is killed."""
        if self.is_running:
            self.signal(signal.SIGTERM)
            self.wait(grace_seconds)
        self.kill()

    def kill(self) -> None:
        """End the whole group at once."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            if self._forwarding is not None:
                self._forwarding.join(LAST_LINES_SECONDS)

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.is_running:
            self._process.send_signal(number)

    def wait(self, timeout_seconds: float) -> bool:
        """Whether it ended within the time."""
        if self._process is None:
            return True
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _forward(self, process: subprocess.Popen[str]) -> None:
        if process.stdout is not None:
            with process.stdout as lines:
                for line in filter(str.strip, lines):
                    self._read_line(self.name, line.rstrip("\n"))


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
