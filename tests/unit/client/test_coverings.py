"""Coverings from Python and from the command line, and covered copies of faces."""

import json
from pathlib import Path

import httpx
import pytest
from tests.unit.client.service import PNG, Service, event_text, job, listed, ok, stream
from tests.unit.client.test_reimagings import parts_of
from typer.testing import CliRunner, Result

from maskeraid import JobFailed
from maskeraid.cli import app
from maskeraid.objects import Covering

READ = {
    "id": "cov_1", "object": "covering", "status": "succeeded", "share": 0.254, "width": 64, "height": 48,
    "urls": {"self": "/v1/coverings/cov_1"},
}  # fmt: skip
WAITING = {**READ, "status": "queued", "share": None}
MADE = ok(code=202, **job("queued", "reimaging"))


class TestClient:
    def test_a_map_goes_beside_its_options(self) -> None:
        service = Service(ok(**READ))
        with service.client() as client:
            made = client.coverings.create(b"map", name="n", grow=2)
        parts = parts_of(service.requests[0])
        assert (parts["map"], json.loads(parts["options"])) == (b"map", {"name": "n", "grow": 2})
        assert service.requests[0].headers["Prefer"] == "wait=30"
        assert made.wait() is made

    def test_it_is_waited_for_until_it_is_read(self) -> None:
        service = Service(ok(code=202, **WAITING), stream(event_text(1, "end")), ok(**READ))
        with service.client() as client:
            assert client.coverings.create(b"map", wait_seconds=0).wait().share == 0.254
        assert "Prefer" not in service.requests[0].headers

    def test_one_that_cannot_be_read_is_told(self) -> None:
        error = {"code": "unreadable_image", "message": "not a PNG", "retryable": False}
        failed = {**WAITING, "status": "failed", "error": error}
        told = job("failed", "covering", id="cov_1", error=error)
        service = Service(ok(code=202, **WAITING), stream(event_text(1, "end")), ok(**failed), ok(**told))
        with service.client() as client, pytest.raises(JobFailed, match="not a PNG"):
            client.coverings.create(b"map").wait()

    def test_its_bytes_are_saved(self, tmp_path: Path) -> None:
        service = Service(ok(**READ), httpx.Response(200, content=b"png"))
        with service.client() as client:
            assert client.coverings.get("cov_1").save(tmp_path / "new" / "map.png").read_bytes() == b"png"
        assert service.requests[1].url.path == "/v1/coverings/cov_1/content"

    @pytest.mark.parametrize("covering", ["cov_1", {"covering_id": "cov_1"}, "object"])
    def test_a_reimaging_names_it(self, covering: str | dict[str, str]) -> None:
        service = Service(MADE)
        with service.client() as client:
            given = Covering.of(READ, client) if covering == "object" else covering
            client.reimagings.create(image_id="img_1", covering=given)
        assert json.loads(service.requests[0].content)["covering"] == {"covering_id": "cov_1"}

    def test_faces_are_covered(self) -> None:
        service = Service(ok(code=202, **job("queued", "import")))
        with service.client() as client:
            client.imports.cover("ds_2", "ds_1", families=["hat"], where=["mouth:2"], seed=0)
            client.imports.cover("ds_2", "ds_1")
        of = {"dataset_id": "ds_1", "version": "latest"}
        assert [json.loads(request.content)["source"] for request in service.requests] == [
            {"type": "coverings", "of": {**of, "where": ["mouth:2"]}, "families": ["hat"], "seed": 0},
            {"type": "coverings", "of": {**of, "where": []}},
        ]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Run":
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MASKERAID_KEY", "mk_test")
    (tmp_path / "map.png").write_bytes(PNG)
    return Run(monkeypatch)


class Run:
    """The command line with a service of a test's own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, service: Service, *words: str) -> Result:
        made = service.client()
        self._monkeypatch.setattr("maskeraid.terminal.Client", lambda *_, **__: made)
        return CliRunner().invoke(app, words)


class TestCommands:
    def test_upload_says_what_was_read(self, run: Run) -> None:
        service = Service(ok(**READ))
        result = run(service, "coverings", "upload", "map.png", "--name", "left", "--grow", "2", "--feather", "3")
        assert result.stdout == "cov_1: 64 x 48 pixels, 25.4% covered\n", result.output
        options = json.loads(parts_of(service.requests[0])["options"])
        assert options == {"name": "left", "grow": 2, "feather": 3}

    def test_show_download_and_delete(self, run: Run, tmp_path: Path) -> None:
        assert json.loads(run(Service(ok(**READ)), "coverings", "show", "cov_1", "--json").stdout) == READ
        service = Service(ok(**READ), httpx.Response(200, content=b"png"))
        assert run(service, "coverings", "download", "cov_1").exit_code == 0
        assert (tmp_path / "cov_1.png").read_bytes() == b"png"
        service = Service(httpx.Response(204))
        assert "cov_1 is deleted" in run(service, "coverings", "delete", "cov_1").stdout
        assert (service.requests[0].method, service.requests[0].url.path) == ("DELETE", "/v1/coverings/cov_1")

    def test_reimage_takes_a_stored_one(self, run: Run) -> None:
        done = job("succeeded", "reimaging", id="rim_1", result={"selection": {"model_id": "m"}}, files={})
        service = Service(ok(**done))
        words = ("--covering-id", "cov_1", "--grow", "1", "--feather", "2", "--clean")
        assert run(service, "reimage", "map.png", *words).exit_code == 0
        options = json.loads(parts_of(service.requests[0])["options"])
        assert options["covering"] == {"covering_id": "cov_1", "grow": 1, "feather": 2, "clean": True}

    def test_reimage_takes_one_covering(self, run: Run) -> None:
        result = run(Service(MADE), "reimage", "map.png", "--covering", "map.png", "--covering-id", "cov_1")
        assert result.exit_code == 2
        assert "not both" in result.stderr

    def test_cover_makes_a_dataset_of_its_own(self, run: Run) -> None:
        clean = {"id": "ds_1", "name": "faces", "role": "train"}
        covered = {"id": "ds_2", "name": "faces-covered", "role": "test"}
        ended = job("succeeded", "import", result={"version": 1, "imported": 24})
        service = Service(listed(clean), listed(), listed(), ok(code=201, **covered), ok(code=202, **ended))
        result = run(service, "datasets", "cover", "faces", "--family", "hat", "--where", "nose:2", "--seed", "7")
        assert "faces-covered (ds_2) version 1: 24 images" in result.stdout, result.output
        bodies = [json.loads(request.content) for request in service.requests if request.method == "POST"]
        assert bodies[0] == {"name": "faces-covered", "role": "test"}
        assert bodies[1]["source"] == {
            "type": "coverings", "of": {"dataset_id": "ds_1", "version": "latest", "where": ["nose:2"]},
            "families": ["hat"], "seed": 7,
        }  # fmt: skip
