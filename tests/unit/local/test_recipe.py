"""The recipe's own two functions against a small server: what is refused or fails stops it, and says why."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from maskeraid_local.commands import RECIPE, RECIPE_URL

REFUSED = {
    "title": "The request is not valid", "detail": "The request needs attention in 1 field.", "code": "invalid",
    "errors": [{"pointer": "/name", "detail": "too long"}],
}  # fmt: skip
FAILED = {"title": "No pixel is covered", "message": "no covering was found", "remedy": "Send a map.", "code": "x"}
ANSWERS: dict[str, Any] = {
    "/v1/fine": {"id": "ds_1", "error": None},
    "/v1/refused": REFUSED,
    "/v1/jobs/rim_1": {"id": "rim_1", "status": "failed", "error": FAILED},
    "/v1/jobs/rim_2": {"id": "rim_2", "status": "succeeded", "error": None},
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_stream = self.path.endswith("/events")
        data = b"event: end\n\n" if is_stream else json.dumps(ANSWERS[self.path]).encode()
        self.send_response(422 if ANSWERS.get(self.path) is REFUSED else 200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """A test's output is not the place."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def run(url: str, line: str) -> subprocess.CompletedProcess[str]:
    """A line with the recipe's beginning before it, and a word behind it."""
    beginning = RECIPE.read_text().partition("# 1 ")[0].replace(RECIPE_URL, url)
    script = f"{beginning}{line}\necho went on\n)"
    environment = {**os.environ, "MASKERAID_KEY": "mk_1"}
    return subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60)


def test_an_answer_is_passed_on(url: str) -> None:
    told = run(url, "D=$(call $U/fine | jq -r .id); echo $D")
    assert (told.returncode, told.stdout, told.stderr) == (0, "ds_1\nwent on\n", "")


@pytest.mark.parametrize("line", ["call $U/refused", "D=$(call $U/refused | jq -r .id)"])
def test_a_call_that_is_refused_stops_it_and_says_why(url: str, line: str) -> None:
    told = run(url, line)
    assert (told.returncode, told.stdout) == (5, "")
    assert [line.strip() for line in told.stderr.splitlines()] == [
        "The request is not valid: The request needs attention in 1 field.", "/name: too long",
    ]  # fmt: skip


def test_a_job_that_fails_stops_it_and_says_why(url: str) -> None:
    told = run(url, "follow rim_1")
    assert (told.returncode, "went on" in told.stdout) == (5, False)
    assert told.stderr.strip() == "No pixel is covered: no covering was found. Send a map."


def test_a_job_that_succeeds_is_followed_to_its_end(url: str) -> None:
    told = run(url, "follow rim_2")
    assert (told.returncode, told.stdout, told.stderr) == (0, "event: end\n\nwent on\n", "")


def test_a_service_that_is_not_there_stops_it(url: str) -> None:
    told = run("http://127.0.0.1:9", "D=$(call $U/fine)")
    assert (told.returncode, told.stdout) == (7, "")
    assert "127.0.0.1" in told.stderr
