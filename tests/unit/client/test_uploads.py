"""Files on their way to the service: small ones in one request, large ones in parts that survive breaks."""

import base64
import hashlib
import json
import os
from pathlib import Path

import httpx
import pytest
from tests.unit.client.service import Service, job, ok, problem

from maskeraid import NotReachable
from maskeraid.resources.datasets import SMALL_UPLOAD_BYTES

PART = 10
CONTENT = b"0123456789abcdefghijKLMNO"  # two full parts and a rest


class Inbox(Service):
    """A service that takes uploads in parts."""

    def __init__(self, part_bytes: int = PART) -> None:
        super().__init__(self.take)
        self.part_bytes = part_bytes
        self.parts: dict[int, bytes] = {}
        self.breaks_at: int | None = None
        self.is_complete = False
        self.announced: dict[str, str] = {}

    def take(self, request: httpx.Request) -> httpx.Response:
        path, method = request.url.path, request.method
        if path == "/v1/imports":
            return ok(code=202, **job("queued", "import"))
        if (method, path) == ("POST", "/v1/uploads"):
            return self.announce(request.headers["Idempotency-Key"])
        if path.endswith("/complete"):
            assert request.content == b""  # the service refuses a body where none belongs
            self.is_complete = True
        elif method == "PUT":
            number = int(path.rpartition("/")[2])
            if number == self.breaks_at:
                raise httpx.WriteError("cut")
            digest = base64.b64encode(hashlib.sha256(request.content).digest()).decode()
            assert request.headers["Content-Digest"] == f"sha-256=:{digest}:"
            self.parts[number] = request.content
        return self.upload(path.split("/")[3])

    def announce(self, key: str) -> httpx.Response:
        """A new upload, or that of the same key, as idempotency has it."""
        if key not in self.announced:
            self.announced[key] = f"upl_{len(self.announced) + 1}"
            self.parts, self.is_complete = {}, False
        return self.upload(self.announced[key])

    def upload(self, upload_id: str) -> httpx.Response:
        missing = [number for number in (1, 2, 3) if number not in self.parts]
        status = "complete" if self.is_complete else "open"
        return ok(id=upload_id, status=status, part_bytes=self.part_bytes, part_count=3, missing_parts=missing)

    @property
    def puts(self) -> list[str]:
        return [request.url.path for request in self.requests if request.method == "PUT"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "faces.zip"
    file.write_bytes(CONTENT)
    return file


class TestParts:
    def test_all_parts_arrive_and_the_upload_is_completed(self, file: Path) -> None:
        inbox = Inbox()
        shown: list[tuple[int, int]] = []
        with inbox.client() as client:
            upload = client.uploads.send(file, lambda done, total: shown.append((done, total)))
        assert b"".join(inbox.parts[number] for number in (1, 2, 3)) == CONTENT
        assert upload.status == "complete"
        assert shown == [(0, 3), (1, 3), (2, 3), (3, 3)]

    def test_the_file_is_announced_with_its_digest(self, file: Path) -> None:
        inbox = Inbox()
        with inbox.client() as client:
            client.uploads.send(file)
        assert json.loads(inbox.requests[0].content) == {
            "file_name": "faces.zip", "bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest(),
        }  # fmt: skip

    def test_the_same_call_after_a_break_sends_what_is_missing(self, file: Path) -> None:
        inbox = Inbox()
        inbox.breaks_at = 2
        with inbox.client(repeats=1) as client:
            with pytest.raises(NotReachable):
                client.uploads.send(file)
            inbox.breaks_at = None
            sent_before = len(inbox.puts)
            client.uploads.send(file)
        assert inbox.puts[sent_before:] == ["/v1/uploads/upl_1/parts/2", "/v1/uploads/upl_1/parts/3"]
        assert b"".join(inbox.parts[number] for number in (1, 2, 3)) == CONTENT

    def test_a_file_that_was_sent_before_is_a_new_upload(self, file: Path) -> None:
        inbox = Inbox()
        with inbox.client() as client:
            first, second = client.uploads.send(file), client.uploads.send(file)
        assert (first.id, second.id) == ("upl_1", "upl_2")

    def test_an_upload_that_is_gone_is_a_new_upload(self, file: Path) -> None:
        inbox = Inbox()
        gone = problem(404, "not_found", retryable=False)
        service = Service(inbox.take, lambda _: gone, inbox.take)
        with service.client() as client:
            assert client.uploads.send(file).id == "upl_2"

    def test_another_content_is_another_upload(self, file: Path) -> None:
        inbox = Inbox()
        with inbox.client() as client:
            client.uploads.send(file)
            file.write_bytes(CONTENT[::-1])
            client.uploads.send(file)
        keys = {request.headers["Idempotency-Key"] for request in inbox.requests if request.url.path == "/v1/uploads"}
        assert len(keys) == 2


class TestImports:
    def test_a_small_file_goes_in_one_request(self, file: Path) -> None:
        service = Service(ok(code=202, **job("queued", "import")))
        with service.client() as client:
            client.imports.upload("ds_1", file)
        (request,) = service.requests
        assert CONTENT in request.content
        assert b'name="dataset_id"' in request.content
        assert b'filename="faces.zip"' in request.content

    def test_a_repeat_sends_the_whole_file_again(self, file: Path) -> None:
        service = Service(httpx.ReadError("cut"), ok(code=202, **job("queued", "import")))
        with service.client() as client:
            client.imports.upload("ds_1", file)
        assert CONTENT in service.requests[1].content

    def test_a_large_file_goes_in_parts(self, file: Path) -> None:
        os.truncate(file, SMALL_UPLOAD_BYTES + 1)
        inbox = Inbox(part_bytes=SMALL_UPLOAD_BYTES // 2)
        with inbox.client() as client:
            client.imports.upload("ds_1", file)
        assert len(inbox.puts) == 3
        assert json.loads(inbox.requests[-1].content)["source"] == {"type": "upload", "upload_id": "upl_1"}
