"""The inside of a limited child: gives up rights and resources, then answers frames from its parent.

Run as `python -m maskeraid_core.confinement <module> <parent's pid>`; the module offers `answer(header, body)`.
A frame is two lengths (big-endian, 32 bits each), a JSON object, and bytes. No pickles.
"""

import ctypes
import importlib
import json
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

Header = dict[str, Any]  # plain JSON values
Answer = Callable[[Header, bytes], Iterable[tuple[Header, bytes]]]

LENGTHS = struct.Struct(">II")  # of the header, of the body
LARGEST_HEADER, LARGEST_BODY = 16 * 2**20, 512 * 2**20  # bytes; 40 megapixels as RGB, their PNG and thumbnail fit

LIMITS: dict[int, int] = {
    resource.RLIMIT_AS: 2 * 2**30,
    resource.RLIMIT_CPU: 120,
    resource.RLIMIT_FSIZE: 256 * 2**20,
    resource.RLIMIT_NOFILE: 64,
    resource.RLIMIT_NPROC: 0,  # neither processes nor threads; the kernel does not hold root to it
    resource.RLIMIT_CORE: 0,
}
CPU_SECONDS_TO_RETIRE = 60.0  # half of the limit: a child is replaced before the limit could hit an innocent image
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38  # linux/prctl.h
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h


def encode_frame(header: Header, *parts: bytes) -> bytes:
    """One frame, ready to be written; the parts follow one another as its body."""
    head = json.dumps(header, ensure_ascii=False).encode()
    return b"".join((LENGTHS.pack(len(head), sum(map(len, parts))), head, *parts))


def confine(parent_pid: int) -> bool:
    """Take the limits on this process; True when it has a network namespace of its own, without a way out.

    Raises: OSError when the kernel refuses to tie this process to its parent. Call it before any thread starts.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent_pid:  # it died before the signal was asked for
        sys.exit("the parent is gone")
    # A user namespace also takes root's power over the machine away; where it is forbidden, root may do without.
    isolated = any(libc.unshare(flags) == 0 for flags in (CLONE_NEWUSER | CLONE_NEWNET, CLONE_NEWNET))
    for limit, value in LIMITS.items():
        _, hardest = resource.getrlimit(limit)
        value = value if hardest == resource.RLIM_INFINITY else min(value, hardest)
        resource.setrlimit(limit, (value, value))
    return isolated


def _read(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError("the parent's frame ends early")
    return data


def serve(answer: Answer, requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer each request by its frames and an end frame, until the parent closes the pipe."""
    while lengths := requests.read(LENGTHS.size):
        header_size, body_size = LENGTHS.unpack(lengths)
        header = json.loads(_read(requests, header_size))
        for reply, body in answer(header, _read(requests, body_size)):
            replies.write(encode_frame(reply, body))
            replies.flush()
        replies.write(encode_frame({"end": True, "cpu_seconds": time.process_time()}))
        replies.flush()


def answer(header: Header, body: bytes) -> Iterator[tuple[Header, bytes]]:
    """What a child without a task says: what it was told."""
    yield header, body


def main() -> None:
    """Confine this process, say so, and serve the module named on the command line."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints stays out of the frames
    isolated = confine(parent_pid=int(sys.argv[2]))
    task: Answer = importlib.import_module(sys.argv[1]).answer
    replies.write(encode_frame({"network_isolated": isolated}))
    replies.flush()
    serve(task, sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
