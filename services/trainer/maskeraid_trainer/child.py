"""A training's process, seen from its parent: started, listened to, ended. Knows nothing of jobs."""

import json
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import structlog

from maskeraid_trainer.memory import bytes_wanted, kernel_kills, peak_bytes, says_out_of_memory

log = structlog.get_logger()

Line = Mapping[str, Any]  # a JSON object with a `type`

LEFT = 75  # exit code (EX_TEMPFAIL): it was asked to leave, and what is worth it is kept
OUT_OF_MEMORY = 71  # exit code (EX_OSERR)

WORDS_KEPT = 50  # lines of its error output
PIECE_BYTES = 1 << 16
NOTES_OF_TENSORFLOW = ("WARNING: All log messages before absl", "I0000 ", "To enable the following instructions")


class Child:
    """A process in a group of its own; use it as a context: nothing of the group is left when that ends.

    It reports by JSON lines on its standard output and speaks to people on its standard error. The kernel kills it
    when the thread that started it ends, so that thread must also supervise it.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            process_group=0,
            bufsize=0,
        )
        assert self._process.stdout
        assert self._process.stderr
        self._reports = _LineReader(self._process.stdout.fileno())
        self._words = _LineReader(self._process.stderr.fileno())
        self._open_pipes = selectors.DefaultSelector()
        for reader in (self._reports, self._words):
            self._open_pipes.register(reader.descriptor, selectors.EVENT_READ, reader)
        self._heard_at = time.monotonic()
        self._asked_to_leave_at: float | None = None
        self._has_reported = self._is_finishing = False
        self._kernel_kills = kernel_kills()
        self._peak_bytes = 0
        self.last_words: deque[str] = deque(maxlen=WORDS_KEPT)

    @property
    def exit_code(self) -> int | None:
        """How it ended (a signal as a negative number), once all that it said was heard; else None."""
        return None if self._open_pipes.get_map() else self._process.poll()

    @property
    def silent_seconds(self) -> float:
        """How long it has reported nothing."""
        return time.monotonic() - self._heard_at

    @property
    def leaving_seconds(self) -> float:
        """How long ago it was asked to leave; 0 when it was not."""
        return time.monotonic() - self._asked_to_leave_at if self._asked_to_leave_at is not None else 0.0

    @property
    def has_left(self) -> bool:
        """Whether it ended, or must end, because it was asked to leave."""
        return self._asked_to_leave_at is not None or self.exit_code == LEFT

    @property
    def is_out_of_memory(self) -> bool:
        """Whether it ended for want of memory, as far as that can be told."""
        code = self._process.poll()
        killed = code == -signal.SIGKILL and kernel_kills() > self._kernel_kills
        return killed or code == OUT_OF_MEMORY or (code != 0 and says_out_of_memory(self.last_words))

    @property
    def memory(self) -> dict[str, int]:
        """The most bytes that it had, and how many more it wanted in vain; only what is known."""
        known = {"peak_bytes": self._peak_bytes, "wanted_bytes": bytes_wanted(self.last_words)}
        return {name: number for name, number in known.items() if number}

    @property
    def how_it_ended(self) -> str:
        """Its exit code or signal, for people."""
        code = self._process.poll()
        if code is None:
            return f"silence: no report for {self.silent_seconds:.0f} s"
        return f"{signal.Signals(-code).name} ({signal.strsignal(-code)})" if code < 0 else f"exit {code}"

    def listen(self, seconds: float) -> Iterator[Line]:
        """What it reports within `seconds`; ends sooner when it said something."""
        self._peak_bytes = max(self._peak_bytes, peak_bytes(self._process.pid))
        for key, _ in self._open_pipes.select(seconds):
            reader: _LineReader = key.data
            lines = reader.read()
            if reader.has_ended:
                self._open_pipes.unregister(reader.descriptor)
            if reader is self._words:
                self._pass_on(lines)
            elif not reader.has_ended:  # a report without an end was cut off by the end
                self._heard_at = time.monotonic()
                self._has_reported = True
                yield from map(json.loads, lines)

    def ask_to_leave(self) -> None:
        """Ask it, once, to keep a checkpoint and end."""
        if self._asked_to_leave_at is None:
            self._asked_to_leave_at = time.monotonic()
            self._process.send_signal(signal.SIGTERM)

    def ask_to_finish(self) -> None:
        """Ask it, once, to end its steps early and save; before its first report it could not hear that."""
        if self._has_reported and not self._is_finishing:
            self._is_finishing = True
            self._process.send_signal(signal.SIGUSR1)

    def kill(self) -> None:
        """End the whole group at once."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # nothing of the group is left

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()
        self._open_pipes.close()
        with self._process:  # closes the pipes and waits
            pass

    def _pass_on(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            self.last_words.append(line.decode(errors="replace"))
            if not self.last_words[-1].startswith(NOTES_OF_TENSORFLOW):
                log.info("training says", line=self.last_words[-1])


class _LineReader:
    """Lines from a pipe."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.has_ended = False
        self._rest = b""

    def read(self) -> list[bytes]:
        """The whole lines that are there now; at the end of the pipe, what is left of the last one."""
        piece = os.read(self.descriptor, PIECE_BYTES)
        if not piece:
            self.has_ended = True
            return [self._rest] if self._rest else []
        *lines, self._rest = (self._rest + piece).split(b"\n")
        return lines
