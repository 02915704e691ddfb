"""The app's page and its files."""

import gzip
import os
import re
from pathlib import Path

import pytest
from starlette.convertors import CONVERTOR_TYPES
from starlette.requests import Request

from maskeraid_api.routes.web import OTHERS
from maskeraid_api.settings import ApiSettings
from maskeraid_api.web_app import WebApp
from maskeraid_core.errors import NotFound

SCRIPT = b"console.log('a script')\n" * 100


def request_for(encoding: str | None = None) -> Request:
    headers = [(b"accept-encoding", encoding.encode())] if encoding else []
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "query_string": b""})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text('<meta name="csp-nonce" content="__CSP_NONCE__"><main>é</main>')
    (built / "icon.svg").write_text("<svg/>")
    (built / "assets/index-1a2b.js").write_bytes(SCRIPT)
    (built / "assets/notes.txt").write_text("no part of the app")
    (tmp_path / "secret.js").write_text("no part of the app")
    return built


class TestPage:
    def test_has_a_nonce_of_its_own_in_page_and_policy(self, folder: Path) -> None:
        app, nonces = WebApp(folder), set()
        for _ in range(2):
            page = app.page()
            found = re.search(r'content="([\w-]{20,})"', bytes(page.body).decode())
            assert found
            assert page.headers["content-security-policy"] == (
                "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + found[1] + "'; "
                "img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; form-action 'self'; "
                "base-uri 'none'; frame-ancestors 'none'"
            )
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["cross-origin-opener-policy"] == "same-origin"
            nonces.add(found[1])
        assert len(nonces) == 2

    def test_of_no_app_is_not_found(self, tmp_path: Path) -> None:
        for folder in (None, tmp_path, tmp_path / "gone"):
            app = WebApp(folder)
            assert not app.is_built
            with pytest.raises(NotFound):
                app.page()


class TestAssets:
    def test_are_kept_for_ever_and_go_smaller_to_who_can_read_that(self, folder: Path) -> None:
        app = WebApp(folder)
        plain, zipped = [app.file(request_for(encoding), "assets", "index-1a2b.js") for encoding in (None, "br, gzip")]
        assert plain.body == SCRIPT
        assert "content-encoding" not in plain.headers
        assert zipped.headers["content-encoding"] == "gzip"
        assert gzip.decompress(bytes(zipped.body)) == SCRIPT
        assert int(zipped.headers["content-length"]) < len(SCRIPT)
        for answer in (plain, zipped):
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers["content-type"].startswith("text/javascript")
            assert answer.headers["vary"] == "Accept-Encoding"

    @pytest.mark.parametrize(
        "name",
        ["..", ".", "../index.html", "../../secret.js", "..%2f..%2fsecret.js", "\\..\\secret.js", "/etc/passwd", "",
         ".hidden.js", "gone.js", "notes.txt", "index-1a2b.js\n", "index-1a2b.js\0"],
    )  # fmt: skip
    def test_nothing_else_is_one(self, folder: Path, name: str) -> None:
        with pytest.raises(NotFound):
            WebApp(folder).file(request_for(), "assets", name)

    def test_what_lies_beside_the_page_may_change(self, folder: Path) -> None:
        app = WebApp(folder)
        for text in ("<svg/>", "<svg></svg>"):
            (folder / "icon.svg").write_text(text)
            os.utime(folder / "icon.svg", ns=(0, len(text)))
            assert gzip.decompress(bytes(app.file(request_for("gzip"), "icon.svg").body)) == text.encode()
        assert app.file(request_for(), "icon.svg").headers["cache-control"] == "public, max-age=86400"
        assert [app.has(name) for name in ("icon.svg", "index.html", "assets", "../secret.js", "datasets")] == [
            True, False, False, False, False
        ]  # fmt: skip


class TestPlaces:
    @pytest.mark.parametrize("path", ["datasets", "reimage/rim_1", "v1x", "documents", "a//b", "%2e%2e"])
    def test_are_the_apps(self, path: str) -> None:
        assert re.fullmatch(CONVERTOR_TYPES["place"].regex, path)

    @pytest.mark.parametrize("path", ["", *OTHERS, *(f"{name}/more" for name in OTHERS)])
    def test_of_others_are_theirs(self, path: str) -> None:
        assert not re.fullmatch(CONVERTOR_TYPES["place"].regex, path)


def test_an_empty_setting_is_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASKERAID_WEB_FOLDER", "")
    assert ApiSettings().web_folder is None
