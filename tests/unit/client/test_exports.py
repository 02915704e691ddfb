"""Exports from Python and from the command line: the zip is saved whole, or not at all."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.client.service import Service, event_text, job, listed, ok, problem, stream
from typer.testing import CliRunner

from maskeraid import ApiError, NotReachable
from maskeraid.cli import app

ZIP = bytes(range(256)) * 20
RESULT = {"images": 125, "bytes": len(ZIP), "digest": f"sha256:{hashlib.sha256(ZIP).hexdigest()}"}
URLS = {"self": "/v1/exports/exp_1", "content": "/v1/exports/exp_1/content"}
MADE = job("succeeded", "export", id="exp_1", name="faces-v1.zip", result=RESULT, urls=URLS)
WAITING = job("queued", "export", id="exp_1", name="faces-v1.zip", urls={"self": URLS["self"]})
WHOLE = httpx.Response(200, content=ZIP)


class Torn(httpx.SyncByteStream):
    """A connection that breaks after so many bytes."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __iter__(self) -> Iterator[bytes]:
        yield ZIP[: self._count]
        raise httpx.ReadError("gone")


def part(request: httpx.Request) -> httpx.Response:
    """The rest that is asked for."""
    start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
    return httpx.Response(206, content=ZIP[start:])


class TestClient:
    def test_one_is_ordered_waited_for_and_saved(self, tmp_path: Path) -> None:
        service = Service(ok(code=202, **WAITING), stream(event_text(1, "end")), ok(**MADE), WHOLE)
        with service.client() as client:
            made = client.exports.create("ds_1", version=3, where=["mouth:2"], format="tensors")
            file = made.wait().save(tmp_path / "new" / "a.zip")
        body = {"dataset_id": "ds_1", "version": 3, "where": ["mouth:2"], "format": "tensors"}
        assert json.loads(service.requests[0].content) == body
        assert (file, file.read_bytes()) == (tmp_path / "new" / "a.zip", ZIP)
        assert list(file.parent.iterdir()) == [file]

    def test_in_a_folder_it_has_its_own_name(self, tmp_path: Path) -> None:
        with Service(ok(**MADE), WHOLE).client() as client:
            assert client.exports.get("exp_1").save(tmp_path) == tmp_path / "faces-v1.zip"

    def test_a_broken_connection_is_continued(self, tmp_path: Path) -> None:
        service = Service(ok(**MADE), httpx.Response(200, stream=Torn(1000)), part)
        with service.client() as client:
            assert client.exports.get("exp_1").save(tmp_path).read_bytes() == ZIP
        assert service.requests[2].headers["Range"] == "bytes=1000-"

    def test_the_same_call_goes_on_with_what_was_left(self, tmp_path: Path) -> None:
        (tmp_path / "faces-v1.zip.part").write_bytes(ZIP[:500])
        with Service(ok(**MADE), part).client() as client:
            assert client.exports.get("exp_1").save(tmp_path).read_bytes() == ZIP

    def test_what_was_left_of_another_file_is_no_harm(self, tmp_path: Path) -> None:
        (tmp_path / "faces-v1.zip.part").write_bytes(b"another")
        with Service(ok(**MADE), part, WHOLE).client() as client:
            assert client.exports.get("exp_1").save(tmp_path).read_bytes() == ZIP

    def test_what_is_all_there_is_only_looked_at(self, tmp_path: Path) -> None:
        (tmp_path / "faces-v1.zip.part").write_bytes(ZIP)
        with Service(ok(**MADE), problem(416, "range_not_satisfiable")).client() as client:
            assert client.exports.get("exp_1").save(tmp_path).read_bytes() == ZIP

    def test_other_bytes_are_not_kept(self, tmp_path: Path) -> None:
        with Service(ok(**MADE), httpx.Response(200, content=b"x")).client() as client:
            made = client.exports.get("exp_1")
            with pytest.raises(NotReachable, match="damaged"):
                made.save(tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_one_that_is_gone_says_so(self, tmp_path: Path) -> None:
        with Service(ok(**MADE), problem(410, "expired", retryable=False)).client() as client:
            made = client.exports.get("exp_1")
            with pytest.raises(ApiError) as raised:
                made.save(tmp_path)
        assert raised.value.code == "expired"

    def test_they_are_listed_as_jobs(self) -> None:
        service = Service(listed(MADE))
        with service.client() as client:
            assert [one.id for one in client.exports.list()] == ["exp_1"]
        assert service.requests[0].url.params["kind"] == "export"


DATASET = {"id": "ds_1", "name": "faces", "role": "train", "latest_version": 1}


class TestCommand:
    @pytest.fixture
    def said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 a function
        def run(*arguments: str) -> tuple[Service, str]:
            service = Service(listed(DATASET), ok(code=202, **WAITING), stream(event_text(1, "end")), ok(**MADE), WHOLE)
            monkeypatch.setenv("MASKERAID_KEY", "mk_test")
            monkeypatch.setattr("maskeraid.terminal.Client", lambda *_, **__: service.client())
            monkeypatch.chdir(tmp_path)
            outcome = CliRunner().invoke(app, ["datasets", "export", *arguments])
            assert outcome.exit_code == 0, outcome.output
            return service, outcome.output

        return run

    def test_saves_the_zip_here(self, said: Any, tmp_path: Path) -> None:  # noqa: ANN401
        service, output = said("faces", "--where", "mouth:2", "--format", "tensors")
        body = json.loads(service.requests[1].content)
        assert body == {"dataset_id": "ds_1", "version": "latest", "where": ["mouth:2"], "format": "tensors"}
        assert "125 images" in output
        assert (tmp_path / "faces-v1.zip").read_bytes() == ZIP

    def test_or_where_it_is_told_and_says_it_to_programs(self, said: Any, tmp_path: Path) -> None:  # noqa: ANN401
        _, output = said("faces", "--version", "1", "-o", "sub/mine.zip", "--json")
        told = json.loads(output[output.index("{") :])
        assert (told["file"], told["result"]["images"]) == ("sub/mine.zip", 125)
        assert (tmp_path / "sub" / "mine.zip").read_bytes() == ZIP
