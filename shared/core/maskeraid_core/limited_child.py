"""Starts a limited child process and talks to it in frames; the parent's side of `confinement`.

Whatever strangers send is parsed only in such a child. The child has no way to the network, the stores, or our keys.
"""

import json
import math
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from maskeraid_core.confinement import (
    CPU_SECONDS_TO_RETIRE,
    LARGEST_BODY,
    LARGEST_HEADER,
    LENGTHS,
    Header,
    encode_frame,
)

STARTUP_SECONDS = 10.0  # of processor time: imports
STARVED = 6  # times its processor time that a child may take by the clock: on a busy machine it waits for its turn
UNWATCHED = 0.1  # seconds by the clock that do not count: nearly all is there by then, and a look costs as much as it
TICKS = os.sysconf("SC_CLK_TCK")  # a second, of processor time
PIECE = 256 * 2**10  # bytes a system call

# One thread each: libraries that start threads would meet RLIMIT_NPROC.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"} | dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


class ChildDied(Exception):
    """The limited child ended, broke the protocol, or took too long."""


class Patience:
    """How long a child may take for one step: so much processor time of its own, and by the clock `STARVED` times that.

    By the clock alone a good image would be refused because others keep the machine busy. Both count from the end of
    the `UNWATCHED` time.
    """

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid, self._seconds = pid, seconds
        self._watched_from = time.monotonic() + UNWATCHED
        self._spent: float | None = None  # before it was watched

    @property
    def left(self) -> float:
        """Seconds after which it may be over; 0 when it is."""
        watched = time.monotonic() - self._watched_from
        if watched < 0:
            return -watched
        spent = processor_seconds(self._pid)
        if self._spent is None:
            self._spent = spent
        by_processor = self._seconds - (spent - self._spent)
        return max(0.0, min(by_processor, STARVED * self._seconds - watched))


def processor_seconds(pid: int) -> float:
    """What a process has had of the processors so far; 0 of one that is gone. Source: proc_pid_stat(5)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    user, system = stat.rpartition(b")")[2].split()[11:13]  # behind its name, which may hold anything
    return (int(user) + int(system)) / TICKS


class LimitedChild:
    """A process under the limits of `confinement`, running one module's `answer`; use it as a context.

    The kernel kills it when the thread that made it ends, so that thread should also talk to it.
    """

    def __init__(self, module: str, *, descriptors: Sequence[int] = ()) -> None:
        """Start `module`, with open `descriptors` under their own numbers; ChildDied when it does not come up."""
        # Its own empty folder, removed under its feet: it can keep nothing there, and a kill leaves nothing.
        scratch = tempfile.mkdtemp(prefix="maskeraid-child-")
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  closed in close()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "maskeraid_core.confinement", module, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            pass_fds=descriptors,
            cwd=scratch,
            env=ENVIRONMENT,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._replies = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._requests, False)
        os.set_blocking(self._replies, False)
        self._received = bytearray()
        self.cpu_seconds = 0.0
        try:
            hello, _ = self._receive(STARTUP_SECONDS)
        except ChildDied:
            self.close()
            raise
        finally:
            os.rmdir(scratch)
        self.network_isolated: bool = hello["network_isolated"] is True

    def ask(self, header: Header, body: bytes = b"", *, seconds: float) -> Iterator[tuple[Header, bytes]]:
        """Send one request and yield its replies; it may work at most `seconds` for each, of processor time.

        Raises: ChildDied. A request that is not read to its end ends the child, for its next reply would be stale.
        """
        ended = False
        try:
            self._send(encode_frame(header, body), seconds)
            while not ended:
                reply, reply_body = self._receive(seconds)
                ended = reply.get("end") is True
                if not ended:
                    yield reply, reply_body
            self.cpu_seconds = float(reply["cpu_seconds"])
        finally:
            if not ended:
                self._kill()

    @property
    def is_fresh(self) -> bool:
        """Whether it lives and is far enough from its limit of processor time to take another request."""
        return self._process.poll() is None and self.cpu_seconds < CPU_SECONDS_TO_RETIRE

    @property
    def pid(self) -> int:
        """The process's number, for those who watch it."""
        return self._process.pid

    def close(self) -> None:
        """End the process."""
        self._kill()
        for pipe in (self._process.stdin, self._process.stdout, self._stderr):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _wait(self, descriptor: int, event: int, patience: Patience) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        while not poll.poll(math.ceil(patience.left * 1000)):
            if not patience.left:
                self._kill()
                raise ChildDied("it took too long")

    def _send(self, frame: bytes, seconds: float) -> None:
        patience, rest = Patience(self.pid, seconds), memoryview(frame)
        while rest:
            self._wait(self._requests, select.POLLOUT, patience)
            try:
                rest = rest[os.write(self._requests, rest[:PIECE]) :]
            except BlockingIOError:  # the pipe has some room, but not for a piece that must go at once
                continue
            except BrokenPipeError as error:
                raise self._death() from error

    def _receive(self, seconds: float) -> tuple[Header, bytes]:
        patience = Patience(self.pid, seconds)
        header_size, body_size = LENGTHS.unpack(self._take(LENGTHS.size, patience))
        if header_size > LARGEST_HEADER or body_size > LARGEST_BODY:
            self._kill()
            raise ChildDied("it sent a frame above the limit")
        head = self._take(header_size, patience)
        try:
            header = json.loads(head)
        except (ValueError, RecursionError) as error:
            raise ChildDied("it broke the protocol") from error
        if not isinstance(header, dict):
            raise ChildDied("it broke the protocol")
        return header, self._take(body_size, patience)

    def _take(self, size: int, patience: Patience) -> bytes:
        while len(self._received) < size:
            self._wait(self._replies, select.POLLIN, patience)
            piece = os.read(self._replies, PIECE)
            if not piece:
                raise self._death()
            self._received += piece
        taken = bytes(memoryview(self._received)[:size])
        del self._received[:size]
        return taken

    def _death(self) -> ChildDied:
        """How it ended, with the last line it wrote to its error output."""
        self._kill()
        code = self._process.returncode
        how = signal.Signals(-code).name if code < 0 else f"exit {code}"
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - 2000))
        last_line = self._stderr.read().decode(errors="replace").strip().rpartition("\n")[2]
        return ChildDied(f"{how}: {last_line}" if last_line else how)


def is_network_isolated() -> bool:
    """Whether the limited children of this process have a network namespace of their own; one is started to see."""
    child = LimitedChild("maskeraid_core.confinement")
    child.close()
    return child.network_isolated
