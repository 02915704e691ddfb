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

log = structlog.get_logger()

Line = Mapping[str, Any]  # a JSON object with a `type`

WORDS_KEPT = 50  # lines of its error output
PIECE_BYTES = 1 << 16


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
            env={**os.environ, **environment},
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
        self.last_words: deque[str] = deque(maxlen=WORDS_KEPT)

    @property
    def exit_code(self) -> int | None:
        """How it ended (a signal as a negative number), once all that it said was heard; else None."""
        return None if self._open_pipes.get_map() else self._process.poll()

    @property
    def silent_seconds(self) -> float:
        """How long it has reported nothing."""
        return time.monotonic() - self._heard_at

    def listen(self, seconds: float) -> Iterator[Line]:
        """What it reports within `seconds`; ends sooner when it said something."""
        for key, _ in self._open_pipes.select(seconds):
            reader: _LineReader = key.data
            lines = reader.read()
            if reader.has_ended:
                self._open_pipes.unregister(reader.descriptor)
            if reader is self._words:
                self._pass_on(lines)
            elif not reader.has_ended:  # a report without an end was cut off by the end
                self._heard_at = time.monotonic()
                yield from map(json.loads, lines)

    def terminate(self) -> None:
        """Ask it to end soon."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End the whole group at once."""
        self._send(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()
        self._open_pipes.close()
        with self._process:  # closes the pipes and waits
            pass

    def _send(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return  # nothing of the group is left

    def _pass_on(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            self.last_words.append(line.decode(errors="replace"))
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
