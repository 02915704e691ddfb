"""The limited child: what it may not do, how it talks, and how its death is met. Real processes throughout."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from maskeraid_core import limited_child
from maskeraid_core.confinement import encode_frame, serve
from maskeraid_core.limited_child import ENVIRONMENT, ChildDied, LimitedChild

SANITISING = "maskeraid_faces.sanitising_child"
REQUEST = {"sides": {"largest": 700}}


def confined(attempt: str) -> subprocess.CompletedProcess[str]:
    """Run Python code after `confine`; it sees whether its network is isolated as `isolated`."""
    code = f"import os\nfrom maskeraid_core.confinement import confine\nisolated = confine(os.getppid())\n{attempt}"
    return subprocess.run(
        [sys.executable, "-I", "-c", code], env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False
    )


def png(side: int = 32) -> bytes:
    packed = io.BytesIO()
    Image.fromarray(np.arange(side * side * 3, dtype=np.uint8).reshape(side, side, 3)).save(packed, "PNG")
    return packed.getvalue()


def noise(side: int) -> bytes:
    packed = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)).save(packed, "PNG")
    return packed.getvalue()


class TestConfinement:
    def test_memory_is_limited(self) -> None:
        assert "MemoryError" in confined("bytearray(3 * 2**30)").stderr

    def test_files_are_limited_in_size(self, tmp_path: Path) -> None:
        attempt = f"""
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
file = open({str(tmp_path / "large")!r}, "wb")
file.truncate(2**28)
print("so far")
file.truncate(2**28 + 1)"""
        outcome = confined(attempt)
        assert outcome.stdout == "so far\n"
        assert "File too large" in outcome.stderr

    def test_open_files_are_limited(self) -> None:
        assert "Too many open files" in confined("files = [open('/dev/null') for _ in range(70)]").stderr

    def test_processor_time_and_core_are_limited(self) -> None:
        attempt = "import resource as r\nprint(r.getrlimit(r.RLIMIT_CPU), r.getrlimit(r.RLIMIT_CORE))"
        assert confined(attempt).stdout == "(120, 120) (0, 0)\n"

    @pytest.mark.skipif(os.getuid() == 0, reason="the kernel does not hold root to RLIMIT_NPROC")
    def test_no_further_process(self) -> None:
        assert "BlockingIOError" in confined("os.fork()").stderr

    def test_no_way_to_the_network(self) -> None:
        attempt = """
import socket
server = socket.socket()
print(isolated, server.connect_ex(("127.0.0.1", 9)) == 101)  # network unreachable, loopback included"""
        outcome = confined(attempt).stdout
        if outcome.startswith("False"):
            pytest.skip("this kernel gives no network namespace")
        assert outcome == "True True\n"

    def test_no_keys_in_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MASKERAID_MONGODB_URL", "mongodb://secret@host")
        with LimitedChild(SANITISING) as child:
            environment = Path(f"/proc/{child.pid}/environ").read_bytes()
        assert b"MASKERAID" not in environment
        assert b"OMP_NUM_THREADS=1" in environment

    def test_its_folder_is_empty_and_takes_nothing(self) -> None:
        with LimitedChild(SANITISING) as child:
            folder = Path(f"/proc/{child.pid}/cwd")
            assert str(folder.readlink()).endswith("(deleted)")
            assert not list(folder.iterdir())
            with pytest.raises(FileNotFoundError):
                (folder / "kept").touch()

    def test_one_thread(self) -> None:
        """More would meet RLIMIT_NPROC, which does not bind root but everybody else."""
        with LimitedChild(SANITISING) as child:
            list(child.ask(REQUEST, png(), seconds=10))
            assert len(list(Path(f"/proc/{child.pid}/task").iterdir())) == 1

    def test_dies_with_its_parent(self) -> None:
        code = f"""
import os, signal
from maskeraid_core.limited_child import LimitedChild
print(LimitedChild({SANITISING!r}).pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)"""
        parent = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
        status = Path(f"/proc/{int(parent.stdout)}/stat")
        deadline = time.monotonic() + 10
        while status.exists() and status.read_text().split()[2] != "Z":
            assert time.monotonic() < deadline, "the child outlives its parent"
            time.sleep(0.01)


