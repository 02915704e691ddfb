"""The built web app: its page, with a nonce of its own in each answer, and the files that the page asks for."""

import gzip
import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from maskeraid_core.errors import NotFound

PAGE = "index.html"
PLACEHOLDER = "__CSP_NONCE__"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ASSETS = "assets"
IMMUTABLE = "public, max-age=31536000, immutable"  # of assets: the build puts a digest into their names
FOR_A_DAY = "public, max-age=86400"
MEDIA_TYPES: Mapping[str, str] = {
    ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png",
    ".webp": "image/webp", ".woff2": "font/woff2", ".json": "application/json",
}  # fmt: skip
PACKED = frozenset({".png", ".webp", ".woff2"})  # gzip would add to these
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
MOST_KEPT = 500  # a build has some forty files; more are of builds that came while we ran


class WebApp:
    """The app in a folder, or none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._zipped = lru_cache(MOST_KEPT)(_zipped)

    @property
    def is_built(self) -> bool:
        return self._folder is not None and (self._folder / PAGE).is_file()

    def page(self) -> Response:
        """The one page of the app, which is the same for every address. Raises: NotFound when there is no app."""
        if self._folder is None or not self.is_built:
            raise NotFound
        nonce = secrets.token_urlsafe(16)
        headers = {
            "Content-Security-Policy": POLICY.format(nonce=nonce), "Cache-Control": "no-store",
            "Cross-Origin-Opener-Policy": "same-origin",
        }  # fmt: skip
        text = (self._folder / PAGE).read_text(encoding="utf-8")
        return HTMLResponse(text.replace(PLACEHOLDER, nonce), headers=headers)

    def has(self, name: str) -> bool:
        """Whether a file lies beside the page, as the icon does."""
        try:
            return bool(self._file(name))
        except NotFound:
            return False

    def file(self, request: Request, *names: str) -> Response:
        """A file beside the page, or `assets` and the name of one there. Raises: NotFound."""
        file = self._file(*names)
        headers = {"Cache-Control": IMMUTABLE if names[0] == ASSETS else FOR_A_DAY, "Vary": "Accept-Encoding"}
        media_type = MEDIA_TYPES[file.suffix]
        if file.suffix in PACKED or "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(file.read_bytes(), headers=headers, media_type=media_type)
        zipped = self._zipped(file, file.stat().st_mtime_ns)
        return Response(zipped, headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type)

    def _file(self, *names: str) -> Path:
        """A file of the folder that a browser may ask for by name; a name is one name, whatever it looks like."""
        if self._folder is None or not all(map(_NAME.fullmatch, names)):
            raise NotFound
        file = self._folder.joinpath(*names)
        if file.suffix not in MEDIA_TYPES or not file.is_file():
            raise NotFound
        return file


def _zipped(file: Path, _modified: int) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)
