"""Bodies of strangers, to a real server: too large, too slow, of too many parts, many at once.

All are refused, the server answers others meanwhile, and has neither memory nor files left of them.
"""

import select
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import psutil
import pytest
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note
from tests.chaos.probe import Probe

SENDERS = 100
MOST_GROWN = 100  # MiB, for all of them together
ANSWER_SECONDS = 60.0
PIECE = b" " * 2**16
JSON, MULTIPART = "application/json", "multipart/form-data; boundary=b"
FIELD = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\n'
MILLION = 1_000_000


class Body:
    """What is sent, and how: by default in chunks, and without a pause."""

    def __init__(
        self,
        pieces: Callable[[], Iterator[bytes]],
        *,
        media: str = JSON,
        path: str = "/v1/datasets",
        announced: int | None = None,
        pause: float = 0.0,
    ) -> None:
        length = "Transfer-Encoding: chunked" if announced is None else f"Content-Length: {announced}"
        self.pieces, self.pause, self.is_chunked = pieces, pause, announced is None
        self.head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {media}\r\n{length}\r\n"


def unknown_fields(count: int) -> Iterator[bytes]:
    yield b'{"name": "a"' + b"".join(b',"f%d":1' % number for number in range(count)) + b"}"


def million_parts() -> Iterator[bytes]:
    return repeat(FIELD * 1000, MILLION // 1000)


BODIES: dict[str, tuple[int, Body]] = {
    "endless": (413, Body(lambda: repeat(PIECE))),
    "endless, of a form": (413, Body(lambda: repeat(PIECE), media="application/x-www-form-urlencoded")),
    "endless, where files are large": (413, Body(lambda: repeat(PIECE), path="/v1/imports")),
    "announced as 10 GB": (413, Body(lambda: iter(()), announced=10**10)),
    "announced as more than comes": (408, Body(lambda: iter([b"{"]), announced=1000)),
    "a byte a second": (408, Body(lambda: repeat(b" "), pause=1.0)),
    "a byte a second of a file": (
        408, Body(lambda: iter([FILE, *repeat(b"x", 100)]), media=MULTIPART, path="/v1/imports", pause=1.0),
    ),
    "10^6 parts": (400, Body(million_parts, media=MULTIPART, path="/v1/imports")),
    "10^6 fields": (
        413, Body(lambda: repeat(b"a=1&" * 1000, MILLION // 1000), media="application/x-www-form-urlencoded",
                  path="/v1/imports"),
    ),
    "as many fields as 1 MiB has": (422, Body(lambda: unknown_fields(90_000))),
    "as many unknown fields as are looked at": (422, Body(lambda: unknown_fields(19_000))),
    "10^6 lists in one another": (400, Body(lambda: iter([b"[" * MILLION]))),
    "one endless name of a part": (
        400, Body(lambda: iter([b'--b\r\nContent-Disposition: form-data; name="', *repeat(PIECE, 100)]),
                  media=MULTIPART, path="/v1/imports"),
    ),
}  # fmt: skip


def status_of(environment: Environment, body: Body) -> int:
    """Send until there is an answer; 0 when the connection was closed without one."""
    head = f"{body.head}Authorization: Bearer {environment.first_key}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", environment.options.port), timeout=ANSWER_SECONDS) as connection:
        try:
            connection.sendall(head)
            for piece in body.pieces():
                if select.select([connection], [], [], body.pause)[0]:
                    break
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if body.is_chunked else piece)
            else:
                connection.sendall(b"0\r\n\r\n" if body.is_chunked else b"")
        except (ConnectionError, TimeoutError):
            pass  # it was answered, and the rest not wanted
        answer = connection.recv(2**16)
    return int(answer.split(b" ", 2)[1]) if answer else 0


def open_files(process: psutil.Process) -> int:
    return sum(1 for file in Path(f"/proc/{process.pid}/fd").iterdir() if "socket" not in _target(file))


def _target(file: Path) -> str:
    try:
        return str(file.readlink())
    except FileNotFoundError:  # the folder's own descriptor
        return "socket"


@pytest.mark.row("S6", "100 hostile bodies at once: 413, 408, or 4xx, <= +100 MiB, others are served, nothing is left")
def test_bodies_of_strangers_are_refused(environment: Environment, measured: Note) -> None:
    api, scratch = psutil.Process(environment.services["api"].pid), environment.options.data / "scratch"
    inbox = list(environment.blobs.glob("t/*/inbox/*"))
    statuses = [status_of(environment, BODIES["endless"][1]) for _ in range(2)]  # what a first time takes is no growth
    assert statuses == [413, 413]
    files, before = open_files(api), api.memory_info().rss
    peaks = [before]
    names = [list(BODIES)[number % len(BODIES)] for number in range(SENDERS)]
    with ThreadPoolExecutor(SENDERS) as pool, Probe(environment, "/healthz", every_seconds=0.05) as probe:
        running = [pool.submit(status_of, environment, BODIES[name][1]) for name in names]
        while not all(one.done() for one in running):
            peaks.append(api.memory_info().rss)
            select.select([], [], [], 0.05)
    found = {name: {one.result() for of, one in zip(names, running, strict=True) if of == name} for name in BODIES}
    grown = (max(peaks) - before) / 2**20
    measured(f"{SENDERS} at once: +{grown:.0f} MiB, p99 of /healthz {probe.percentile(0.99):.2f} s")
    assert found == {name: {status} for name, (status, _) in BODIES.items()}
    assert set(probe.statuses) == {200}
    assert grown <= MOST_GROWN
    assert open_files(api) <= files
    assert not list(scratch.iterdir())
    assert list(environment.blobs.glob("t/*/inbox/*")) == inbox
