"""Bundles by the SDK and from a terminal: saved, and checked by the service."""

import json
from pathlib import Path

import httpx
import pytest
from tests.unit.client.service import PNG, Service, job, ok
from tests.unit.client.test_command_line import REIMAGED, Server, run, server
from tests.unit.client.test_reimagings import parts_of

__all__ = ["server"]  # the fixture

WITH_BUNDLE = {**REIMAGED, "files": {**REIMAGED["files"], "bundle.zip": "/v1/reimagings/rim_1/files/bundle.zip"}}
GOOD = {
    "object": "verification", "valid": True, "reimaging_id": "rim_1", "statement": "A plausible face.",
    "checks": [{"name": "signature", "outcome": "passed", "detail": "signed by sig_1"}],
}  # fmt: skip
BAD = {
    **GOOD, "valid": False, "reimaging_id": None,
    "checks": [
        {"name": "digests", "outcome": "failed", "detail": "not what the manifest says: [bold].png"},
        {"name": "pixels", "outcome": "skipped", "detail": "digests did not pass"},
    ],
}  # fmt: skip


class TestSdk:
    def test_a_bundle_is_saved_where_it_is_said(self, tmp_path: Path) -> None:
        service = Service(ok(**job("succeeded", "reimaging", id="rim_1")), httpx.Response(200, content=b"zip"))
        with service.client() as client:
            path = client.reimagings.get("rim_1").save_bundle(tmp_path / "new/result.zip")
        assert path.read_bytes() == b"zip"
        assert service.requests[1].url.path == "/v1/reimagings/rim_1/files/bundle.zip"

    @pytest.mark.parametrize("is_file", [True, False])
    def test_a_bundle_is_sent_to_be_checked(self, tmp_path: Path, is_file: bool) -> None:
        (tmp_path / "result.zip").write_bytes(b"zip")
        service = Service(ok(**BAD))
        with service.client() as client:
            found = client.verifications.create(tmp_path / "result.zip" if is_file else b"zip")
        assert parts_of(service.requests[0]) == {"bundle": b"zip"}
        assert (found.valid, found.checks[0].outcome, found.reimaging_id) == (False, "failed", None)


class TestBundleCommand:
    def test_saves_it_under_the_id_or_another_name(self, server: Server, tmp_path: Path) -> None:
        server.answers["GET /v1/reimagings/rim_1"] = 200, WITH_BUNDLE
        server.answers["GET /v1/reimagings/rim_1/files/bundle.zip"] = 200, "zip"
        assert "maskeraid verify rim_1.zip" in run("bundle", "rim_1").stdout
        assert json.loads(run("bundle", "rim_1", "--output", "a/b.zip", "--json").stdout)["file"] == "a/b.zip"
        assert [(tmp_path / name).read_bytes() for name in ("rim_1.zip", "a/b.zip")] == [b"zip"] * 2

    def test_says_why_there_is_none(self, server: Server) -> None:
        server.answers["GET /v1/reimagings/rim_1"] = 200, REIMAGED
        result = run("bundle", "rim_1")
        assert (result.exit_code, "has no candidates to bundle" in result.stderr) == (1, True)

    def test_reimage_saves_the_files_and_not_the_bundle_of_them(self, server: Server, tmp_path: Path) -> None:
        (tmp_path / "covered.png").write_bytes(PNG)
        server.answers["POST /v1/reimagings"] = 202, WITH_BUNDLE
        server.answers["GET /v1/reimagings/rim_1/files/final.png"] = 200, "png"
        assert "1 files in" in run("reimage", "covered.png", "--output", "out").stdout
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["final.png"]


class TestVerifyCommand:
    @pytest.fixture(autouse=True)
    def bundle(self, tmp_path: Path) -> None:
        (tmp_path / "b.zip").write_bytes(b"zip")

    def test_shows_each_check_and_the_verdict(self, server: Server) -> None:
        server.answers["POST /v1/verifications"] = 200, GOOD
        result = run("verify", "b.zip")
        assert result.exit_code == 0
        assert result.stdout.splitlines() == [
            "passed  signature  signed by sig_1", "valid: rim_1", "A plausible face.",
        ]  # fmt: skip

    @pytest.mark.parametrize("form", [[], ["--json"]])
    def test_ends_with_1_when_it_is_not_valid(self, server: Server, form: list[str]) -> None:
        server.answers["POST /v1/verifications"] = 200, BAD
        result = run("verify", "b.zip", *form)
        assert result.exit_code == 1
        assert "[bold].png" in result.stdout
        assert ("NOT VALID" in result.stdout) == (not form)
