"""A child process under watch: its lines, its end, and the end of its whole group."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from maskeraid_local.process import ManagedProcess

PATIENCE_SECONDS = 20

ECHO = "import os, sys; print(os.getcwd(), os.environ['COLOUR']); print('äö', file=sys.stderr)"
SLEEPER = "print('ready', flush=True); import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
POLITE = (
    f"import signal, sys; signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(3))); {SLEEPER}"
)
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""


class Lines:
    """The lines of a process, and waiting for the first."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._came = threading.Event()

    def __call__(self, _name: str, line: str) -> None:
        self.all.append(line)
        self._came.set()

    def first(self) -> str:
        assert self._came.wait(PATIENCE_SECONDS)
        return self.all[0]


Start = Callable[[str], ManagedProcess]


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def start(lines: Lines, tmp_path: Path) -> Iterator[Start]:
    """Start a piece of Python; whatever still runs at the end is killed."""
    started: list[ManagedProcess] = []

    def run(code: str) -> ManagedProcess:
        command = [sys.executable, "-X", "utf8", "-c", code]
        process = ManagedProcess("child", command, environment={"COLOUR": "teal"}, folder=tmp_path, read_line=lines)
        started.append(process)
        process.start()
        return process

    yield run
    for process in started:
        process.kill()


class TestRunning:
    def test_both_outputs_arrive_line_by_line(self, start: Start, lines: Lines, tmp_path: Path) -> None:
        process = start(ECHO)
        assert process.wait(PATIENCE_SECONDS)
        process.kill()  # waits for the last lines
        assert sorted(lines.all) == sorted([f"{tmp_path} teal", "äö"])

    def test_the_exit_code_is_known_after_the_end(self, start: Start) -> None:
        process = start("raise SystemExit(7)")
        assert process.wait(PATIENCE_SECONDS)
        assert (process.exit_code, process.is_running) == (7, False)

    def test_it_can_be_started_again(self, start: Start) -> None:
        process = start("pass")
        process.wait(PATIENCE_SECONDS)
        first = process.pid
        process.start()
        assert process.wait(PATIENCE_SECONDS)
        assert process.pid != first

    def test_before_the_start_there_is_no_process(self) -> None:
        process = ManagedProcess("child", ["true"])
        assert (process.is_running, process.exit_code) == (False, None)
        with pytest.raises(RuntimeError, match="never started"):
            _ = process.pid
        process.stop(0)

    def test_a_program_that_is_not_there_is_an_error(self) -> None:
        with pytest.raises(FileNotFoundError):
            ManagedProcess("child", ["/no/such/program"]).start()


class TestStopping:
    def test_it_may_end_in_its_own_way(self, start: Start, lines: Lines) -> None:
        process = start(POLITE)
        lines.first()
        process.stop(PATIENCE_SECONDS)
        assert process.exit_code == 3
        assert lines.all == ["ready", "bye"]

    def test_what_does_not_end_in_time_is_killed(self, start: Start, lines: Lines) -> None:
        process = start(STUBBORN)
        lines.first()
        process.stop(0.1)
        assert process.exit_code == -signal.SIGKILL

    def test_its_own_children_end_too(self, start: Start, lines: Lines) -> None:
        process = start(PARENT)
        child = psutil.Process(int(lines.first()))
        process.stop(0.1)
        child.wait(PATIENCE_SECONDS)
        assert not child.is_running()

    def test_children_of_one_that_died_by_itself_end_too(self, start: Start, lines: Lines) -> None:
        process = start(PARENT)
        child = psutil.Process(int(lines.first()))
        process.signal(signal.SIGKILL)
        assert process.wait(PATIENCE_SECONDS)
        process.kill()
        child.wait(PATIENCE_SECONDS)
        assert not child.is_running()

    def test_it_does_not_outlive_a_killed_supervisor(self, lines: Lines) -> None:
        supervisor = f"""
import sys, time
from maskeraid_local.process import ManagedProcess
child = ManagedProcess("child", [sys.executable, "-c", {SLEEPER!r}], read_line=lambda *_: print(child.pid, flush=True))
child.start()
time.sleep(600)
"""
        outer = ManagedProcess("outer", [sys.executable, "-c", supervisor], read_line=lines)
        outer.start()
        child = psutil.Process(int(lines.first()))
        outer.signal(signal.SIGKILL)
        child.wait(PATIENCE_SECONDS)
        outer.kill()
        assert not child.is_running()
