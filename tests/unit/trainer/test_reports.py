"""The child's ties to its parent: only reports travel on them, and they hold when the parent is killed."""

import json
import os
import signal
import subprocess
import sys
import time

from tests.unit.trainer.fakes import is_alive


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


class TestReports:
    def test_what_libraries_print_stays_out(self) -> None:
        code = """
import os
from maskeraid_trainer.reports import Reports
reports = Reports()
print("from Python", flush=True)
os.system("echo from elsewhere")
reports.say("phase", phase="training")
"""
        done = subprocess.run(python(code), capture_output=True, text=True, check=True)
        assert [json.loads(line) for line in done.stdout.splitlines()] == [{"type": "phase", "phase": "training"}]
        assert done.stderr.split("\n") == ["from Python", "from elsewhere", ""]

    def test_it_says_that_it_lives_while_it_is_busy(self) -> None:
        code = """
import threading
from maskeraid_trainer.reports import Reports
reports = Reports()
heard = threading.Semaphore(0)
say = reports.say
reports.say = lambda *line: (say(*line), heard.release())
with reports.alive(0.01):
    for _ in range(3):
        heard.acquire()
say("end")
"""
        done = subprocess.run(python(code), capture_output=True, text=True, check=True)
        said = [json.loads(line)["type"] for line in done.stdout.splitlines()]
        assert said[:3] + said[-1:] == ["alive", "alive", "alive", "end"]


class TestTieToParent:
    def test_a_killed_parent_takes_it_along(self) -> None:
        child = (
            "from maskeraid_trainer.reports import tie_to_parent; import os, sys, time;"
            "tie_to_parent(int(sys.argv[1])); print(os.getpid(), flush=True); time.sleep(60)"
        )
        parent = f"import os, subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}, str(os.getpid())])"
        with subprocess.Popen(python(parent), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            pid = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
        until = time.monotonic() + 20
        while is_alive(pid):
            assert time.monotonic() < until
            time.sleep(0.01)

    def test_an_orphan_does_not_start(self) -> None:
        code = "from maskeraid_trainer.reports import tie_to_parent; tie_to_parent(1)"
        assert os.getpid() != 1
        done = subprocess.run(python(code), capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (1, "the parent is gone\n")