class TestServe:
    def test_each_request_is_answered_and_ended(self) -> None:
        requests = io.BytesIO(encode_frame({"n": 1}, b"ab", b"c") + encode_frame({"n": 2}))
        replies = io.BytesIO()
        serve(lambda header, body: [(header, body[::-1])], requests, replies)
        first, second = encode_frame({"n": 1}, b"cba"), encode_frame({"n": 2})
        assert replies.getvalue().startswith(first)
        assert second in replies.getvalue()
        assert replies.getvalue().count(b'"end": true') == 2

    def test_half_a_frame_is_no_request(self) -> None:
        with pytest.raises(EOFError):
            serve(lambda header, body: [(header, body)], io.BytesIO(encode_frame({"n": 1}, b"abc")[:-1]), io.BytesIO())


class TestLimitedChild:
    def test_death_says_how(self) -> None:
        with LimitedChild(SANITISING) as child:
            os.kill(child.pid, signal.SIGKILL)
            with pytest.raises(ChildDied, match="SIGKILL"):
                list(child.ask(REQUEST, png(), seconds=10))
            assert not child.is_fresh

    def test_unknown_module_does_not_come_up(self) -> None:
        with pytest.raises(ChildDied, match="No module named 'nonesuch'"):
            LimitedChild("nonesuch")

    def test_frozen_child_is_given_up(self) -> None:
        with LimitedChild(SANITISING) as child:
            os.kill(child.pid, signal.SIGSTOP)
            with pytest.raises(ChildDied, match="too long"):
                list(child.ask(REQUEST, bytes(2**20), seconds=0.1))  # more than a pipe holds: sending waits too

    def test_child_that_a_busy_machine_keeps_waiting_is_not_given_up(self) -> None:
        """It was: photographs that need two seconds were called unreadable on a machine with much to do."""
        with LimitedChild(SANITISING) as child:
            os.kill(child.pid, signal.SIGSTOP)
            threading.Timer(1.5, os.kill, (child.pid, signal.SIGCONT)).start()
            ((reply, _),) = child.ask(REQUEST, png(), seconds=1)
        assert "width" in reply

    def test_child_that_works_too_long_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limited_child, "STARVED", 10_000)  # so that the clock does not end it
        with LimitedChild(SANITISING) as child, pytest.raises(ChildDied, match="too long"):
            list(child.ask({"sides": {"largest": 2000}}, noise(2000), seconds=0.05))

    def test_unread_request_ends_the_child(self) -> None:
        with LimitedChild(SANITISING) as child:
            replies = child.ask(REQUEST, png(), seconds=10)
            next(replies)
            replies.close()  # type: ignore[attr-defined]
            assert not child.is_fresh

    def test_broken_frame_is_a_death(self) -> None:
        with LimitedChild(SANITISING) as child:
            child._received += b"\0\0\0\3\0\0\0\0{]}"
            with pytest.raises(ChildDied, match="protocol"):
                list(child.ask(REQUEST, png(), seconds=10))

    def test_frame_above_the_limit_is_not_read(self) -> None:
        with LimitedChild(SANITISING) as child:
            child._received += b"\xff" * 8
            with pytest.raises(ChildDied, match="above the limit"):
                list(child.ask(REQUEST, png(), seconds=10))

    def test_large_image_passes_the_pipes(self) -> None:
        with LimitedChild(SANITISING) as child:
            ((reply, body),) = child.ask(REQUEST, noise(700), seconds=30)
        assert reply["width"] == 700
        assert len(body) == reply["png"] + reply["thumbnail"] + 700 * 700 * 3
